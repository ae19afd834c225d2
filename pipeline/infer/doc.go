// Package infer runs the ONNX models on pictures.
//
// In go pictures of any camera (package decode) and the manifests and weights of
// package models. Out come detections, class maps and novelty maps, normalised to
// the picture, as package detectors names them.
//
// An Engine holds one session per model and process, shared by all cameras.
// Sessions run sequentially on threads that never spin; the tensors they need are
// made once and used again. A picture is scaled once per model size and written
// into the tensor.
//
// ONNX Runtime is one library per process, so only one Engine can be open at a
// time.
package infer
