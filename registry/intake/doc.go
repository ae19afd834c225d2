// Package intake takes base data in from spreadsheets: shops, construction sites and
// land with the parties they belong to, or cameras, as CSV (UTF-8 or GB 18030), XLSX or
// GeoJSON.
//
// A file goes three steps. Preview reads it, checks every row, finds what is
// registered already and says what would become of each row; nothing is changed yet.
// Apply does it in chunks, each with its records in one transaction, so that a
// process that dies in between goes on where it was. Undo takes back what nobody
// changed since.
//
// Every problem names row, column and what to do, in both languages. A row with an
// error is left out, the others go in. Drafts are encrypted in between: they hold
// identity numbers, and cameras' passwords.
package intake
