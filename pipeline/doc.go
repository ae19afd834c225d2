// Package pipeline takes a camera from its RTSP address to incidents.
//
// Read its folders in the order a frame passes them: ingest (RTSP to access
// units), ring (the last seconds, still compressed), look (when to look),
// decode (one access unit to one picture), infer (ONNX models), track, and node
// (which cameras this process holds). This package holds what comes out at the
// end: an Incident with its clip, stills and looks. It knows nothing of the
// database, HTTP or cases.
package pipeline
