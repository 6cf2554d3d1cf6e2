# SPDX-License-Identifier: Apache-2.0
"""Disks that are full, read only or gone: the program goes on, and says so."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from support import Server, sim, wait_for
from test_record import coverage, recorded_seconds

CAMERA = "sim:?size=320x180&fps=10&gop=10"


def can_mount():
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True)
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        return done.returncode == 0


class Mounted:
    """A small disk of its own."""

    def __init__(self, size):
        self.folder = tempfile.mkdtemp(prefix="vantage-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", self.folder], check=True)

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.folder], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)
        os.rmdir(self.folder)


def fill(folder, leave=0):
    """Leaves so many bytes of a disk to others; gives the file that takes the rest."""
    ballast = pathlib.Path(folder, "ballast")
    with open(ballast, "ab", buffering=0) as file:  # closing it would try what is buffered once more
        try:
            while (free := shutil.disk_usage(folder).free) > leave or not leave:
                file.write(bytes(min(free - leave, 65536) or 4096))
        except OSError:
            pass
    return ballast


@unittest.skipUnless(can_mount(), "mounting needs root")
class Disks(unittest.TestCase):
    def test_what_a_full_disk_did_not_take_is_written_when_there_is_room(self):
        with Mounted("24m") as disk, sim(("one", CAMERA)) as url:
            began = time.time()
            with Server(f"  one: {url('one')}", storage=f"{disk.folder}/storage") as server:
                wait_for("footage", lambda: recorded_seconds(server, "one", began) > 2)
                ballast = fill(disk.folder)
                wait_for("the disk to be called full",
                         lambda: any(d["state"] == "full" for d in server.api.get("/api/v1/system").json["disks"]), 30)
                self.assertEqual(server.stream("one")["state"], "running")
                ballast.unlink()
                freed = time.time()
                wait_for("footage again", lambda: recorded_seconds(server, "one", freed) > 2, 30)
                # The ring holds minutes of so small a camera: nothing is lost, and nothing pretends to be.
                seen = coverage(server, "one", began, time.time())
                self.assertEqual((len(seen["footage"]), seen["gaps"]), (1, []), seen)

    def test_a_read_only_disk_is_a_gap(self):
        with Mounted("24m") as disk, sim(("one", CAMERA)) as url:
            began = time.time()
            with Server(f"  one: {url('one')}", storage=f"{disk.folder}/storage") as server:
                wait_for("footage", lambda: recorded_seconds(server, "one", began) > 2)
                # An open file for writing keeps a mount writable: the file system is made read only under it.
                done = subprocess.run(["mount", "-o", "remount,ro,force", disk.folder], capture_output=True)
                if done.returncode:
                    self.skipTest("this kernel does not remount a busy tmpfs read only")
                wait_for("the disk to fail",
                         lambda: any(d["state"] != "good" for d in server.api.get("/api/v1/system").json["disks"]), 30)
                disk.remount("rw")
                freed = time.time()
                wait_for("footage again", lambda: recorded_seconds(server, "one", freed) > 2, 30)
