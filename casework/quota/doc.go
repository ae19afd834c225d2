// Package quota gives the figures that the Chongming plan asks for, from the cases' own
// records: in go a period and the tables, out come numerator, denominator and the
// sentence of the plan. The numbers are sums of case_tally, which the database keeps in
// the transaction that changes a case, so that a page over a million cases reads some
// thousands of rows and is equal to a recount; the lists behind them read the cases. A
// township has a tally of its own, which a context narrowed to it sees as case_tally.
package quota
