// Package offsite is the root of Offsite, non-contact enforcement (非现场执法) for
// a city-management bureau. It holds no code: read README.md, then the folders in
// the order that docs/architecture.md gives. Its tests keep the house in order:
// every package says what it is for, and imports point one way.
package offsite
