// Package stall finds 无序设摊: a stall where and when none is allowed.
//
// It reads the tracks of the objects model. Goods, a cart, a table or an umbrella
// that stands still in the zone, with a person staying by it, for the dwell time
// and within the zone's hours, is a stall. People who pass or wait have no goods
// that stand; parked vehicles are told by their own boxes, and a thing without a
// person is left alone.
package stall
