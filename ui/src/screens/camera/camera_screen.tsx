// SPDX-License-Identifier: Apache-2.0
// One camera, live and back: the picture, what can be done with it, and the timeline. The address carries the instant
// (/watch/door?at=...), so that it can be sent to somebody.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router-dom";
import { useCameras } from "../../api/queries";
import type { Camera } from "../../api/types";
import type { FeedPlayer } from "../../player/feed_player";
import { keepQuality, keptQuality, type Quality } from "../../player/quality";
import { usePlayer } from "../../player/use_player";
import { Timeline } from "../../timeline/timeline";
import { firstLength, following, upToNow, type View } from "../../timeline/view";
import { Button } from "../../ui/button";
import { Awaited, Empty } from "../../ui/states";
import { now as present, useNow } from "../../ui/use_now";
import { dayOf, instantOf, spanOfDay } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { Controls, QualityMenu, recordedStream, Shown, speeds, type Act } from "./controls";
import { ExportBar } from "./export_bar";
import { Facts } from "./facts";
import { MoreMenu } from "./more_menu";
import { Picture } from "./picture";
import { ReplaceDialog, TakeButtons } from "./stills_controls";
import { useFullScreen } from "./use_full_screen";
import { useKeys } from "./use_keys";
import { useMark } from "./use_mark";
import { useRecording } from "./use_recording";
import { AddressesDialog } from "../share/addresses_dialog";
import { ExportDialog } from "../exports/export_dialog";
import { useTray } from "../../tray/tray";

export function CameraScreen({ canChange }: { canChange: boolean }) {
  const { camera: id } = useParams();
  return (
    <Awaited query={useCameras()} what="Opening the camera">
      {(cameras) => {
        const camera = cameras.find((candidate) => candidate.id === id);
        if (camera) return <Watch key={camera.id} camera={camera} canChange={canChange} />;
        return (
          <Empty icon="camera" title="No such camera">
            It was removed, or you may not see it.
          </Empty>
        );
      }}
    </Awaited>
  );
}

function instantFrom(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text) / 1000;
  return Number.isNaN(at) || at >= present() ? null : at;
}

function oldestOf(camera: Camera): number | null {
  const times = camera.streams.flatMap((stream) => (stream.oldest ? [Date.parse(stream.oldest) / 1000] : []));
  return times.length > 0 ? Math.min(...times) : null;
}

// The zone's day of the playhead, renewed each second.
function useShownDay(player: FeedPlayer | null, zone: string): string {
  const second = useNow(1000);
  return dayOf(player?.time ?? second, zone);
}

function Watch({ camera, canChange }: { camera: Camera; canChange: boolean }) {
  const navigate = useNavigate();
  const tray = useTray();
  const recording = useRecording(camera.id);
  const [search, setSearch] = useSearchParams();
  const wanted = instantFrom(search.get("at"));
  const first = useRef(wanted);
  const { video, player, state } = usePlayer(camera, { quality: keptQuality(), at: first.current });
  const { zone } = useZone();
  const root = useRef<HTMLDivElement>(null);
  const { full, idle, toggle: toggleFull } = useFullScreen(root, video);
  const [view, setView] = useState<View>(() => {
    const length = firstLength(present(), oldestOf(camera));
    return wanted === null ? upToNow(present(), length) : following(upToNow(present(), length), wanted);
  });
  const [facts, setFacts] = useState(false);
  const [quality, setQuality] = useState<Quality>(keptQuality);
  const [dialog, setDialog] = useState<"export" | "share" | null>(null);
  const { range, setRange, mark, setEdge } = useMark(root, view, setView, player, oldestOf(camera));
  const [muted, setMuted] = useState(true);
  const [volume, setVolume] = useState(0.8);
  const day = useShownDay(player, zone);
  const today = dayOf(useNow(10_000), zone);

  const remember = useCallback(
    (at: number | null) => setSearch(at === null ? {} : { at: new Date(at * 1000).toISOString() }, { replace: true }),
    [setSearch],
  );
  const seek = useCallback(
    (at: number, done = true) => {
      if (!player) return;
      player.seek(at, done && player.state.live ? { play: true } : {});
      if (done) remember(at);
    },
    [player, remember],
  );
  const stream = recordedStream(camera);
  const playhead = useCallback(() => player?.time ?? null, [player]);

  // An address with another instant, for example from the search, moves the playhead.
  const gone = useRef(search.get("at"));
  useEffect(() => {
    const asked = search.get("at");
    if (asked === gone.current) return;
    gone.current = asked;
    const at = instantFrom(asked);
    if (at !== null && player && Math.abs((player.time ?? 0) - at) > 1) {
      player.seek(at, { play: true });
      setView((before) => following(before, at));
    }
  }, [search, player]);

  const act = useMemo<Act>(
    () => ({
      toggle: () => {
        player?.toggle();
        if (player && !player.state.live) remember(player.time);
      },
      skip: (seconds) => {
        if (!player) return;
        // A camera that was lost before its first picture: back from there.
        const at = player.time ?? (player.state.since ? Date.parse(player.state.since) / 1000 : present());
        if (at + seconds > present() - 2) {
          if (!player.state.live) act.live();
          return;
        }
        seek(at + seconds);
      },
      live: () => {
        player?.live();
        remember(null);
        setView((before) => upToNow(present(), before.end - before.start));
      },
      day: (next) => {
        const at = player?.time ?? present();
        // The same time of that day, or live when that has not come yet.
        const then = instantOf(next, Math.floor(at - spanOfDay(dayOf(at, zone), zone)[0]), zone);
        if (then >= present() - 2) return act.live();
        const [start, end] = spanOfDay(next, zone);
        setView({ start, end });
        seek(then);
      },
      full: toggleFull,
      mute: () => setMuted((before) => !before),
      volume: setVolume,
      facts: () => setFacts((before) => !before),
      quality: (next) => {
        keepQuality(next);
        setQuality(next);
        player?.setQuality(next);
      },
      mark,
      share: () => setDialog("share"),
      snapshot: () => {
        const at = player && !player.state.live ? player.time : null;
        tray.snapshot(camera, at === null ? { at } : { at, stream });
      },
      moment: (length = 5, delay = 0) => {
        if (player?.state.live) tray.moment(camera, { length, delay });
        else tray.say({ kind: "fault", text: "A moment is of what happens now: go live for one (L), or export a stretch (E)." });
      },
      sheet: () => {
        const at = player?.time ?? present();
        const query = new URLSearchParams({ day: dayOf(at, zone), cameras: camera.id, at: new Date(at * 1000).toISOString() });
        navigate(`/day?${query}`);
      },
    }),
    [player, remember, seek, toggleFull, zone, mark, camera, stream, tray, navigate],
  );

  useEffect(() => {
    if (!player || !video.current) return;
    video.current.muted = muted;
    video.current.volume = volume;
    player.setAudio(!muted);
  }, [player, video, muted, volume]);

  const faster = (by: number) => player && player.setSpeed(speeds[Math.min(speeds.length - 1, Math.max(0, speeds.indexOf(player.state.speed) + by))]!);
  useKeys({
    " ": act.toggle,
    k: act.toggle,
    ArrowLeft: (event) => act.skip(event.shiftKey ? -60 : -10),
    ArrowRight: (event) => act.skip(event.shiftKey ? 60 : 10),
    ArrowUp: () => faster(1),
    ArrowDown: () => faster(-1),
    ",": () => player?.step(-1),
    ".": () => player?.step(1),
    l: act.live,
    f: act.full,
    m: act.mute,
    i: act.facts,
    e: act.mark,
    s: act.snapshot,
    d: act.sheet,
    ...(canChange && { c: () => act.moment(), r: recording.toggle }),
    ...(range && {
      "[": () => setEdge("start"),
      "]": () => setEdge("end"),
      Enter: () => setDialog("export"),
      Escape: () => setRange(null),
    }),
  });

  return (
    <div ref={root} className={`flex h-full flex-col bg-page ${idle ? "cursor-none" : ""} ${full ? "" : "max-sm:h-auto"}`}>
      <div className={`relative min-h-0 flex-1 ${full ? "" : "max-sm:aspect-video max-sm:flex-none"}`}>
        <Picture camera={camera} video={video} state={state} />
        <div className="on-picture pointer-events-none absolute top-2.5 left-2.5 flex items-center gap-3">
          {/* Many cameras write their clock where the name stands. */}
          <h1 className={`rounded-md bg-black/65 px-2 py-1 text-[17px] ${idle ? "hidden" : ""}`}>{camera.name}</h1>
          {state && state.phase !== "failed" && <Shown state={state} />}
        </div>
      </div>
      {player && state && !idle && (
        <div className="shrink-0 border-t border-line">
          <Controls {...{ camera, player, state, act, zone, day, today, muted, volume, full, facts, quality, canChange, recording }} marking={range !== null} />
          {range && <ExportBar {...{ stream, range, zone }} camera={camera.id} onEdge={setEdge} onExport={() => setDialog("export")} onClose={() => setRange(null)} />}
          <Timeline
            camera={camera.id}
            stream={stream}
            zone={zone}
            view={view}
            onView={setView}
            live={state.live}
            playhead={playhead}
            onSeek={seek}
            onLive={act.live}
            range={range}
            onRange={setRange}
            className="max-sm:h-[96px]"
          />
          {facts && <Facts camera={camera} player={player} state={state} />}
        </div>
      )}
      {player && state && (
        <div className="border-t border-line sm:hidden">
          <TakeButtons live={state.live} canChange={canChange} recording={recording} onSnapshot={act.snapshot} onMoment={() => act.moment()} />
          <div className="flex gap-2 px-4 pt-2">
            <QualityMenu camera={camera} state={state} quality={quality} onQuality={act.quality} />
            <Button icon="cut" aria-pressed={range !== null} onClick={act.mark} className="flex-1 px-2">
              Export
            </Button>
            <Button icon="share" aria-label="Open elsewhere" onClick={act.share} className="flex-1 px-2">
              Elsewhere
            </Button>
            <MoreMenu camera={camera} live={state.live} canChange={canChange} act={act} />
          </div>
          <Facts camera={camera} player={player} state={state} />
        </div>
      )}
      <ReplaceDialog recording={recording} />
      {dialog === "share" && <AddressesDialog camera={camera} onClose={() => setDialog(null)} />}
      {dialog === "export" && range && (
        <ExportDialog
          {...{ camera, stream, range }}
          onClose={(started) => {
            setDialog(null);
            if (started) setRange(null);
          }}
        />
      )}
    </div>
  );
}
