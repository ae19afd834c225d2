package wire

import "offsite/registry"

// ObjectDraft makes or changes a shop, site or piece of land; on a change, what is
// left out stays.
type ObjectDraft struct {
	Kind      *string  `json:"kind,omitempty" enum:"shop,site,land"`
	Name      *string  `json:"name,omitempty"`
	Address   *string  `json:"address,omitempty"`
	Business  *string  `json:"business,omitempty"`
	LicenceNo *string  `json:"licence_no,omitempty"`
	Township  *string  `json:"township,omitempty"`
	PartyID   *string  `json:"party_id,omitempty"`
	Grade     *string  `json:"grade,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`
	Latitude  *float64 `json:"latitude,omitempty"`
}

// Into writes what the draft says over an object.
func (d ObjectDraft) Into(o *registry.Object) {
	for _, field := range []struct{ from, to *string }{
		{d.Kind, &o.Kind}, {d.Name, &o.Name}, {d.Address, &o.Address}, {d.Business, &o.Business},
		{d.LicenceNo, &o.LicenceNo}, {d.Township, &o.Township}, {d.PartyID, &o.PartyID}, {d.Grade, &o.Grade},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if d.Longitude != nil {
		o.Longitude = d.Longitude
	}
	if d.Latitude != nil {
		o.Latitude = d.Latitude
	}
}

// PartyDraft makes or changes a party; on a change, what is left out stays.
type PartyDraft struct {
	Kind     *string `json:"kind,omitempty" enum:"person,unit"`
	Name     *string `json:"name,omitempty"`
	Identity *string `json:"identity,omitempty" doc:"Citizen ID or unified social credit code; kept encrypted."`
	Phone    *string `json:"phone,omitempty"`
	Address  *string `json:"address,omitempty"`
	Email    *string `json:"email,omitempty"`
}

// Into writes what the draft says over a party.
func (d PartyDraft) Into(p *registry.Party) {
	for _, field := range []struct{ from, to *string }{
		{d.Kind, &p.Kind}, {d.Name, &p.Name}, {d.Identity, &p.Identity}, {d.Phone, &p.Phone}, {d.Address, &p.Address}, {d.Email, &p.Email},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
}

// PaperWithdrawal says why a commitment or photograph stands no longer.
type PaperWithdrawal struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}
