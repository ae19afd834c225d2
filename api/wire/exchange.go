package wire

import (
	"time"

	"offsite/exchange/key"
	"offsite/exchange/webhook"
)

// KeyPage is all API keys, with the scopes that can be given.
type KeyPage struct {
	Items  []key.Key   `json:"items"`
	Scopes []key.Scope `json:"scopes"`
}

// KeyDraft is an API key to be made.
type KeyDraft key.Draft

// KeyMade is a new API key, shown once.
type KeyMade struct {
	Key    key.Key `json:"key"`
	Secret string  `json:"secret" doc:"Send it as Authorization: Bearer …; it is not shown again."`
}

// WebhookPage is all endpoints, with the kinds of events that can be wanted.
type WebhookPage struct {
	Items []webhook.Endpoint `json:"items"`
	Kinds []webhook.Kind     `json:"kinds"`
}

// WebhookDraft is an endpoint to be made or changed.
type WebhookDraft webhook.Draft

// WebhookMade is a new endpoint with its secret, shown once.
type WebhookMade struct {
	Endpoint webhook.Endpoint `json:"endpoint"`
	Secret   string           `json:"secret" doc:"whsec_…, as Standard Webhooks has it; it is not shown again."`
}

// WebhookSecret is an endpoint's new secret, shown once.
type WebhookSecret struct {
	Secret string `json:"secret"`
}

// WebhookEvent names what was sent.
type WebhookEvent struct {
	EventID string `json:"event_id"`
}

// Replay says what is sent again.
type Replay struct {
	EventID string    `json:"event_id,omitempty" maxLength:"64" doc:"This one, whatever became of it; left out: those that failed."`
	Since   time.Time `json:"since,omitempty" doc:"Of those that failed: what happened from then on."`
}

// Replayed says how many are sent again.
type Replayed struct {
	Count int `json:"count"`
}
