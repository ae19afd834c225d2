// Package lot draws by lot so that nobody can choose what is drawn, and anyone can
// draw again.
//
// In: an announcement of what will be drawn from, how much, and when. Out: a seed.
// The announcement is entered in the transparency log at once; at the announced
// time a second entry is made, whose every byte follows from the announcement. The
// seed is the root of the log at that entry: it covers all that was sealed and
// recorded until then, by all machines, so that who announces cannot know it. The
// two entries' proofs show it offline (Check); proof.Draw takes names by it.
//
// Who keeps the log can choose the moment at which the second entry is made, within
// what witnesses of the log allow: their signatures have times. The announcer can
// choose nothing.
package lot
