// Package supervision draws by lot, in public, and keeps what came of it: which
// inspectors look at which shops and sites (双随机、一公开), which process records are
// spot-checked (≥ 30 %), which cases are reviewed after their end and in process
// (双10%).
//
// A draw has three steps, so that nobody picks what is looked at:
//
//  1. Announce writes down whom and what it is drawn from, how many, and a time to
//     come. It is announced and drawn as evidence/translog/lot does it for all draws
//     (docs/formats/draw.md), with the draw's kind as purpose and Terms as terms.
//  2. At that time the keeper of the log makes the draw's entry; the root of the log at
//     that entry is the seed.
//  3. DrawDue draws by the seed (Terms.Lots), and everybody can draw again from what is
//     published.
//
// An object of grade red has three tickets, yellow two, green one. What must all be
// looked at is not left to the lot: major cases after their end, and objects whose
// inspection is due by their grade, for which InspectDue announces a draw each day, of
// their inspectors alone. In: objects, accounts, cases. Out: tasks, results; checks of
// cases in case_check, from which the quotas count; inspections to the risk grade.
package supervision
