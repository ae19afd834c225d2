// Package plan joins the Chongming plan 沪崇城管执〔2024〕2号 to the program: sentence
// of the plan, page, tests. In: the rows of this folder. Out: docs/plan.md, by
//
//	go test ./docs/plan -update
//
// Its tests insist that the page is current and that every test it names exists; a row
// without a test is on the page for everybody to see.
package plan
