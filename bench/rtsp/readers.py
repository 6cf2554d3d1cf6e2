# SPDX-License-Identifier: Apache-2.0
"""readers.py PORT PATH COUNT [USER]: load for bench/viewers_rtsp.py; the password is in RTSP_PASSWORD.
So many RTSP readers over TCP that do nothing but read; every second a line of JSON with the bytes of each."""
import json
import os
import pathlib
import select
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/system"))
from rtsp_client import RtspClient  # noqa: E402  (the path is set above)


def main():
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    user = sys.argv[4] if len(sys.argv) > 4 else ""
    clients, totals, poll, buffer = {}, {}, select.epoll(), bytearray(1 << 20)

    def read(timeout):
        for fd, _ in poll.poll(timeout, count):
            got = clients[fd].recv_into(buffer)
            if got == 0:
                sys.exit("a reader was ended")
            totals[fd] += got

    for _ in range(count):
        client = RtspClient(port, path, user, os.environ.get("RTSP_PASSWORD", ""))
        client.play()
        fd = client.socket.fileno()
        clients[fd], totals[fd] = client.socket, 0
        poll.register(fd, select.EPOLLIN)
        read(0)
    told = 0
    while True:
        # Not at every packet: twenty times a second takes what a server has sent, however small it cuts it.
        time.sleep(0.05)
        read(0.2)
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            print(json.dumps({"at": told, "bytes": list(totals.values())}), flush=True)


main()
