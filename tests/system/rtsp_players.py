# SPDX-License-Identifier: Apache-2.0
"""Foreign players of our RTSP server, and what the tests of it ask the recorder."""
import os
import pathlib
import re
import subprocess
import tempfile

from support import Process, ffprobe, wait_for

CAMERA = "sim:?size=320x180&fps=25&gop=25"


def password_of(server):
    """The stream password of the admin."""
    answer = server.api.get("/api/v1/me/stream-password")
    assert answer.status == 200, answer.body
    assert answer.json["user"] == "admin"
    return answer.json["password"]


def metric(server, name):
    found = re.search(rf"^{name} (\S+)$", server.api.get("/metrics").body.decode(), re.M)
    return float(found[1])


def run(command, seconds=60, **kwargs):
    out = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL,
                         **kwargs)
    return out.returncode, out.stdout + out.stderr


def decoded_by_ffmpeg(url, pictures=50, transport="tcp"):
    """How many pictures ffmpeg decodes, and what it complains about."""
    code, text = run(["ffmpeg", "-v", "error", "-stats", "-rtsp_transport", transport, "-i", url, "-map", "0:v", "-frames:v",
                      pictures, "-vsync", "passthrough", "-f", "null", "-"])
    frames = re.findall(r"frame=\s*(\d+)", text)
    complaints = [line for line in text.splitlines() if line.strip() and not line.startswith("frame=")]
    return (int(frames[-1]) if frames and code == 0 else 0), complaints


def played_by_gstreamer(url, user, password, protocols, pictures=50, extra=()):
    """How many pictures of CAMERA GStreamer shows (`pictures` at most), and what it says. It is ended from outside: at an end of its own
    rtspsrc's CLOSE may overtake its PAUSE, which is then an error. Sound is taken too: rtspsrc gives up when nothing is linked to what
    comes before the first picture."""
    with tempfile.TemporaryDirectory() as folder:
        shown = pathlib.Path(folder) / "pictures"
        process = Process(["gst-launch-1.0", "-q", "rtspsrc", "name=in", f"location={url}", f"user-id={user}", f"user-pw={password}",
                           f"protocols={protocols}", "latency=200", *extra, "in.", "!", "application/x-rtp,media=video", "!", "rtph264depay",
                           "!", "h264parse", "!", "avdec_h264", "!", "video/x-raw,format=I420,width=320,height=180", "!",
                           "filesink", "sync=true", f"location={shown}", "in.", "!", "application/x-rtp,media=audio", "!", "fakesink", "async=false"],
                          folder, "gstreamer")

        def count():
            return shown.stat().st_size // (320 * 180 * 3 // 2) if shown.exists() else 0
        try:
            wait_for("GStreamer's pictures", lambda: count() >= pictures or not process.running(), 40)
        finally:
            process.stop()
        return min(count(), pictures), process.log()


def vlc_plays_rtsp():
    """Debian's VLC is built without its RTSP client (live555); that of other systems and of videolan.org has it."""
    return any(pathlib.Path("/usr/lib").glob("*/vlc/plugins/access/liblive555_plugin.so"))


def recorded_by_vlc(url, folder, tcp, size=60_000):
    """The facts of the streams that VLC has written of an address."""
    out = pathlib.Path(folder) / "out.ts"
    # VLC refuses to run as root.
    os.chmod(folder, 0o777)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    process = Process([*as_nobody, "cvlc", "-I", "dummy", "--no-dbus", "--network-caching=300",
                       *(["--rtsp-tcp"] if tcp else []), url, "--sout", f"#std{{access=file,mux=ts,dst={out}}}"], folder, "vlc",
                      {"HOME": str(folder)})
    try:
        wait_for("VLC's recording", lambda: out.exists() and out.stat().st_size > size or not process.running(), 40)
    finally:
        process.stop()
    facts, _ = ffprobe(out, "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames")
    return {stream["codec_name"]: int(stream.get("nb_read_frames", 0)) for stream in facts["streams"]}
