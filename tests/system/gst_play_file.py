#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""gst_play_file.py SECOND FILE...: plays each file with GStreamer's playbin: duration, a seek to SECOND, then everything to the end.
One line of JSON a file. Needs the host's Python (gi)."""
import json
import pathlib
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

WAIT = 20 * Gst.SECOND


def await_message(player, kind):
    message = player.get_bus().timed_pop_filtered(WAIT, Gst.MessageType.ERROR | kind)
    if message is None:
        raise RuntimeError("nothing came within 20 s")
    if message.type == Gst.MessageType.ERROR:
        raise RuntimeError(message.parse_error()[0].message)


def play(path, second):
    player = Gst.ElementFactory.make("playbin")
    player.set_property("uri", pathlib.Path(path).resolve().as_uri())
    for kind in ("video", "audio"):
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        player.set_property(f"{kind}-sink", sink)
    try:
        player.set_state(Gst.State.PAUSED)
        await_message(player, Gst.MessageType.ASYNC_DONE)
        seen = {"duration": player.query_duration(Gst.Format.TIME)[1] / Gst.SECOND,
                "start": player.query_position(Gst.Format.TIME)[1] / Gst.SECOND}
        assert player.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE, int(second * Gst.SECOND)), "no seek"
        await_message(player, Gst.MessageType.ASYNC_DONE)
        seen["sought"] = player.query_position(Gst.Format.TIME)[1] / Gst.SECOND
        player.set_state(Gst.State.PLAYING)
        await_message(player, Gst.MessageType.EOS)
        seen["end"] = player.query_position(Gst.Format.TIME)[1] / Gst.SECOND
        return seen
    except (RuntimeError, AssertionError) as error:
        return {"error": str(error)}
    finally:
        player.set_state(Gst.State.NULL)


def main():
    Gst.init(None)
    for path in sys.argv[2:]:
        print(json.dumps(play(path, float(sys.argv[1]))), flush=True)


main()
