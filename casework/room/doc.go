// Package room holds inquiries by video (视频询问): two sides, each seen and heard by the
// other, both recorded.
//
// In: a side's WebRTC offer, as its browser makes it; out: the answer, and a WebM file of
// what that side sent (VP8 and Opus as they came, nothing is decoded), handed on in
// pieces as it grows. The media go through this process alone (ICE lite, no relay): what
// the other side sees is what is recorded.
//
// Whoever opens a room decides who may enter it, and that the party has agreed to be
// recorded: recording begins when the party enters. What cannot be kept ends the inquiry.
// A room lives in the process that its first side has joined; see Options.Listen for the
// one UDP port that it needs. Where several processes serve, Shared finds that one.
package room
