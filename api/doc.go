// Package api is everything that speaks HTTP: staff's sessions and operations
// under /api/v1, the party's portal, the public pages, the payment provider's
// callback, the events that keep consoles current, and the built pages.
//
// In: requests. Out: JSON (package wire and the domain's own types), RFC 9457
// problems in Chinese and English (package problem), and an OpenAPI 3.1 document
// generated from the code, from which the console's client is generated:
//
//	go test ./api -run TestOpenAPI -update && (cd web && npm run generate)
//
// Who may do what stands in one table, policy.go; what is not in it is refused.
// The API decides nothing about cases: it asks casework, which holds the law.
package api
