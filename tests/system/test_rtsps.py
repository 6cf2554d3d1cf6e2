# SPDX-License-Identifier: Apache-2.0
"""A camera behind TLS, with a certificate that nobody signed, as cameras have them."""
import asyncio
import contextlib
import pathlib
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from support import Server, free_port, sim, wait_for
from test_record import recorded_seconds


async def pump(reader, writer):
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def tls_proxy(port, to, certificate):
    """A TLS server on a thread of its own that hands everything on; returns what ends it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()

    async def connected(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    loop.run_until_complete(asyncio.start_server(connected, "127.0.0.1", port, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def end():
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
    return end


class Rtsps(unittest.TestCase):
    def test_a_camera_behind_tls_is_recorded(self):
        with tempfile.TemporaryDirectory() as folder, sim(("one", "sim:?size=320x180&fps=10&gop=10")) as url:
            certificate = pathlib.Path(folder, "camera.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=camera", "-days", "2",
                            "-keyout", certificate, "-out", pathlib.Path(folder, "c.pem")], check=True, capture_output=True)
            certificate.write_text(certificate.read_text() + pathlib.Path(folder, "c.pem").read_text())
            port = free_port()
            end = tls_proxy(port, urllib.parse.urlparse(url("one")).port, certificate)
            try:
                began = time.time()
                with Server(f"  one: rtsps://127.0.0.1:{port}/one") as server:
                    wait_for("3 s", lambda: recorded_seconds(server, "one", began) > 3, 30)
                    self.assertEqual(server.stream("one")["lost_packets"], 0)
            finally:
                end()
