# SPDX-License-Identifier: Apache-2.0
"""gst_server.py PORT URL: GStreamer's RTSP server for bench/viewers_rtsp.py: /one is the camera at URL, pulled once and
packetised once for all readers (a shared media factory). Needs the host's Python (gi)."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main():
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( rtspsrc location={sys.argv[2]} protocols=tcp latency=200 ! rtph264depay ! h264parse ! "
                       "rtph264pay name=pay0 pt=96 config-interval=-1 )")
    factory.set_shared(True)
    server.get_mount_points().add_factory("/one", factory)
    server.attach(None)
    GLib.MainLoop().run()


main()
