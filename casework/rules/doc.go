// Package rules keeps the law as data that the bureau enters while the program runs: its
// matters with their versions and discretion bands, and the working days of a year.
//
// In: YAML as casework/matter and casework/calendar read it, proposed by one person and
// put into force by another. Out: the catalogue and the calendar that hold now, those of
// the program with the bureau's own in their place. Nothing is changed or deleted: what
// held before stays readable, with who entered and who approved it.
package rules
