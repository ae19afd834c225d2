// Package models ships the trained networks and says what they are: for each a
// manifest and an ONNX file, embedded in the binary. Into it flow the files that
// the scripts in training wrote; out of it flow checked manifests with the bytes
// of their weights, for package pipeline/infer. It runs no network.
//
// # The four models of one look
//
//	objects  task detect   person, goods, umbrella, cart, table, bicycle, motorcycle, car, truck
//	burning  task detect   fire, smoke
//	novelty  task novelty  new: stands here now and is not in the baseline
//	ground   task segment  other, bare_soil, net, vegetation, hard_ground, water, machine, sky
//
// # Input
//
// float32, layout NCHW, first axis the batch (free, -1 in the manifest), height
// and width fixed; with "rows" (task detect, letterbox) the height may also be any
// lower multiple of it, so that the free part under a wide picture is not computed. A value is (pixel*scale - mean[c]) / std[c] with pixel 0..255
// and c the colour channel in the order that "color" names (RGB or BGR).
//
//   - resize "letterbox": keep the aspect ratio, scale by
//     s = min(width/w, height/h), put the result at the top left corner, fill the
//     rest with "pad" in every channel. A box goes back to the picture by dividing
//     its pixels by s; nothing is subtracted.
//     With "again" a picture in which one of its labels has at least the score "from" (in
//     the model's own scores) is looked at a second time, put into a square of "side"
//     pixels at the top left corner of the same input; the boxes of these labels are then
//     those of the second look whose middle is on the picture.
//   - resize "stretch": fill width and height, aspect ratio not kept.
//
// Six channels (task novelty alone) are two pictures of the same camera, the
// baseline first, then the current one, each in the colour order named, each
// normalised with the same three means and deviations.
//
// # Output
//
// float32, one tensor.
//
//   - task detect, kind "boxes": [N, A, 5+C] (A in proportion to a lower height).
//     One row per anchor: x1, y1, x2, y2
//     in input pixels (before letterboxing is undone; may stick out of the
//     picture), the greatest of the C scores, then the C final scores, 0..1, in
//     the order of labels. Grid, stride, sigmoid and objectness are already in.
//     The user drops rows whose score is under the label's threshold and applies
//     non-maximum suppression per label with "nms_iou".
//   - task segment, kind "classmap": [N, C, h, w]. Probabilities that sum to 1 over
//     C; the class of a cell is the greatest, its index counts in labels. h and w
//     are a quarter of the input's.
//   - task novelty, kind "probability": [N, 1, h, w], 0..1; a cell is new from the
//     threshold of label "new" on. h and w are a quarter of the input's.
//
// # Names of tensors
//
// The manifest names them; the shipped ones all use "images" and "output".
package models
