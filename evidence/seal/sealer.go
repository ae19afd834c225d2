package seal

// Sealer signs manifests with the keys in force.
type Sealer struct{ keys []*Key }

// NewSealer takes one Ed25519 key, and an SM2 key where the bureau uses SM2.
func NewSealer(keys ...*Key) (*Sealer, error) { return &Sealer{keys: keys}, nil }
