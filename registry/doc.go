// Package registry keeps the base data that enforcement stands on: cameras and
// their zones, objects of enforcement (shops, construction sites, land), parties
// and their consent to electronic service.
//
// What goes in comes from people through package api, or from a spreadsheet through
// registry/intake. What comes out goes three ways: Watched tells the pipeline which
// cameras to watch and where; Object, Party and Zone give casework what its
// documents name; Cameras, Objects and Parties are the console's lists. The live
// state of cameras crosses from the watching process to the serving one by SaveLive
// and Live.
//
// Rules that hold for all of it:
//
//   - Who changes something says so: every change takes by, and is kept in the
//     change log with what was before and after, without secrets (see History).
//   - Two people who change the same thing at once: the second gets ErrConflict.
//   - Camera addresses and identity numbers are encrypted with Secrets before they
//     reach the database; lists show them without credentials and masked.
//   - Nothing is deleted: what is removed is no longer found, its row and history
//     stay. Cases keep a copy of what they stand on.
//   - A zone is never edited: every change is a new version, so that an incident's
//     zone can be shown as it was.
//
// Accounts are in registry/account, leases of cameras to watching nodes in
// registry/lease, check digits in registry/identity, positions in registry/place.
package registry
