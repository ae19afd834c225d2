// Package onvif finds cameras in the network and asks them what they send.
//
// Discover sends a Probe of WS-Discovery to everybody in this machine's networks or to
// given addresses, and collects who answers. Ask signs in at one device and comes back
// with its streams: profile, codec, size, RTSP address, address of a snapshot (ONVIF
// Core 23.06, Media 1). Nothing of a camera is changed.
//
// Whoever answers a Probe may say anything, so only addresses that the caller allows
// are believed, and only those are dialled. No library does this here: those that
// there are bring a web framework along, and let no caller say what is dialled.
package onvif
