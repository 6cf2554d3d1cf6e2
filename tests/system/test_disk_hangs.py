# SPDX-License-Identifier: Apache-2.0
"""A disk that answers nothing for some seconds, as a drive that spins up or a network volume that is away."""
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from support import Process, Server, sim, wait_for
from test_record import coverage, parse, recorded_seconds

CAMERA = "sim:?size=320x180&fps=10&gop=10"


def can_freeze():
    return os.geteuid() == 0 and all(shutil.which(t) for t in ("losetup", "mkfs.ext4", "fsfreeze")) and os.path.exists("/dev/loop-control")


class FreezingDisk:
    """An ext4 of its own on a loop device. A watchdog thaws it whatever becomes of the test: a frozen disk stops whoever looks at it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vantage-hang-")
        self.image, self.mounted = f"{self.folder}/image", f"{self.folder}/mounted"
        os.mkdir(self.mounted)
        subprocess.run(["truncate", "-s", "128M", self.image], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        done = subprocess.run(["mount", "-o", "loop", self.image, self.mounted], capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(self.folder)
            raise unittest.SkipTest(f"no loop device here: {done.stderr.strip()}")
        return self

    def freeze(self, at_most):
        self.watchdog = Process(["sh", "-c", f"sleep {at_most}; fsfreeze -u {self.mounted}"], self.folder, "watchdog")
        subprocess.run(["fsfreeze", "-f", self.mounted], check=True)

    def thaw(self):
        self.watchdog.kill()
        subprocess.run(["fsfreeze", "-u", self.mounted], check=False, stderr=subprocess.DEVNULL)

    def __exit__(self, *_):
        subprocess.run(["fsfreeze", "-u", self.mounted], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["umount", "-l", self.mounted], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def disk_state(server):
    (disk,) = server.api.get("/api/v1/system", timeout=2).json["disks"]
    return disk["state"]


@unittest.skipUnless(can_freeze(), "needs root, losetup, mkfs.ext4 and fsfreeze")
class HangingDisk(unittest.TestCase):
    def test_a_hang_of_seconds_is_said_and_stops_nothing(self):
        with FreezingDisk() as disk, sim(("one", CAMERA)) as url:
            began = time.time()
            with Server(f"  one: {url('one')}", storage=f"{disk.mounted}/storage") as server:
                wait_for("footage", lambda: recorded_seconds(server, "one", began) > 2)
                since = server.stream("one")["since"]
                disk.freeze(at_most=30)
                frozen = time.time()
                try:
                    wait_for("the disk to be called slow", lambda: self.answers_quickly(server) in ("slow", "failing"), 20, every=0.5)
                finally:
                    disk.thaw()
                thawed = time.time()
                self.assertGreater(thawed - frozen, 4.0)
                wait_for("the disk to be good again", lambda: disk_state(server) == "good")
                wait_for("footage after it", lambda: recorded_seconds(server, "one", thawed) > 2)
                stream = server.stream("one")
                self.assertEqual((stream["state"], stream["since"]), ("running", since))
                self.check_nothing_is_lost_in_silence(server, began)

    def answers_quickly(self, server):
        """The disk's state; and every answer comes within two seconds while the disk hangs, the live stream goes on."""
        state = disk_state(server)
        for path in ("/healthz", "/api/v1/cameras", "/api/v1/cameras/one/coverage?stream=main&start=0&end=60", "/metrics"):
            self.assertIn(server.api.get(path, timeout=2).status, (200, 503), path)
        self.assertEqual(server.stream("one")["state"], "running")
        return state

    def check_nothing_is_lost_in_silence(self, server, began):
        seen = coverage(server, "one", began, time.time())
        spans = [(parse(s["start"]), parse(s["end"])) for s in seen["footage"]]
        gaps = [(parse(g["start"]), parse(g["end"]), g["reason"]) for g in seen["gaps"]]
        for (_, end), (start, _) in zip(spans, spans[1:]):
            reasons = [reason for first, last, reason in gaps if first < start and last > end]
            self.assertTrue(any("disk" in reason for reason in reasons), seen)
