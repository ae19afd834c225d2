// Package probe looks at one camera for a few seconds and says what it sends.
//
// In goes an address; out comes a Report (codec, profile, size, rate, group of
// pictures, bit rate, clock, losses, the first key unit to decode and show) or a
// Problem with a sentence in Chinese and English that says what to do. It serves
// the console's "register a camera" and `offsite camera probe`.
package probe
