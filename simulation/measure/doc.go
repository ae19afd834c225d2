// Package measure tells how casework holds up with many cases: a small simulation is
// played, its cases are multiplied in the database, and the API's queue, search and
// case page are asked at a steady rate, steps are taken, a day's deadlines swept,
// decisions made. In goes a private database, out come figures and the plans of the
// slowest queries.
package measure
