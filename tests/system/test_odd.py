# SPDX-License-Identifier: Apache-2.0
"""What cameras really send, over RTSP, all in one recorder: each stream is recorded or says why not, and every file is sound."""
import contextlib
import tempfile
import time
import unittest

from support import MEDIA, Process, Server, ffprobe, free_port, listening, log, sim, wait_for
from test_record import RTSPCAM, recorded_seconds

MADE = MEDIA / "odd/made"
SIMULATED = ["bpyramid_h264.mp4", "opengop_h264.mp4", "opengop_h265.mp4", "one_idr_only.mp4", "intra_refresh_no_idr.mp4",
             "slices4_h264.mp4", "vfr_h264.mp4", "h264_pcma.mkv", "h264_pcmu.mkv", "h264_aac16k.mp4", "mjpeg.mkv",
             "ipcam_like_h265.mp4", "ts_jumps.ts", "ts_wrap33.ts", "ts_damaged.ts", "frag.mp4", "frag_truncated.mp4"]
# GStreamer as the camera: other payloaders, other RTP.
FOREIGN = ["bpyramid_h264.mp4", "opengop_h265.mp4", "slices4_h264.mp4", "vfr_h264.mp4", "mjpeg.mkv"]
SECONDS = 6


def name_of(prefix, file):
    return f"{prefix}_{file.split('.')[0]}"


@unittest.skipUnless(MADE.exists(), f"no {MADE}")
class OddStreams(unittest.TestCase):
    @contextlib.contextmanager
    def cameras(self):
        """Addresses by name."""
        with contextlib.ExitStack() as stack:
            port = free_port()
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            mounts = [f"/{name_of('gst', f)}={MADE / f}" for f in FOREIGN]
            process = Process(["/usr/bin/python3", RTSPCAM, "--port", port, *mounts], folder, "rtspcam")
            stack.callback(process.kill)
            url = stack.enter_context(sim(*((name_of("sim", f), f"file:{MADE / f}") for f in SIMULATED)))
            wait_for("GStreamer's cameras", lambda: listening(port) or not process.running(), 60)
            self.assertTrue(process.running(), process.log())
            names = [m.split("=")[0].strip("/") for m in mounts]
            yield {**{name_of("sim", f): url(name_of("sim", f)) for f in SIMULATED}, **{n: f"rtsp://127.0.0.1:{port}/{n}" for n in names}}

    def test_each_is_recorded_or_refused_with_a_reason(self):
        with self.cameras() as urls, Server("\n".join(f"  {n}: {u}" for n, u in urls.items())) as server:
            began = time.time()
            answers = {}

            def settled(name):
                stream = server.stream(name)
                answers[name] = recorded_seconds(server, name, began), stream["state"], stream["detail"]
                return answers[name][0] > SECONDS or (stream["state"] in ("refused", "lost") and stream["detail"])

            for name in urls:
                wait_for(f"{name} to be recorded or refused", lambda n=name: settled(n), 60, every=0.2)
            self.assertTrue(server.process.running())
            self.assertEqual(server.stop(), 0)
            for name, (seconds, state, detail) in answers.items():
                with self.subTest(camera=name, seconds=seconds, state=state, detail=detail):
                    if seconds <= SECONDS:
                        log(f"{name}: {state}: {detail}")
                    self.assertTrue(seconds > SECONDS or detail)
                    self.check_files(name, server.segments(name), wanted=seconds > 0)

    def check_files(self, name, paths, wanted):
        self.assertTrue(paths or not wanted)
        for path in paths:
            facts, errors = ffprobe(path, "-count_packets", "-read_intervals", "%+60", "-show_entries",
                                    "format=start_time,duration:stream=codec_type,nb_read_packets:packet=dts_time")
            # Pictures that were damaged before they came stay damaged; ffprobe decodes the first ones.
            if "damaged" not in name:
                self.assertEqual(errors, "", path)
            # Decoding starts at 0; with B-frames the first picture is shown later, by the depth of their order.
            self.assertAlmostEqual(min(float(p["dts_time"]) for p in facts["packets"]), 0.0, delta=0.001, msg=path)
            self.assertLess(float(facts["format"]["start_time"]), 0.3, path)
            self.assertGreater(float(facts["format"]["duration"]), 0.0, path)
            self.assertTrue(all(int(s["nb_read_packets"]) > 0 for s in facts["streams"]), facts["streams"])
