// Package soil finds 施工场所裸露土地: bare earth on a site that is not covered.
//
// It reads the class map of the ground model within the site's outline. Where bare
// soil covers at least the set share of the outline in at least three looks by
// daylight over the set span, the site is uncovered; square metres come from the
// homography. Cells that machines hide count neither as bare nor as covered. Looks
// in the dark say nothing and change nothing.
package soil
