// Package sandbox is the folder of the stand-ins for parties outside the bureau: the
// treasury's payment provider and the SMS gateway, each an HTTP server in a process of
// its own that speaks the same signed interface as a real one would.
package sandbox
