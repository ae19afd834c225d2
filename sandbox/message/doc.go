// Package message plays an SMS gateway: signed messages come in and are kept on disk,
// where the demo reads them as a phone would; delivery receipts go out signed until they
// are taken. Nothing is sent to any phone. docs/message-gateway.md is the interface.
package message
