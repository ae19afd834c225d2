// Package exchange is what passes between the bureau and other systems, 一网统管 and
// 一网通办 among them. Each folder is one way:
//
//   - key: by which key another system reaches the API, and what it may do there
//   - webhook: what other systems are told, signed, until they have taken it
//   - lead: what others have seen, acknowledged by whoever is on duty, and dealt with
//   - transfer: leads and cases handed over to police, districts and bureaux
//   - push: what people of staff are told on their own devices
//   - bulk: everything of one kind, one JSON object a line
//
// In: what casework and registry do, people's acts on the console. Out: requests to
// receivers, lines of JSON. This package holds what the folders share: how they refuse,
// how they call an address that somebody entered, and that each change by a person stands
// in the change log.
package exchange
