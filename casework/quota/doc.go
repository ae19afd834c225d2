// Package quota computes the figures that the Chongming plan asks for from the
// cases' own records: in go a period and the tables, out come numerator,
// denominator and the sentence of the plan. It writes nothing.
package quota
