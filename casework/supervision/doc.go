// Package supervision draws by lot, in public, and keeps what came of it: which
// inspectors look at which shops and sites (双随机、一公开), which process records are
// spot-checked (≥ 30 %), which cases are reviewed after their end and in process
// (双10%).
//
// A draw has three steps, so that nobody picks what is looked at:
//
//  1. Announce writes down whom and what it is drawn from, how many, and a time to
//     come; the text's digest enters the transparency log.
//  2. After that time Draw enters the draw itself in the log. The root hash of the
//     checkpoint that proves the entry (the third line of the checkpoint) is the seed;
//     nobody knew it before.
//  3. The seed draws, by proof.Draw, and everybody can draw again from what is
//     published.
//
// An object of grade red has three tickets, yellow two, green one. Of cases that must
// all be looked at (major ones, after their end) none is left to the lot. In: objects,
// accounts, cases. Out: tasks, results; checks of cases in case_check, from which the
// quotas count; inspections to the risk grade.
package supervision
