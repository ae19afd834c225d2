// Package payment plays the treasury's payment provider (代收机构): signed orders come
// in, the party pays on a hosted page, signed callbacks go out until they are taken, and
// every order is on disk before it is answered. No money moves here. The interface is
// docs/payment-provider.md, the same that a real provider has to speak.
package payment
