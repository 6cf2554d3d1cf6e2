# SPDX-License-Identifier: Apache-2.0
"""The browser feed from Python: a small WebSocket client, and what a feed has sent, taken apart."""
import base64
import json
import os
import socket
import struct
import time

import fmp4
import time_code


class WebSocket:
    """RFC 6455 as far as the feed needs it."""

    def __init__(self, server, path):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Origin: http://127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.api.token}\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        status = self.file.readline()
        assert b" 101 " in status, status
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def frame(self, opcode, payload):
        mask = os.urandom(4)
        short = len(payload) < 126
        head = struct.pack(">BB", 0x80 | opcode, 0x80 | len(payload)) if short else struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, len(payload))
        self.socket.sendall(head + mask + bytes(b ^ mask[n % 4] for n, b in enumerate(payload)))

    def send(self, **message):
        self.frame(1, json.dumps(message).encode())

    def receive(self):
        """A text as an object, a binary message as bytes; None when it is closed."""
        whole, kind = b"", None
        while True:
            head = self.file.read(2)
            if len(head) < 2:
                return None
            opcode, length = head[0] & 15, head[1] & 127
            if length > 125:
                length = int.from_bytes(self.file.read(2 if length == 126 else 8), "big")
            payload = self.file.read(length)
            if opcode == 8:
                return None
            if opcode == 9:
                self.frame(10, payload)
            if opcode in (0, 1, 2):
                kind = opcode or kind
                whole += payload
                if head[0] & 0x80:
                    return json.loads(whole) if kind == 1 else whole

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Watched:
    """What came of one request until `enough` says so: texts, the init and the media behind it."""

    def __init__(self, socket, enough, seconds=30):
        self.texts, self.init, self.media = [], b"", []
        deadline = time.monotonic() + seconds
        while not enough(self):
            assert time.monotonic() < deadline, self.texts
            message = socket.receive()
            assert message is not None, self.texts
            if isinstance(message, dict):
                self.texts.append(message)
            elif message[4:8] == b"ftyp":
                self.init, self.media = message, []
            else:
                self.media.append(message)

    def types(self):
        return [text["type"] for text in self.texts]

    def video(self):
        """Runs of the video track."""
        tracks = fmp4.read_init(self.init)
        runs = fmp4.read_media(b"".join(self.media), tracks)
        return [run for run in runs if tracks[run.track].kind == "vide"], next(t for t in tracks.values() if t.kind == "vide")

    def seconds(self):
        return sum(run.duration for run in self.video()[0]) if self.init and self.media else 0

    def codes(self):
        """Claimed time -> what the picture says, for each picture."""
        runs, track = self.video()
        claimed = sorted(time for run in runs for time in run.presentations)
        shown = time_code.times_of(self.init + b"".join(self.media), track.width, track.height)
        assert len(claimed) == len(shown), (len(claimed), len(shown))
        return dict(zip(claimed, shown))


def live(server, camera, stream, seconds):
    with WebSocket(server, f"/{camera}/feed") as socket:
        socket.send(type="live", request=1, stream=stream, audio=False)
        return Watched(socket, lambda watched: watched.seconds() >= seconds or "error" in watched.types())
