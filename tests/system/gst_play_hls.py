#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""gst_play_hls.py DEMUXER ADDRESS SECONDS: plays HLS with GStreamer until the picture has moved on by some seconds. Needs the host's
Python (gi)."""
import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402


def main():
    Gst.init(None)
    demuxer, address, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    # playbin takes hlsdemux, playbin3 hlsdemux2.
    player = Gst.ElementFactory.make("playbin3" if demuxer == "hlsdemux2" else "playbin")
    player.set_property("uri", address)
    frames = [0]
    for kind in ("video", "audio"):
        sink = Gst.ElementFactory.make("fakesink")
        # The older demuxer leaves decode times as they are, Unix time: it plays, but not by its clock.
        sink.set_property("sync", demuxer == "hlsdemux2")
        if kind == "video":
            sink.set_property("signal-handoffs", True)
            sink.connect("handoff", lambda *_: frames.__setitem__(0, frames[0] + 1))
        player.set_property(f"{kind}-sink", sink)
    try:
        player.set_state(Gst.State.PLAYING)
        deadline = time.monotonic() + 40
        while frames[0] < seconds * 25 and time.monotonic() < deadline:
            message = player.get_bus().timed_pop_filtered(100 * Gst.MSECOND, Gst.MessageType.ERROR | Gst.MessageType.EOS)
            if message and message.type == Gst.MessageType.ERROR:
                sys.exit(f"error: {message.parse_error()}")
            if message:
                break
        print(frames[0])
        sys.exit(0 if frames[0] >= seconds * 25 else f"only {frames[0]} pictures")
    finally:
        player.set_state(Gst.State.NULL)


main()
