// Package credit keeps what stands against a party for a decision (信用记录), how long,
// and how it is repaired (信用修复).
//
// In: decisions with a fine, the rules (data, versioned), a party's application with
// evidence from the portal, a review and a head's decision. Out: records that open, end,
// are repaired or withdrawn, each told to the credit platform by webhook.
//
// A record may be repaired once its least time has passed and the decision was obeyed.
// Who reviewed an application does not decide it. Where a decision is revoked, its
// record is withdrawn.
package credit
