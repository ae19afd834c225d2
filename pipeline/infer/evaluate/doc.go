// Package evaluate measures a model on held-out pictures, through the same decoding,
// scaling and reading of outputs as production.
//
// In go an engine of package infer and a list of pictures with what is in them
// (package models embeds one list per model). Out comes a Report: figures under the
// names that the manifest records, curves for drawing, and the pictures that went
// worst. A report is refused by Check when a figure is worse than the recorded one.
//
// A list has parts of four kinds:
//
//   - boxes: pictures with the boxes of what is in them. Figures: average precision
//     at IoU 0.5, precision, recall and F1 of boxes and of whole pictures at the
//     manifest's threshold, and the calibration error of scores.
//   - negative: pictures or a video that hold nothing of the model's labels. Figures:
//     how many pictures are reported all the same, and hours watched.
//   - masks: pictures with a class per pixel; grey 255 is not judged. Figures: IoU per
//     class, the error of each class's share of what is judged, and how much that is.
//   - pairs: a baseline, a picture, and a mask of what is new. Figures: cell-wise IoU,
//     precision and recall, and how many things were met.
package evaluate
