# SPDX-License-Identifier: Apache-2.0
"""The linters of playlists and media are themselves held to account: they accept what is right, and refuse each known fault, one a
line. What a linter cannot refuse it does not check."""
import concurrent.futures
import subprocess
import time
import unittest

import fmp4
import time_code
from dash_mpd import Malformed as BadManifest, check_manifest, check_update, read_manifest
from hls_playlist import Malformed, check_multivariant, check_playlist, check_reload, read_multivariant, read_playlist, wrong_hint

LIVE = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.000,PART-HOLD-BACK=1.500
#EXT-X-PART-INF:PART-TARGET=0.500
#EXT-X-MEDIA-SEQUENCE:40
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init-a.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:00.000Z
#EXTINF:2.000,
40.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:02.000Z
#EXTINF:2.000,
41.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-b.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:09.500Z
#EXTINF:2.000,
42.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:11.500Z
#EXT-X-PART:DURATION=0.480,URI="43.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.480,URI="43.1.m4s"
#EXT-X-PART:DURATION=0.480,URI="43.2.m4s"
#EXT-X-PART:DURATION=0.360,URI="43.3.m4s"
#EXTINF:1.800,
43.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:13.300Z
#EXT-X-PART:DURATION=0.480,URI="44.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="44.1.m4s"
#EXT-X-RENDITION-REPORT:URI="../sub/playlist.m3u8",LAST-MSN=44,LAST-PART=0
"""
NEXT_PART = '#EXT-X-PART:DURATION=0.480,URI="44.1.m4s"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI="44.2.m4s"\n'
LATER = LIVE.replace('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="44.1.m4s"\n', NEXT_PART)

# What is replaced by what, and a word of the sentence that must come of it.
BAD_PLAYLISTS = [
    ("#EXTM3U\n", "", "does not begin"),
    ("LAST-PART=0\n", "LAST-PART=0", "cut off"),
    ("#EXT-X-VERSION:9", "#EXT-X-VERSION:9\n#EXT-X-VERSION:9", "twice"),
    ("#EXT-X-VERSION:9", "#EXT-X-VERSION:5", "needs version 6"),
    ("#EXT-X-TARGETDURATION:2\n", "", "no EXT-X-TARGETDURATION"),
    ("#EXT-X-TARGETDURATION:2\n", "#EXT-X-TARGETDURATION:2.5\n", "no whole number"),
    ("#EXTINF:2.000,\n41", "#EXTINF:2.500,\n41", "over the target duration"),
    ("#EXTINF:2.000,\n40", "#EXTINF:two,\n40", "not a duration"),
    ("#EXTINF:2.000,\n40", "#EXTINF:2.000\n40", "not a duration and a comma"),
    ("#EXT-X-PART:DURATION=0.480,URI=\"43.1", "#EXT-X-PART:DURATION=0.520,URI=\"43.1", "over PART-TARGET"),
    ("#EXT-X-PART:DURATION=0.480,URI=\"43.1", "#EXT-X-PART:DURATION=0.420,URI=\"43.1", "under 85 %"),
    ("#EXTINF:1.800,", "#EXTINF:1.840,", "the parts of segment 43"),
    ("#EXT-X-PART-INF:PART-TARGET=0.500\n", "", "without EXT-X-PART-INF"),
    ("PART-HOLD-BACK=1.500", "PART-HOLD-BACK=1.400", "under three times PART-TARGET"),
    ("HOLD-BACK=6.000,", "HOLD-BACK=5.900,", "under three target durations"),
    (",PART-HOLD-BACK=1.500", "", "without PART-HOLD-BACK"),
    ("CAN-BLOCK-RELOAD=YES,", "CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=11.0,", "under six target durations"),
    ("CAN-BLOCK-RELOAD=YES,", "", "no CAN-BLOCK-RELOAD"),
    ("#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:02.000Z\n", "", "no EXT-X-PROGRAM-DATE-TIME"),
    ("10:00:02.000Z", "10:00:02.005Z", "off the end of the one before"),
    ("10:00:02.000Z", "10:00:02Z", "not a date with milliseconds"),
    ("10:00:09.500Z", "10:00:03.000Z", "before the end of the one before it"),
    ("#EXT-X-DISCONTINUITY\n", "", "and no EXT-X-DISCONTINUITY"),
    ('#EXT-X-MAP:URI="init-a.mp4"\n', "", "has no EXT-X-MAP"),
    ('URI="init-b.mp4"', 'URI="/door/init-b.mp4"', "not relative"),
    ("41.m4s", "http://here/41.m4s", "not relative"),
    ("41.m4s", "40.m4s", "is listed in segments"),
    ("#EXT-X-PRELOAD-HINT", '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="x"\n#EXT-X-PRELOAD-HINT', "two EXT-X-PRELOAD-HINTs"),
    ('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="44.1.m4s"\n', "", "no EXT-X-PRELOAD-HINT"),
    ('TYPE=PART,URI="44.1.m4s"', 'TYPE=PART,URI="44.0.m4s"', "is listed as a part already"),
    ("LAST-MSN=44,", "", "lacks LAST-MSN"),
    ('"44.0.m4s",INDEPENDENT=YES', '"44.0.m4s",INDEPENDENT', "not an attribute list"),
    ("URI=\"43.1.m4s\"", "URI=43.1.m4s", "as a quoted string"),
    ("DURATION=0.480,URI=\"43.1", "DURATION=0.480,DURATION=0.480,URI=\"43.1", "twice"),
    ("#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-INDEPENDENT", "unknown tag"),
    ("#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:02.000Z\n#EXTINF:2.000,\n41.m4s\n", "#EXT-X-MEDIA-SEQUENCE:40\n", "twice"),
    ("#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP", "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-MAP", "behind an EXT-X-DISCONTINUITY"),
    ('#EXT-X-PART:DURATION=0.480,URI="43.1.m4s"', '#EXT-X-MAP:URI="init-c.mp4"\n#EXT-X-PART:DURATION=0.480,URI="43.1.m4s"', "between the parts"),
    ("#EXT-X-RENDITION-REPORT", "#EXT-X-ENDLIST\n#EXT-X-RENDITION-REPORT", "has an EXT-X-ENDLIST"),
    ("#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:02.000Z\n",
     '#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:02.000Z\n#EXT-X-PART:DURATION=2.0,URI="41.0.m4s",INDEPENDENT=YES\n', "over PART-TARGET"),
]
FIRST = "#EXT-X-MAP:URI=\"init-a.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:00.000Z\n#EXTINF:2.000,\n40.m4s\n"
BAD_RELOADS = [
    ("#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:3", "target changed"),
    ("PART-TARGET=0.500", "PART-TARGET=0.490", "part_target changed"),
    ("PART-HOLD-BACK=1.500", "PART-HOLD-BACK=1.600", "control changed"),
    ("#EXT-X-MEDIA-SEQUENCE:40", "#EXT-X-MEDIA-SEQUENCE:39", "went back"),
    ("#EXT-X-MEDIA-SEQUENCE:40", "#EXT-X-MEDIA-SEQUENCE:41", "uri changed"),
    ("#EXT-X-MEDIA-SEQUENCE:40", "#EXT-X-MEDIA-SEQUENCE:60", "slid past"),
    ("#EXT-X-DISCONTINUITY-SEQUENCE:3", "#EXT-X-DISCONTINUITY-SEQUENCE:4", "discontinuity sequence number changed"),
    ("41.m4s", "41x.m4s", "uri changed"),
    ("#EXTINF:2.000,\n41", "#EXTINF:1.999,\n41", "duration changed"),
    ("10:00:02.000Z", "10:00:02.001Z", "date changed"),
    ("init-a.mp4", "init-z.mp4", "map changed"),
    ('DURATION=0.480,URI="43.2', 'DURATION=0.479,URI="43.2', "its parts changed"),
    ('DURATION=0.480,URI="44.0', 'DURATION=0.481,URI="44.0', "its parts changed"),
    ('#EXT-X-PART:DURATION=0.480,URI="44.0.m4s",INDEPENDENT=YES\n', "", "its parts changed"),
    (FIRST, '#EXT-X-MAP:URI="init-a.mp4"\n', "changed"),
]
# Six seconds on, when the parts of 43 may go.
GROWN = "".join(line + "\n" for line in LATER[:LATER.index("#EXT-X-PRELOAD")].splitlines() if '"43.' not in line) + "#EXTINF:0.960,\n44.m4s\n" + "".join(
    f"#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:{14.26 + 2 * n:06.3f}Z\n" + (
        f'#EXT-X-PART:DURATION=0.500,URI="44.2.m4s",INDEPENDENT=YES\n' + "".join(f'#EXT-X-PART:DURATION=0.500,URI="45.{m}.m4s"\n' for m in (1, 2, 3)) if n == 0 else "")
    + f"#EXTINF:2.000,\n{45 + n}.m4s\n" for n in range(3)) + '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="48.0.m4s"\n'
GOOD_RELOADS = {
    "nothing new": LIVE,
    "a part more": LATER,
    "the segment is complete": LATER.replace("#EXT-X-PRELOAD-HINT", '#EXTINF:0.960,\n44.m4s\n#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:14.260Z\n'
                                             '#EXT-X-PART:DURATION=0.480,URI="44.2.m4s",INDEPENDENT=YES\n#EXT-X-PRELOAD-HINT').replace('HINT:TYPE=PART,URI="44.2', 'HINT:TYPE=PART,URI="44.3'),
    "much later": GROWN,
    "the oldest is gone": GROWN.replace(FIRST, '#EXT-X-MAP:URI="init-a.mp4"\n').replace("SEQUENCE:40", "SEQUENCE:41"),
    "a discontinuity is gone": GROWN.replace(GROWN[GROWN.index("#EXT-X-MAP:"):GROWN.index("#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:11.500Z")],
                                             '#EXT-X-MAP:URI="init-b.mp4"\n').replace("SEQUENCE:40", "SEQUENCE:43").replace("SEQUENCE:3\n", "SEQUENCE:4\n"),
    "old parts are gone": "".join(line + "\n" for line in LATER.splitlines() if '"43.' not in line),
}
MULTIVARIANT = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="main-audio/playlist.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2500000,AVERAGE-BANDWIDTH=2000000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,AUDIO="audio"
main-video/playlist.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=320x180,FRAME-RATE=10.000,AUDIO="audio"
sub-video/playlist.m3u8
"""
BAD_MULTIVARIANTS = [
    ("BANDWIDTH=2500000,AVERAGE-BANDWIDTH=2000000", "NAME=x", "BANDWIDTH as a number"),
    ('CODECS="avc1.640028,mp4a.40.2"', 'CODECS="avc1.640028"', "does not name the audio's"),
    (',RESOLUTION=1280x720', "", "no RESOLUTION"),
    ('FRAME-RATE=25.000,AUDIO="audio"', 'FRAME-RATE=25.000,AUDIO="sound"', "there is no group"),
    ("FRAME-RATE=25.000", "FRAME-RATE=25", "three decimals"),
    ("main-video/playlist", "/door/main-video/playlist", "not relative"),
    ('URI="main-audio', 'URI="https://x/main-audio', "not relative"),
    ("AUTOSELECT=YES", "AUTOSELECT=NO", "needs AUTOSELECT"),
    ("#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-TARGETDURATION:2", "in a multivariant playlist"),
    (MULTIVARIANT[MULTIVARIANT.index("#EXT-X-STREAM"):], "", "no variants"),
]


def change(test, text, old, new):
    test.assertEqual(text.count(old), 1, f"the test itself: {old!r} stands {text.count(old)} times")
    return text.replace(old, new)


class Playlists(unittest.TestCase):
    def test_what_is_right_is_accepted(self):
        self.assertEqual(check_playlist(read_playlist(LIVE), live=True), [])
        self.assertEqual(check_playlist(read_playlist(LATER), live=True), [])
        self.assertEqual(check_multivariant(read_multivariant(MULTIVARIANT)), [])

    def test_each_fault_of_a_playlist_is_refused(self):
        for old, new, word in BAD_PLAYLISTS:
            with self.subTest(word=word, new=new):
                text = change(self, LIVE, old, new) if not old.startswith(("#EXT-X-TARGETDURATION",)) else LIVE.replace(old, new)
                try:
                    faults = check_playlist(read_playlist(text), live=True)
                except Malformed as error:
                    faults = [str(error)]
                self.assertTrue(any(word in fault for fault in faults), faults)

    def test_parts_far_from_the_end_are_refused(self):
        far = LIVE.replace("10:00:00.000Z\n", '10:00:00.000Z\n#EXT-X-PART:DURATION=0.500,URI="40.0",INDEPENDENT=YES\n'
                           '#EXT-X-PART:DURATION=0.500,URI="40.1"\n#EXT-X-PART:DURATION=0.500,URI="40.2"\n#EXT-X-PART:DURATION=0.500,URI="40.3"\n')
        self.assertTrue(any("still lists parts" in fault for fault in check_playlist(read_playlist(far), live=True)))

    def test_each_good_reload_is_accepted(self):
        for name, text in GOOD_RELOADS.items():
            with self.subTest(name):
                self.assertEqual(check_playlist(read_playlist(text), live=True), [])
                self.assertEqual(check_reload(read_playlist(LIVE), read_playlist(text)), [])

    def test_each_rewriting_of_history_is_refused(self):
        for old, new, word in BAD_RELOADS:
            with self.subTest(word=word, new=new):
                faults = check_reload(read_playlist(LIVE), read_playlist(change(self, LATER, old, new)))
                self.assertTrue(any(word in fault for fault in faults), faults)

    def test_a_hint_that_does_not_come_is_told(self):
        for text in GOOD_RELOADS.values():
            self.assertIsNone(wrong_hint(read_playlist(LIVE), read_playlist(text)))
        self.assertIn("44.1.m4s", wrong_hint(read_playlist(LIVE), read_playlist(LATER.replace('URI="44.1.m4s"', 'URI="44.x.m4s"'))))

    def test_what_ends_stays_as_it_is(self):
        ended = LIVE[:LIVE.index("#EXT-X-PROGRAM-DATE-TIME:2026-11-20T10:00:13.300Z")] + "#EXT-X-ENDLIST\n"
        self.assertEqual(check_reload(read_playlist(ended), read_playlist(ended)), [])
        for changed in (ended.replace("#EXT-X-ENDLIST\n", ""), ended.replace("#EXT-X-ENDLIST", "#EXTINF:1.0,\n44.m4s\n#EXT-X-ENDLIST")):
            self.assertTrue(any("after EXT-X-ENDLIST" in fault for fault in check_reload(read_playlist(ended), read_playlist(changed))))

    def test_an_event_keeps_its_beginning(self):
        event = LIVE.replace("#EXT-X-PART-INF", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-PART-INF")
        shorter = event.replace(FIRST, '#EXT-X-MAP:URI="init-a.mp4"\n').replace("SEQUENCE:40", "SEQUENCE:41")
        self.assertTrue(any("lost segments" in fault for fault in check_reload(read_playlist(event), read_playlist(shorter))))

    def test_removing_too_much_is_refused(self):
        short = LATER.replace(FIRST, '#EXT-X-MAP:URI="init-a.mp4"\n').replace("SEQUENCE:40", "SEQUENCE:41")  # 5.8 s are left
        faults = check_reload(read_playlist(LIVE), read_playlist(short))
        self.assertTrue(any("segments were removed" in fault for fault in faults), faults)

    def test_each_fault_of_a_multivariant_playlist_is_refused(self):
        for old, new, word in BAD_MULTIVARIANTS:
            with self.subTest(word=word, new=new):
                try:
                    faults = check_multivariant(read_multivariant(change(self, MULTIVARIANT, old, new)))
                except Malformed as error:
                    faults = [str(error)]
                self.assertTrue(any(word in fault for fault in faults), faults)


def period(name, start, timeline, sub=""):
    offset = int(start * 90000)
    return (f'<Period id="{name}" start="PT{start:.3f}S"><AdaptationSet contentType="video" mimeType="video/mp4" startWithSAP="1">'
            f'<Representation id="main-video" bandwidth="2000000" codecs="avc1.640028" width="1280" height="720" frameRate="25"><SegmentTemplate timescale="90000" '
            f'presentationTimeOffset="{offset}" initialization="main-video/init-{name}.mp4" media="main-video/$Time$.m4s"><SegmentTimeline>{timeline}'
            f'</SegmentTimeline></SegmentTemplate></Representation>{sub}</AdaptationSet></Period>\n')


NOON = 1763640000
TICKS = NOON * 90000
GROWTH = ('type="dynamic" availabilityStartTime="1970-01-01T00:00:00Z" publishTime="2025-11-20T12:00:10Z" minimumUpdatePeriod="PT2S" '
          'timeShiftBufferDepth="PT60S" suggestedPresentationDelay="PT6S"')
DYNAMIC = (f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT2S" maxSegmentDuration="PT2S" {GROWTH}>\n'
           + period("a", NOON, f'<S t="{TICKS}" d="180000" r="1"/>') + period("b", NOON + 6, f'<S t="{TICKS + 540000}" d="180000" r="0"/><S d="90000"/>')
           + '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="time"/></MPD>\n')
STATIC = (f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT2S" type="static" mediaPresentationDuration="PT9S">\n'
          + period("a", 0, '<S t="0" d="180000" r="1"/>') + period("b", 6, '<S t="540000" d="180000"/><S d="90000"/>') + "</MPD>\n")
UPDATED = DYNAMIC.replace('<S d="90000"/>', '<S d="90000"/><S d="180000"/>').replace("12:00:10Z", "12:00:12Z")
BAD_MANIFESTS = [
    (DYNAMIC, "</MPD>", "", "no element found|unclosed|mismatched"), (DYNAMIC, "dash:schema:mpd:2011", "dash:schema:mpd", "the root is"),
    (DYNAMIC, 'availabilityStartTime="1970-01-01T00:00:00Z" ', "", "dynamic without availabilityStartTime"), (DYNAMIC, 'publishTime="2025-11-20T12:00:10Z" ', "", "without publishTime"),
    (DYNAMIC, "2025-11-20T12:00:10Z", "2025-11-20T12:00:30Z", "in the future"), (DYNAMIC, "http-iso:2014", "direct:2014", "UTCTiming"),
    (DYNAMIC, 'minBufferTime="PT2S" ', "", "no minBufferTime"), (DYNAMIC, "profile:isoff-live", "profile:full", "profiles"),
    (DYNAMIC, 'maxSegmentDuration="PT2S"', 'maxSegmentDuration="PT1S"', "over maxSegmentDuration"), (DYNAMIC, 'Period id="b"', 'Period id="a"', "two Periods with one id"),
    (DYNAMIC, f'start="PT{NOON + 6}.000S"', f'start="PT{NOON - 6}.000S"', "does not start after"), (DYNAMIC, f'start="PT{NOON + 6}.000S"', f'start="PT{NOON + 3}.000S"', "after the next Period started"),
    (DYNAMIC, f'<S t="{TICKS + 540000}" d="180000" r="0"/>', f'<S t="{TICKS + 540000 - 900}" d="180000" r="0"/>', "before its Period"),
    (DYNAMIC, f'<S t="{TICKS + 540000}" d="180000" r="0"/>', f'<S t="{TICKS + 540000 + 900}" d="180000" r="0"/>', "after its Period"),
    (DYNAMIC, '<S d="90000"/>', f'<S t="{TICKS + 720000 + 90}" d="90000"/>', "a hole"), (DYNAMIC, '<S d="90000"/>', f'<S t="{TICKS + 720000 - 90}" d="90000"/>', "overlaps"),
    (DYNAMIC, '<S d="90000"/>', '<S d="0"/>', "has no duration"), (DYNAMIC, '<S d="90000"/>', '<S d="90000000"/>', "ends 996"), (DYNAMIC, f't="{TICKS}" ', "", "has no @t"),
    (STATIC, "PT9S", "PT8S", "the last segment ends at"), (STATIC, ' mediaPresentationDuration="PT9S"', "", "static without"), (STATIC, 'type="static"', 'type="static" minimumUpdatePeriod="PT2S"', "static with"),
]
BAD_REPRESENTATIONS = [('bandwidth="2000000" ', "", "no bandwidth"), ('codecs="avc1.640028" ', "", "no codecs"), ('width="1280" ', "", "no width"), ('frameRate="25"', 'frameRate="25.0"', "frameRate"),
                       ("$Time$", "$Number$", "no $Time$"), ('media="main-video/', 'media="/main-video/', "is not relative"), ('startWithSAP="1"', "", "does not all begin"), ("video/mp4", "audio/mp4", "with mimeType")]
BAD_UPDATES = [
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "availabilityStartTime changed"), ("PT60S", "PT61S", "timeShiftBufferDepth changed"), ("12:00:12Z", "12:00:10Z", "and publishTime went from"),
    ('id="a"', 'id="x"', "the Periods went from"), (period("a", NOON, f'<S t="{TICKS}" d="180000" r="1"/>'), period("a", NOON, f'<S t="{TICKS}" d="180000" r="1"/>') * 0 + period("0", NOON - 9, f'<S t="{TICKS - 810000}" d="1" r="1"/>'), "the Periods went from"),
    (f'start="PT{NOON}.000S"', f'start="PT{NOON}.001S"', "its start changed"), (f'presentationTimeOffset="{TICKS}"', f'presentationTimeOffset="{TICKS + 1}"', "main-video changed"),
    ("init-b", "init-c", "main-video changed"), (f'<S t="{TICKS}" d="180000" r="1"/>', f'<S t="{TICKS}" d="179999" r="1"/>', "segments that were listed changed"),
    (f'<S t="{TICKS}" d="180000" r="1"/>', f'<S t="{TICKS}" d="180000" r="2"/>', "after the next Period had begun"), (f'<S t="{TICKS}" d="180000" r="1"/>', f'<S t="{TICKS - 90000}" d="90000"/><S d="180000" r="1"/>', "older segments came back"),
    ('<S d="90000"/>', "", "segments that were listed changed"), ('id="main-video" bandwidth="2000000" codecs="avc1.640028" width="1280" height="720" frameRate="25"><SegmentTemplate timescale="90000" presentationTimeOffset="' + str(TICKS + 540000),
     'id="other-video" bandwidth="2000000" codecs="avc1.640028" width="1280" height="720" frameRate="25"><SegmentTemplate timescale="90000" presentationTimeOffset="' + str(TICKS + 540000), "its representations changed"),
]


class Manifests(unittest.TestCase):
    NOW = NOON + 11.5

    def faults(self, text, old=None, new=None):
        try:
            return check_manifest(read_manifest(text if old is None else text.replace(old, new)), self.NOW)
        except BadManifest as error:
            return [str(error)]

    def test_what_is_right_is_accepted(self):
        self.assertEqual(self.faults(DYNAMIC), [])
        self.assertEqual(self.faults(STATIC), [])
        for text in (DYNAMIC, UPDATED, DYNAMIC.replace(period("a", NOON, f'<S t="{TICKS}" d="180000" r="1"/>'), "").replace("12:00:10Z", "12:00:11Z")):
            self.assertEqual(check_update(read_manifest(DYNAMIC), read_manifest(text)), [])

    def test_each_fault_is_refused(self):
        for text, old, new, words in BAD_MANIFESTS + [(DYNAMIC, *bad) for bad in BAD_REPRESENTATIONS]:
            with self.subTest(words=words, new=new):
                self.assertIn(old, text)
                found = self.faults(text, old, new)
                self.assertTrue(any(word in fault for fault in found for word in words.split("|")), found)

    def test_each_rewriting_is_refused(self):
        for old, new, word in BAD_UPDATES:
            with self.subTest(word=word, new=new):
                found = check_update(read_manifest(DYNAMIC), read_manifest(change(self, UPDATED, old, new)))
                self.assertTrue(any(word in fault for fault in found), found)
        found = check_update(read_manifest(STATIC), read_manifest(STATIC.replace('<S d="90000"/>', "")))
        self.assertTrue(any("a static manifest changed" in fault for fault in found), found)


class Media(unittest.TestCase):
    WIDTH, HEIGHT, RATE, COUNT, FIRST = 480, 270, 25, 50, 1_763_632_800_040_000

    @classmethod
    def setUpClass(cls):
        pictures = b"".join(time_code.draw(cls.FIRST + n * 40_000, 7, cls.WIDTH, cls.HEIGHT) for n in range(cls.COUNT))
        cls.file = subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{cls.WIDTH}x{cls.HEIGHT}", "-r", str(cls.RATE), "-i", "pipe:0",
             "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-video_track_timescale", "90000",
             "-movflags", "frag_keyframe+empty_moov+default_base_moof+skip_trailer+negative_cts_offsets", "-f", "mp4", "pipe:1"],
            input=pictures, capture_output=True, check=True).stdout
        (_, _, ftyp), (_, _, moov), *_ = fmp4.boxes(cls.file)
        cls.init, cls.media = cls.file[:moov], cls.file[moov:]

    def test_init_and_samples_are_read(self):
        tracks = fmp4.read_init(self.init)
        (track,) = tracks.values()
        self.assertEqual((track.kind, track.entry, track.timescale, track.width, track.height), ("vide", "avc1", 90000, self.WIDTH, self.HEIGHT))
        runs = fmp4.read_media(self.media, tracks)
        self.assertEqual([run.key for run in runs], [True, True])
        self.assertEqual(sum(len(run.durations) for run in runs), self.COUNT)
        self.assertAlmostEqual(runs[1].start, 1.0, delta=0.1)
        self.assertAlmostEqual(sum(run.duration for run in runs), 2.0, delta=1e-6)

    def test_damaged_media_is_refused(self):
        tracks = fmp4.read_init(self.init)
        first = next(fmp4.boxes(self.media))
        bad = {"cut off": (self.media[:-1], tracks), "no mdat": (self.media[:first[2]], tracks), "no moof": (self.media[first[2]:], tracks),
               "another track": (self.media, {9: tracks[1]}), "not a box": (self.media + b"xy", tracks)}
        for name, (data, known) in bad.items():
            with self.subTest(name), self.assertRaises(fmp4.Malformed):
                fmp4.read_media(data, known)
        for name, data in {"media": self.media, "cut": self.init[:-4], "both": self.file}.items():
            with self.subTest(name), self.assertRaises(fmp4.Malformed):
                fmp4.read_init(data)

    def test_the_time_code_is_read_back(self):
        times = time_code.times_of(self.file, self.WIDTH, self.HEIGHT)
        self.assertEqual(times, [(self.FIRST + n * 40_000) / 1e6 for n in range(self.COUNT)])

    def test_a_wrong_cell_is_no_time(self):
        picture = bytearray(time_code.draw(self.FIRST, 7, self.WIDTH, self.HEIGHT))
        self.assertEqual(time_code.read_strip(picture, self.WIDTH, self.HEIGHT), self.FIRST / 1e6)
        for y in range(self.HEIGHT // 30):
            for x in range(20 * 10, 21 * 10):
                picture[y * self.WIDTH + x] ^= 235 ^ 16
        self.assertIsNone(time_code.read_strip(picture, self.WIDTH, self.HEIGHT))
        self.assertIsNone(time_code.read_strip(b"\x80" * len(picture), self.WIDTH, self.HEIGHT))


class Watching(unittest.TestCase):
    """The watching linter, with a server that is wrong in one way each."""

    def test_each_fault_of_a_server_is_found_and_none_where_there_is_none(self):
        import hls_fixture
        from hls_lint import HlsLint

        hls_fixture.material()
        with hls_fixture.Server([hls_fixture.RIGHT, *hls_fixture.FAULTS]) as origin:
            lints = {name: HlsLint(f"{origin}/{name}/index.m3u8", coded=name in (hls_fixture.RIGHT, "code")).start()
                     for name in [hls_fixture.RIGHT, *hls_fixture.FAULTS]}
            time.sleep(8)  # of watching
            with concurrent.futures.ThreadPoolExecutor(len(lints)) as pool:
                lines = dict(zip(lints, pool.map(lambda lint: lint.finish(), lints.values())))
        self.assertEqual(lines.pop(hls_fixture.RIGHT), [])
        counts = lints[hls_fixture.RIGHT].faults.counts
        for what in ("reloads", "parts", "segments", "hints", "reports", "pictures", "removed", "blocking rules"):
            self.assertGreater(counts.get(what, 0), 0, f"{what}: {counts}")
        for name, found in lines.items():
            with self.subTest(name):
                self.assertTrue(any(hls_fixture.FAULTS[name] in line for line in found), found)

    def test_each_fault_of_dash_is_found_and_none_where_there_is_none(self):
        import hls_fixture
        from dash_lint import DashLint

        hls_fixture.material()
        with hls_fixture.Server([hls_fixture.RIGHT, *hls_fixture.DASH_FAULTS]) as origin:
            lints = {name: DashLint(f"{origin}/{name}/manifest.mpd", coded=name in (hls_fixture.RIGHT, "code")).start() for name in [hls_fixture.RIGHT, *hls_fixture.DASH_FAULTS]}
            time.sleep(4)  # of watching
            lines = {name: lint.finish() for name, lint in lints.items()}
        self.assertEqual(lines.pop(hls_fixture.RIGHT), [])
        counts = lints[hls_fixture.RIGHT].faults.counts
        for what in ("updates", "video segments", "clocks", "pictures"):
            self.assertGreater(counts.get(what, 0), 0, f"{what}: {counts}")
        for name, found in lines.items():
            with self.subTest(name):
                self.assertTrue(any(hls_fixture.DASH_FAULTS[name] in line for line in found), found)
