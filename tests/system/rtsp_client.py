# SPDX-License-Identifier: Apache-2.0
"""A plain RTSP reader that shows what is on the wire, and a proxy that loses datagrams."""
import hashlib
import random
import re
import socket
import struct
import threading


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class RtspClient:
    """RTSP over TCP, interleaved. `frames()` gives (channel, bytes)."""

    def __init__(self, port, path, user="", password="", receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))
        self.url = f"rtsp://127.0.0.1:{port}/{path}"
        self.user, self.password = user, password
        self.buffer, self.waiting, self.cseq, self.session, self.challenge = b"", [], 0, None, None

    def close(self):
        self.socket.close()

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def _need(self, size):
        while len(self.buffer) < size:
            self._more()

    def _item(self):
        """The next frame as (channel, bytes), or a reply."""
        self._need(4)
        if self.buffer[0] == 0x24:
            channel, size = self.buffer[1], struct.unpack(">H", self.buffer[2:4])[0]
            self._need(4 + size)
            frame, self.buffer = self.buffer[4:4 + size], self.buffer[4 + size:]
            return channel, frame
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = [line.split(": ", 1) for line in lines[1:]]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        self._need(length)
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        found = {}
        for name, value in headers:
            found.setdefault(name, value)
        return Reply(int(lines[0].split()[1]), found, body.decode())

    def send(self, method, url=None, headers=()):
        url = url or self.url
        self.cseq += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self.cseq}", *headers]
        if self.session:
            lines.append(f"Session: {self.session}")
        if self.challenge:
            realm, nonce = self.challenge
            response = md5(f"{md5(f'{self.user}:{realm}:{self.password}')}:{nonce}:{md5(f'{method}:{url}')}")
            lines.append(f'Authorization: Digest username="{self.user}", realm="{realm}", nonce="{nonce}", '
                         f'uri="{url}", response="{response}"')
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def ask(self, method, url=None, headers=()):
        self.send(method, url, headers)
        while True:
            item = self._item()
            if isinstance(item, Reply):
                if "Session" in item.headers:
                    self.session = item.headers["Session"].split(";")[0]
                return item
            self.waiting.append(item)

    def log_in(self, method="DESCRIBE"):
        """Asks, answers the challenge, and returns the second answer."""
        first = self.ask(method)
        if first.status != 401:
            return first
        found = dict(re.findall(r'(\w+)="([^"]*)"', first.headers["WWW-Authenticate"]))
        self.challenge = found["realm"], found["nonce"]
        return self.ask(method)

    def play(self, tracks=(0,)):
        described = self.log_in()
        assert described.status == 200, described.status
        controls = re.findall(r"^a=control:(.*?)\r?$", described.body.split("m=", 1)[1], re.M)
        for track in tracks:
            control = controls[track]
            reply = self.ask("SETUP", control if "://" in control else f"{self.url}/{control}",
                             [f"Transport: RTP/AVP/TCP;unicast;interleaved={2 * track}-{2 * track + 1}"])
            assert reply.status == 200, reply.status
        reply = self.ask("PLAY")
        assert reply.status == 200, reply.status
        return described

    def frames(self):
        while True:
            item = self.waiting.pop(0) if self.waiting else self._item()
            if not isinstance(item, Reply):
                yield item


def parse_rtp(packet):
    """(marker, sequence, timestamp, ssrc, payload)"""
    first, second, sequence, timestamp, ssrc = struct.unpack(">BBHII", packet[:12])
    assert first == 0x80, first
    return bool(second & 0x80), sequence, timestamp, ssrc, packet[12:]


def parse_sender_report(packet):
    """(unix seconds, RTP time, ssrc) or None"""
    if packet[1] != 200:
        return None
    ssrc, seconds, fraction, rtp = struct.unpack(">IIII", packet[4:20])
    return seconds - 2208988800 + fraction / 2**32, rtp, ssrc


def has_bye(packet):
    at = 0
    while at + 4 <= len(packet):
        if packet[at + 1] == 203:
            return True
        at += 4 + 4 * struct.unpack(">H", packet[at + 2:at + 4])[0]
    return False


class AnnexB:
    """H.264 from RTP payloads (RFC 6184: single, STAP-A, FU-A) to a byte stream."""

    def __init__(self):
        self.data = bytearray()

    def add(self, payload):
        kind = payload[0] & 0x1F
        if kind == 24:
            at = 1
            while at < len(payload):
                size = struct.unpack(">H", payload[at:at + 2])[0]
                self.data += b"\0\0\0\1" + payload[at + 2:at + 2 + size]
                at += 2 + size
        elif kind == 28:
            if payload[1] & 0x80:
                self.data += b"\0\0\0\1" + bytes([payload[0] & 0xE0 | payload[1] & 0x1F])
            self.data += payload[2:]
        else:
            self.data += b"\0\0\0\1" + payload


class LossyProxy:
    """Hands one RTSP connection to `server`, and its datagrams but for a part that it loses; the client gets the proxy's
    ports. RTCP passes in both directions."""

    def __init__(self, server, loss, seed=7):
        self.server, self.loss, self.random = server, loss, random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.passed, self.lost = 0, 0
        self.sockets = [self.listener]
        self.run(self.accept)

    def run(self, work, *arguments):
        def guarded():
            try:
                work(*arguments)
            except OSError:
                pass
        threading.Thread(target=guarded, daemon=True).start()

    def close(self):
        for one in self.sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            upstream = socket.create_connection(("127.0.0.1", self.server))
            self.sockets += [client, upstream]
            self.ports = {}
            self.run(self.requests, client, upstream)
            self.run(self.replies, client, upstream)

    def udp(self):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        one.bind(("127.0.0.1", 0))
        self.sockets.append(one)
        return one

    def requests(self, client, upstream):
        while data := client.recv(65536):
            def swap(match):
                pair = []
                for wanted in match.groups():
                    to_server, to_client = self.udp(), self.udp()
                    target = {"client": int(wanted), "server": None}
                    self.run(self.datagrams, to_server, to_client, target, "client", True)
                    self.run(self.datagrams, to_client, to_server, target, "server", False)
                    pair.append((to_server, to_client, target))
                self.ports[pair[0][0].getsockname()[1]] = pair
                return "client_port=%d-%d" % tuple(p[0].getsockname()[1] for p in pair)
            upstream.sendall(re.sub(r"client_port=(\d+)-(\d+)", swap, data.decode()).encode())
        upstream.shutdown(socket.SHUT_WR)

    def replies(self, client, upstream):
        while data := upstream.recv(65536):
            text = data.decode(errors="surrogateescape")
            if found := re.search(r"client_port=(\d+)-(\d+);server_port=(\d+)-(\d+)", text):
                pair = self.ports[int(found[1])]
                for (_, _, target), port in zip(pair, (int(found[3]), int(found[4]))):
                    target["server"] = port
                own = [p[1].getsockname()[1] for p in pair]
                told = "client_port=%d-%d;server_port=%d-%d" % (pair[0][2]["client"], pair[1][2]["client"], *own)
                text = text.replace(found[0], told)
            client.sendall(text.encode(errors="surrogateescape"))
        client.shutdown(socket.SHUT_WR)

    def datagrams(self, incoming, outgoing, target, key, lossy):
        while True:
            data = incoming.recv(65536)
            if lossy and self.random.random() < self.loss:
                self.lost += 1
                continue
            self.passed += lossy
            if target[key]:
                outgoing.sendto(data, ("127.0.0.1", target[key]))
