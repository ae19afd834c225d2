"""An RTSP server that is not ours, for tests: GStreamer's.

Usage: gst_rtsp_server.py [basic|digest]

Serves a moving test pattern, live, at /h264, /h265 and /mjpeg on a free port of
127.0.0.1, with RTCP sender reports. Prints "ready PORT CODEC..." once it listens,
and ends when its standard input is closed. With an argument it wants the user
"viewer" with the password "pass word" by that method.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

SOURCE = (
    "videotestsrc is-live=true pattern=ball "
    "! video/x-raw,format=I420,width=320,height=240,framerate=25/1 "
)
STREAMS = {
    "h264": (
        "x264enc",
        "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=400 "
        "! rtph264pay name=pay0 pt=96 config-interval=-1",
    ),
    "h265": (
        "x265enc",
        "! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=400 "
        "! rtph265pay name=pay0 pt=96 config-interval=-1",
    ),
    "mjpeg": ("jpegenc", "! jpegenc quality=70 ! rtpjpegpay name=pay0 pt=26"),
}


def want_password(server, method):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if method == "basic":
        auth.set_supported_methods(GstRtspServer_method("BASIC"))
        basic = GstRtspServer.RTSPAuth.make_basic("viewer", "pass word")
        auth.add_basic(basic, token)
    else:
        auth.set_supported_methods(GstRtspServer_method("DIGEST"))
        auth.add_digest("viewer", "pass word", token)
    server.set_auth(auth)


def GstRtspServer_method(name):
    gi.require_version("GstRtsp", "1.0")
    from gi.repository import GstRtsp

    return getattr(GstRtsp.RTSPAuthMethod, name)


def main():
    Gst.init(None)
    method = sys.argv[1] if len(sys.argv) > 1 else ""
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    if method:
        want_password(server, method)
    served = []
    for name, (encoder, tail) in STREAMS.items():
        if Gst.ElementFactory.find(encoder) is None:
            continue
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch("( " + SOURCE + tail + " )")
        factory.set_shared(True)
        if method:
            factory.add_role_from_structure(
                Gst.Structure.from_string(
                    "viewer, media.factory.access=true, media.factory.construct=true"
                )[0]
            )
        server.get_mount_points().add_factory("/" + name, factory)
        served.append(name)
    server.attach(None)
    loop = GLib.MainLoop()

    def until_closed():
        sys.stdin.read()
        loop.quit()

    threading.Thread(target=until_closed, daemon=True).start()
    print("ready", server.get_bound_port(), *served, flush=True)
    loop.run()


main()
