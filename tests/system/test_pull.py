# SPDX-License-Identifier: Apache-2.0
"""Cameras that are not RTSP: MPEG-TS, FLV, Motion JPEG and HLS over HTTP, and a capture device, in one recorder. ffmpeg is the
camera; `lavfi:` takes the place of the capture card."""
import contextlib
import pathlib
import tempfile
import time
import unittest

from support import Process, Server, ffprobe, free_port, log, wait_for
from test_record import recorded_seconds

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-bf", "0", "-pix_fmt", "yuv420p"]


@contextlib.contextmanager
def camera(name, folder, *output):
    """ffmpeg sends a test picture in real time to its one reader."""
    process = Process(["ffmpeg", "-v", "error", "-nostdin", "-re", *PICTURE, *output], folder, name)
    try:
        yield process
    finally:
        process.kill()


class Pull(unittest.TestCase):
    def test_http_and_capture_sources_are_recorded(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            ports = {name: free_port() for name in ("ts", "flv", "mjpeg", "playlist")}
            address = {name: f"http://127.0.0.1:{port}/stream" for name, port in ports.items()}
            stack.enter_context(camera("ts", folder, *H264, "-f", "mpegts", "-listen", "1", address["ts"]))
            stack.enter_context(camera("flv", folder, *H264, "-f", "flv", "-listen", "1", address["flv"]))
            stack.enter_context(camera("mjpeg", folder, "-c:v", "mjpeg", "-f", "mpjpeg", "-listen", "1", address["mjpeg"]))
            hls = pathlib.Path(folder, "hls")
            hls.mkdir()
            stack.enter_context(camera("hls", folder, *H264, "-f", "hls", "-hls_time", "1", hls / "index.m3u8"))
            web = Process(["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", hls, ports["playlist"]], folder, "web")
            stack.callback(web.kill)
            wait_for("a playlist", lambda: (hls / "index.m3u8").exists())
            address["playlist"] = f"http://127.0.0.1:{ports['playlist']}/index.m3u8"
            address["card"] = "lavfi:testsrc2=size=320x240:rate=10"
            began = time.time()
            with Server("\n".join(f"  {name}: '{source}'" for name, source in address.items())) as server:
                for name in address:
                    try:
                        wait_for(f"3 s of {name}", lambda n=name: recorded_seconds(server, n, began) > 3, 40)
                    except AssertionError:
                        log(server.process.log()[-3000:])
                        raise
                server.stop()
                for name in address:
                    path = server.segments(name)[0]
                    facts, errors = ffprobe(path, "-show_entries", "stream=codec_name:format=start_time")
                    self.assertEqual((errors, facts["streams"][0]["codec_name"]), ("", "h264"), name)
                    self.assertEqual(float(facts["format"]["start_time"]), 0.0, name)
