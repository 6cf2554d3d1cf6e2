# SPDX-License-Identifier: Apache-2.0
"""What the system tests share: the real binary as a server on free ports and a temporary folder, foreign cameras, an API client,
and waiting for conditions. Every process is ended by its own id."""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("VANTAGE_BINARY", ROOT / "build/dev/vantage"))
MEDIA = pathlib.Path(os.environ.get("VANTAGE_TEST_MEDIA", ROOT.parent / "shared/media"))
SHORT = "a-password-of-length"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition, seconds=20.0, every=0.05):
    """Polls until the condition gives something true, and returns it; fails with `what` and the last answer."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        last = condition()
        if last:
            return last
        time.sleep(every)
    raise AssertionError(f"waited {seconds} s for {what}; last: {last!r}")


class Process:
    """A child in a group of its own, its output in a file."""

    def __init__(self, command, folder, name, env=None):
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.log_file = open(self.log_path, "ab")
        self.child = subprocess.Popen([str(c) for c in command], stdout=self.log_file, stderr=self.log_file,
                                      stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.child.pid

    def log(self):
        return self.log_path.read_text(errors="replace")

    def running(self):
        return self.child.poll() is None

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.log_file.close()

    def stop(self, seconds=20):
        """SIGTERM; returns the exit code. A process that does not end is a failure."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.log_path.name}: did not stop within {seconds} s:\n{self.log()[-3000:]}") from None
        code = self.child.returncode
        self.kill()
        return code


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """HTTP as a program with a token, or as a browser with a cookie."""

    def __init__(self, port, token=None):
        self.port, self.token, self.cookie, self.csrf = port, token, None, None

    def request(self, method, path, body=None, headers=None, timeout=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
            if self.csrf:
                sent.setdefault("X-CSRF-Token", self.csrf)
        data = None
        if body is not None:
            data = json.dumps(body).encode() if not isinstance(body, (bytes, str)) else body
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, data, sent)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, body=None, **kwargs):
        return self.request("POST", path, body, **kwargs)

    def login(self, name, password):
        answer = self.post("/api/v1/login", {"name": name, "password": password})
        if answer.status == 200:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
            self.csrf = answer.json["csrf"]
        return answer


class Server:
    """`vantage serve` in a temporary folder, with an admin whose token `api` uses."""

    def __init__(self, cameras="", extra="", binary=None, folder=None, storage=None, env=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="vantage-"))
        self.own_folder = folder is None
        self.port = free_port()
        self.rtsp_port, self.rtsps_port = free_port(), free_port()
        self.binary = binary or BINARY
        self.storage = pathlib.Path(storage or self.folder / "storage")
        self.config = self.folder / "vantage.yaml"
        self.env = env
        self.write_config(cameras, extra)
        self.process = None
        self.starts = 0
        self.api = None

    def write_config(self, cameras, extra=""):
        text = f"server: {{port: {self.port}, bind: 127.0.0.1}}\ndata: {self.folder / 'data'}\nstorage: {self.storage}\n"
        if not any(line.startswith("rtsp:") for line in extra.splitlines()):
            text += f"rtsp: {{port: {self.rtsp_port}, tls_port: {self.rtsps_port}}}\n"
        text += (f"cameras:\n{cameras}\n" if cameras else "") + extra + "\n"
        self.config.write_text(text)

    def start(self, wait=True):
        self.starts += 1
        self.process = Process([self.binary, "serve", "--config", self.config], self.folder, f"serve{self.starts}", self.env)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=30):
        def ready():
            if not self.process.running():
                raise AssertionError(f"vantage ended:\n{self.process.log()[-3000:]}")
            with contextlib.suppress(OSError):
                return Client(self.port).get("/healthz").status in (200, 503)
        wait_for("the server's answer", ready, seconds)
        if self.api is None:
            self.api = Client(self.port, self.make_admin())

    def make_admin(self):
        page = wait_for("the set-up link", lambda: re.search(r"/setup\?token=([\w-]+)", self.process.log()))
        setup = Client(self.port)
        answer = setup.post("/api/v1/setup", {"token": page[1], "name": "admin", "password": SHORT})
        assert answer.status == 200, answer.body
        setup.login("admin", SHORT)
        made = setup.post("/api/v1/tokens", {"name": "test"})
        assert made.status == 201, made.body
        return made.json["token"]

    def camera(self, name):
        return self.api.get(f"/api/v1/cameras/{name}").json

    def stream(self, name, kind="main"):
        return next(s for s in self.camera(name)["streams"] if s["kind"] == kind)

    def wait_state(self, name, state, kind="main", seconds=30):
        return wait_for(f"{name} to be {state}", lambda: (s := self.stream(name, kind))["state"] == state and s, seconds)

    def segments(self, name, kind="main"):
        return sorted((self.storage / "footage" / name / kind).glob("*/*.mp4"))

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        try:
            if self.process and self.process.running():
                code = self.process.stop()
                assert code == 0 or error[0], f"vantage ended with {code}:\n{self.process.log()[-3000:]}"
        finally:
            if self.process:
                self.process.kill()
            if self.own_folder and not error[0]:
                shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def sim(*cameras, folder=None, extra=()):
    """`vantage sim` with cameras like ("one", "sim:?fps=25"); gives a function from name to address."""
    with tempfile.TemporaryDirectory() as temporary:
        port = free_port()
        arguments = [f"--camera={name}={source}" for name, source in cameras]
        process = Process([BINARY, "sim", "--port", port, *arguments, *extra], folder or temporary, "sim")
        try:
            wait_for("the simulated cameras", lambda: listening(port) or not process.running())
            assert process.running(), process.log()
            yield lambda name: f"rtsp://127.0.0.1:{port}/{name}"
        finally:
            process.stop()


def listening(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def ffprobe(path, *arguments):
    out = subprocess.run(["ffprobe", "-v", "error", "-of", "json", *arguments, str(path)], capture_output=True, text=True,
                         timeout=60)
    return json.loads(out.stdout or "{}"), out.stderr.strip()


def duration_of(path):
    facts, errors = ffprobe(path, "-show_entries", "format=duration,start_time")
    assert not errors, errors
    return float(facts["format"]["duration"]), float(facts["format"]["start_time"])


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def quote(text):
    return urllib.parse.quote(text, safe="")


def needs(*files):
    """Skips a test when foreign media is not there."""
    import unittest
    missing = [f for f in files if not (MEDIA / f).exists()]
    return unittest.skipIf(missing, f"no {missing} in {MEDIA}")


def log(message):
    print(message, file=sys.stderr, flush=True)
