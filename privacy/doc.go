// Package privacy is the office for personal data (个人信息保护): for now, how long which
// data are kept, and that they are deleted then.
//
// In: the schedule, which is in the code, since each line is a statement that deletes; for
// how many days a line holds may be ordered by one person and agreed to by another.
// Out: once a day, rows deleted; a report that names each category with how many were
// deleted and the SHA-256 over their ids, kept, and entered in the transparency log, so
// that what was said to be deleted on a day can be proved later.
//
// Evidence is not deleted here: object lock holds it, and casework removes it when its time is
// over. For that of archived cases the schedule proposes a line once ten years are over, for that
// of cases without a fine that stands once nobody can sue any more; what two people order of it,
// casework carries out. Process records, sign-ins and views are never changed.
package privacy
