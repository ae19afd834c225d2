// Package calendar reckons the deadlines of the law on the legal clock, Asia/Shanghai:
// in go an instant and a number of days, out comes the last instant of the last day.
//
// "2, 3, 5 and 7 days" in the Administrative Penalty Law are working days (art. 85),
// everything longer is calendar days. Which days are working days is data, one entry
// per year, taken from the State Council's yearly notice; a year that nobody entered
// is an error, not a guess.
package calendar
