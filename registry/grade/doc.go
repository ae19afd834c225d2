// Package grade tells how closely an object of enforcement must be looked after: its
// risk grade, red, yellow or green, and how often it is inspected for it
// (执法对象监管系统).
//
// The formula is data with versions: points for the kind of business and for what
// happened within a time (failed inspections, cases, supervision findings, complaints,
// media reports), and the sums from which an object is yellow or red. Every grade can
// be explained: which points it has, from what, under which version. A changed formula
// is made to hold only by who was shown by Try what it does.
//
// In come objects from package registry and events from whoever records them
// (casework, complaints, inspections); out go the grades, written to the objects, and
// the inspections that are due.
package grade
