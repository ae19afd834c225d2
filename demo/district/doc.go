// Package district invents a district for demonstrations: shops, construction sites,
// cameras that nobody watches, a year of ended cases with their credit records, a month of
// leads with the rota of those who saw to them, and transfers, all of it marked as invented
// (演示). In: a seed and the demonstration's staff. Out: rows in registry, grades and
// casework, the same for the same seed and day.
//
// Nothing is written past the domain's own rules: objects go through the registry's
// checks, and each step of each case is judged by the table of casework/flow on its own
// day (casework.Book.AdoptPast). The cases have no sealed bundle and no document, and
// numbers of their own (演示〔年〕第n号), so that they never mix with real ones.
package district
