// Package team reports the work of people, teams, townships and brigades (日记实、月计分、
// 季评价、年考核): read-only, from the records that the work itself has left.
//
// In: process records, leads, tasks drawn by lot, events of objects, checks and alarms;
// the bureau's points for each, as data, every version kept. Out: the day record of who
// did what, and for a month, quarter or year the counts and points of each person, team,
// township or brigade, with their places.
//
// A report decides nothing: what follows for a person is for people to say (PIPL art.
// 24, against decisions by machine alone). Who has townships sees the work on their
// cases, leads and objects alone; that is in the tables that the context sees (package
// store).
package team
