// Package desk keeps what people need at work beside the law: notes on a case in
// which colleagues are mentioned, and the case lists that somebody comes back to.
//
// In: who writes, about which case, to whom. Out: the notes of a case, what mentions
// somebody, the filters of an account. Nothing here is part of the court file: a note
// enters it alone where somebody decides so, and then as a line of the process
// record (casework.Book.FileNote), from where it cannot be taken back.
package desk
