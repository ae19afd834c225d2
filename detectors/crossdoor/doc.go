// Package crossdoor finds 超出门窗或外墙经营: a shop that trades beyond its door line.
//
// It reads the novelty map, what stands in the picture and is not in the shop's
// clean baseline, within the zone: the strip between the door line and the street.
// People and vehicles, as the objects model boxes them, are masked out. What stays
// new over several looks and covers at least the set area of ground (by the
// homography; by share of the zone without one) for the dwell time is goods beyond
// the door line. The zone names the registered shop.
//
// The area is that of the ground behind which the goods stand in the picture: tall
// goods cover more of it than their footprint.
package crossdoor
