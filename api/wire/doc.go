// Package wire is the shape of what travels between the API and its clients, as
// JSON. The console's types (web/src/api/schema.d.ts) are generated from it.
//
// Text that people read comes in Chinese and English (_zh, _en). Money is in fen,
// times are RFC 3339, points of a picture are shares of it between 0 and 1.
package wire
