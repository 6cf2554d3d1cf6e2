# SPDX-License-Identifier: Apache-2.0
"""The commands beside `serve`: what they say, and that they work on what a recorder left."""
import contextlib
import re
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.request

from support import BINARY, SHORT, Client, Server, sim, wait_for
from test_record import coverage, recorded_seconds


def vantage(*arguments, text=None):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, input=text, timeout=60)


class Commands(unittest.TestCase):
    def test_each_has_a_help_that_teaches(self):
        self.assertEqual(vantage("--help").returncode, 0)
        for command in ("serve", "check", "reindex", "export", "user", "demo", "sim"):
            said = vantage(command, "--help")
            self.assertEqual(said.returncode, 0, command)
            self.assertGreater(len(said.stdout), 150, command)
        wrong = vantage("recrod")
        self.assertEqual(wrong.returncode, 2)

    def test_check_says_what_it_understood_or_every_fault(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("cameras: {door: 'rtsp://u:hunter2@10.0.0.5/'}\n")
            file.flush()
            good = vantage("check", "--config", file.name)
            self.assertEqual(good.returncode, 0, good.stderr)
            self.assertIn("door", good.stdout)
            self.assertNotIn("hunter2", good.stdout)
            file.write("storrage: /x\n")
            file.flush()
            bad = vantage("check", "--config", file.name)
            self.assertEqual(bad.returncode, 1)
            self.assertRegex(bad.stderr, r":2: unknown key 'storrage'.*did you mean 'storage'")
        self.assertEqual(vantage("check", "--config", "/nowhere.yaml").returncode, 1)

    def test_users_from_the_console(self):
        with Server() as server:
            def user(*arguments, text=None):
                return vantage("user", *arguments, "--config", server.config, text=text)
            self.assertEqual(user("add", "vera", "--role", "viewer", "--camera", "door", text=SHORT + "\n").returncode, 0)
            self.assertIn("vera", user("list").stdout)
            self.assertEqual(Client(server.port).login("vera", SHORT).status, 200)
            self.assertEqual(user("password", "vera", text="another-long-password\n").returncode, 0)
            self.assertEqual(Client(server.port).login("vera", SHORT).status, 401)
            short = user("add", "max", text="short\n")
            self.assertEqual(short.returncode, 1)
            self.assertIn("password", short.stderr)
            self.assertEqual(user("remove", "vera").returncode, 0)
            last = user("remove", "admin")
            self.assertEqual(last.returncode, 1, "the last admin stays")

    def test_reindex_brings_a_lost_catalogue_back(self):
        with sim(("one", "sim:?size=320x180&fps=10&gop=10")) as url:
            with Server(f"  one: {url('one')}") as server:
                began = time.time()
                wait_for("3 s", lambda: recorded_seconds(server, "one", began) > 3)
                server.stop()
                server.start()
                before = coverage(server, "one", began - 5, began + 3)["footage"]
                busy = vantage("reindex", "--config", server.config)
                self.assertEqual(busy.returncode, 1, "a recorder holds the storage")
                server.stop()
                for file in (server.folder / "data").glob("catalog.db*"):
                    file.unlink()
                done = vantage("reindex", "--config", server.config)
                self.assertEqual(done.returncode, 0, done.stderr)
                server.start()
                self.assertEqual(coverage(server, "one", began - 5, began + 3)["footage"], before)


class Tls(unittest.TestCase):
    def test_a_self_signed_certificate_is_made_at_the_first_start(self):
        server = Server()
        server.config.write_text(server.config.read_text().replace("127.0.0.1}", "127.0.0.1, tls: self_signed}"))
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE

        def answer():
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"https://127.0.0.1:{server.port}/healthz", context=trusting, timeout=5).status
        try:
            server.start(wait=False)
            self.assertEqual(wait_for("an answer over TLS", answer), 200)
            self.assertTrue(re.search(r"https://127\.0\.0\.1:\d+/setup\?token=", server.process.log()))
            self.assertEqual((server.folder / "data/tls/server.key").stat().st_mode & 0o777, 0o600)
            self.assertEqual(server.stop(), 0)
        finally:
            server.kill()
