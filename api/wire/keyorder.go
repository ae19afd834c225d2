package wire

// KeyOrder asks for a sealing key to be replaced or revoked.
type KeyOrder struct {
	Action string `json:"action" enum:"rotate,revoke" doc:"rotate: another key in its place, its seals hold. revoke: out of trust, for cause."`
	KeyID  string `json:"key_id" minLength:"1" maxLength:"200"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}
