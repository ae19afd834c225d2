package wire

import (
	"time"

	"offsite/casework"
)

// PortalOpen changes a link's token for a session.
type PortalOpen struct {
	Token string `json:"token" minLength:"1" maxLength:"256"`
}

// PortalSession is an opened link.
type PortalSession struct {
	CSRF string `json:"csrf" doc:"Goes into X-CSRF-Token of every request that changes something."`
}

// PortalStatement is what a party says, with what it sends along.
type PortalStatement struct {
	Text   string   `json:"text" minLength:"1" maxLength:"4000"`
	Papers []string `json:"papers,omitempty" maxItems:"3" doc:"PDF, JPEG or PNG, base64; 2 MiB each."`
}

// PortalReason asks for a hearing.
type PortalReason struct {
	Reason string `json:"reason" maxLength:"2000"`
}

// PortalAppointment asks for an inquiry by video.
type PortalAppointment struct {
	At   time.Time `json:"at"`
	Note string    `json:"note" maxLength:"2000"`
}

// PortalInquiry is the party's inquiry by video.
type PortalInquiry struct {
	Inquiry    casework.Inquiry           `json:"inquiry"`
	Proved     bool                       `json:"proved" doc:"This session lately entered a code that was sent to the party's telephone."`
	Recordings []casework.PortalRecording `json:"recordings" doc:"What the party itself said and showed, sealed; to have them wants the code too."`
}

// PortalPhone is where a code was sent.
type PortalPhone struct {
	Phone string `json:"phone" doc:"Masked."`
}

// PortalCode is a code that was sent.
type PortalCode struct {
	Code string `json:"code" pattern:"^[0-9]{6}$"`
}

// PortalAgreement agrees or refuses to be recorded.
type PortalAgreement struct {
	Agree bool `json:"agree"`
}

// PortalCorrection confirms the record of an inquiry.
type PortalCorrection struct {
	Text string `json:"text" maxLength:"4000" doc:"What is to be added or put right; empty: nothing."`
}

// SessionDescription is one end's part of a WebRTC connection, with all its candidates.
type SessionDescription struct {
	SDP string `json:"sdp" minLength:"1" maxLength:"100000"`
}

// PortalDeferral asks to pay later.
type PortalDeferral struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason" minLength:"1" maxLength:"2000"`
}

// PortalInstalments asks to pay in equal parts, monthly from a first day on.
type PortalInstalments struct {
	Parts  int       `json:"parts" minimum:"2" maximum:"24"`
	First  time.Time `json:"first" doc:"Day of the first."`
	Reason string    `json:"reason" minLength:"1" maxLength:"2000"`
}

// PortalConsent agrees to electronic service.
type PortalConsent struct {
	Phone     string `json:"phone" minLength:"5" maxLength:"40"`
	Email     string `json:"email,omitempty" maxLength:"254" doc:"Where papers go as well; when they are served is told by the telephone alone."`
	Signature string `json:"signature" maxLength:"1500000" pattern:"^data:image/png;base64," doc:"PNG as a data URL."`
}

// PortalPayment is where to pay.
type PortalPayment struct {
	PayURL string `json:"pay_url"`
}

// PublicCamera is what the law asks to be public of a camera.
type PublicCamera struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Place       string `json:"place"`
	PublishedOn string `json:"published_on"`
	Sign        string `json:"sign,omitempty" doc:"SHA-256 of the photograph of its sign; none: nobody has photographed it."`
}
