// SPDX-License-Identifier: Apache-2.0
// What a person can do with the picture. Times in seconds.
import type { MouseEvent } from "react";
import type { Camera, FeedStream, StreamKind } from "../../api/types";
import { streamOf } from "../../api/types";
import type { FeedPlayer } from "../../player/feed_player";
import type { PlayerState } from "../../player/player_state";
import { isTranscode, qualities, streamNames, type Quality } from "../../player/quality";
import { useConverts } from "../../player/use_player";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icons";
import * as Menu from "../../ui/menu";
import { DayDownload } from "../day/day_download";
import { Readout } from "./readout";
import { DayPicker } from "./day_picker";
import { MoreMenu } from "./more_menu";
import { TakeIcons } from "./stills_controls";
import type { RecordingControl } from "./use_recording";

export const speeds = [0.5, 1, 2, 4, 8, 16];

export interface Act {
  toggle: () => void;
  skip: (seconds: number) => void;
  live: () => void;
  day: (day: string) => void;
  full: () => void;
  mute: () => void;
  volume: (volume: number) => void;
  facts: () => void;
  quality: (quality: Quality) => void;
  mark: () => void; // a stretch of the timeline
  share: () => void;
  snapshot: () => void;
  moment: (length?: number, delay?: number) => void;
  sheet: () => void; // the day of what is shown, at a glance
}

interface Props {
  camera: Camera;
  player: FeedPlayer;
  state: PlayerState;
  act: Act;
  zone: string;
  day: string;
  today: string;
  muted: boolean;
  volume: number;
  full: boolean;
  facts: boolean;
  quality: Quality;
  marking: boolean;
  canChange: boolean;
  recording: RecordingControl;
}

export function Controls(props: Props) {
  const { camera, player, state, act, zone, day, today } = props;
  const running = state.phase === "playing" || state.phase === "buffering" || state.phase === "connecting";
  return (
    <div onClick={letGo} className="grid grid-cols-[1fr_auto_1fr] items-center gap-x-3 bg-surface px-2 py-1.5 max-md:grid-cols-[1fr_auto] max-md:gap-y-0.5">
      <div role="group" aria-label="Playback" className="flex items-center max-md:col-span-2 max-md:justify-center max-md:gap-1">
        <IconButton name="Previous frame" shortcut="," icon="stepBack" onClick={() => player.step(-1)} />
        <Skip seconds={-10} act={act} />
        <IconButton name={running ? "Pause" : "Play"} shortcut="space" icon={running ? "pause" : "play"} size="lg" className="text-ink" onClick={act.toggle} />
        <Skip seconds={10} act={act} disabled={state.live} />
        <IconButton name="Next frame" shortcut="." icon="stepForward" onClick={() => player.step(1)} disabled={state.live} />
        <Speed player={player} state={state} />
      </div>
      <div className="flex items-center max-md:justify-self-start">
        <DayPicker camera={camera.id} stream={recordedStream(camera)} zone={zone} day={day} today={today} onDay={act.day} foot={<DayFoot {...props} />} />
        <Readout player={player} zone={zone} />
      </div>
      <div className="flex items-center justify-end gap-0.5">
        <LiveButton live={state.live} onLive={act.live} />
        <Sound {...props} />
        <span className="flex items-center max-sm:hidden">
          <QualityMenu camera={camera} state={state} quality={props.quality} onQuality={act.quality} />
          <TakeIcons live={state.live} canChange={props.canChange} recording={props.recording} onSnapshot={act.snapshot} onMoment={() => act.moment()} />
          <IconButton name="Export" shortcut="E" icon="cut" pressed={props.marking} onClick={act.mark} />
          <span className="flex items-center max-[1100px]:hidden">
            <IconButton name="Open elsewhere" icon="share" onClick={act.share} />
            <IconButton name="Facts about the picture" shortcut="I" icon="info" pressed={props.facts} onClick={act.facts} />
          </span>
          <MoreMenu camera={camera} live={state.live} canChange={props.canChange} act={act} />
        </span>
        <IconButton name={props.full ? "Leave full screen" : "Full screen"} shortcut="F" icon={props.full ? "leaveFull" : "full"} onClick={act.full} />
      </div>
    </div>
  );
}

function DayFoot({ camera, day, zone, act }: Props) {
  return (
    <div className="flex flex-col gap-2">
      <Button icon="sheet" onClick={act.sheet}>
        Day sheet
      </Button>
      <DayDownload camera={camera} day={day} zone={zone} />
    </div>
  );
}

// After a click of the mouse the keys belong to the picture again: space pauses, arrows skip. Who came by the tab key keeps the focus.
function letGo(event: MouseEvent): void {
  if (event.detail > 0) (event.target as Element).closest("button")?.blur();
}

// The stream whose footage the timeline shows.
export function recordedStream(camera: Camera): StreamKind {
  return streamOf(camera, "main")?.recorded === false && streamOf(camera, "sub")?.recorded ? "sub" : "main";
}

function Skip({ seconds, act, disabled }: { seconds: number; act: Act; disabled?: boolean }) {
  const back = seconds < 0;
  return (
    <button
      type="button"
      aria-label={back ? "Back 10 seconds" : "On 10 seconds"}
      title={back ? "Back 10 seconds (←)" : "On 10 seconds (→)"}
      disabled={disabled}
      onClick={() => act.skip(seconds)}
      className="figure h-9 w-11 rounded-md text-[13.5px] text-ink-2 hover:bg-hover hover:text-ink disabled:opacity-35 disabled:hover:bg-transparent max-sm:h-10"
    >
      {back ? "−10" : "+10"}
    </button>
  );
}

function Speed({ player, state }: { player: FeedPlayer; state: PlayerState }) {
  return (
    <Menu.Root>
      <Menu.Trigger aria-label={`Speed: ${state.speed}×`} title="Speed" className="figure h-9 min-w-11 rounded-md px-2 text-[13.5px] text-ink-2 hover:bg-hover hover:text-ink max-sm:h-10">
        {state.speed === 0.5 ? "½" : state.speed}×
      </Menu.Trigger>
      <Menu.Panel>
        <Menu.Heading>Speed</Menu.Heading>
        <Menu.Choices
          name="Speed"
          value={String(state.speed)}
          options={speeds.map((speed) => ({ value: String(speed), text: speed > 4 ? `${speed}×, key frames` : speed === 0.5 ? "Half" : `${speed}×` }))}
          onChange={(next) => player.setSpeed(Number(next))}
        />
      </Menu.Panel>
    </Menu.Root>
  );
}

function LiveButton({ live, onLive }: { live: boolean; onLive: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={live}
      title="Live (L)"
      onClick={onLive}
      className="mr-1 flex h-8 items-center gap-2 rounded-md border border-line-strong px-3 text-[13.5px] font-semibold transition-colors hover:bg-hover aria-pressed:border-transparent aria-pressed:bg-accent-quiet aria-pressed:text-accent max-sm:h-10"
    >
      <span className={`size-2 rounded-full ${live ? "bg-accent" : "border border-ink-3"}`} />
      Live
    </button>
  );
}

function Sound({ camera, state, act, muted, volume }: Props) {
  if (!streamOf(camera, state.stream)?.audio) return null;
  return (
    <div className="group flex items-center">
      <IconButton name={muted ? "Sound on" : "Sound off"} shortcut="M" icon={muted ? "muted" : "sound"} pressed={!muted} onClick={act.mute} />
      {!muted && (
        <input
          type="range"
          aria-label="Volume"
          min={0}
          max={1}
          step={0.05}
          value={volume}
          onChange={(event) => act.volume(Number(event.target.value))}
          className="w-20 accent-(--accent) max-md:hidden"
        />
      )}
    </div>
  );
}

const qualityNames: Record<Quality, string> = { ...streamNames, auto: "Auto", main: "Full" };
const heights: Partial<Record<Quality, number>> = { "720p": 720, "480p": 480, "360p": 360 };

export function QualityMenu({ camera, state, quality, onQuality }: { camera: Camera; state: PlayerState; quality: Quality; onQuality: (quality: Quality) => void }) {
  const main = streamOf(camera, "main")?.video;
  const sub = streamOf(camera, "sub");
  const converts = useConverts();
  // What would gain nothing is left out: a small stream that does not exist, and conversions to what main is already.
  const gains = (each: Quality) => {
    if (each === "sub") return sub !== undefined;
    if (each === "auto" || each === "main") return true;
    if (!converts) return false;
    if (each === "h264") return main?.codec !== "h264";
    return (heights[each] ?? 0) < (main?.height ?? Number.POSITIVE_INFINITY);
  };
  const size = (kind: StreamKind) => {
    const video = streamOf(camera, kind)?.video;
    return video ? `, ${video.width} × ${video.height}` : "";
  };
  const text = (each: Quality) => {
    if (each === "sub" && !state.live && !sub?.recorded) return "Small, not recorded";
    return `${qualityNames[each]}${each === "main" || each === "sub" ? size(each) : ""}`;
  };
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={`Quality: ${qualityNames[quality]}`}
        title="Quality"
        className="h-9 rounded-md px-2 text-[13.5px] whitespace-nowrap text-ink-2 hover:bg-hover hover:text-ink max-sm:h-11 max-sm:border max-sm:border-line-strong max-sm:px-3.5"
      >
        {qualityNames[quality].replace("Converted to ", "").replace("Converted ", "")}
      </Menu.Trigger>
      <Menu.Panel>
        <Menu.Heading>Quality on this device</Menu.Heading>
        <Menu.Choices
          name="Quality"
          value={quality}
          options={qualities.filter((each) => each === quality || gains(each)).map((value) => ({ value, text: text(value) }))}
          onChange={(next) => onQuality(next as Quality)}
        />
      </Menu.Panel>
    </Menu.Root>
  );
}

const reasons = {
  unplayable: "this browser does not play main",
  busy: "the recorder converts as much as it can",
  thin: "the line is thin",
};

// What is shown, where that is not simply the camera's main stream as it is.
export function Shown({ state }: { state: PlayerState }) {
  const { stream, fellBack } = state;
  if (!isTranscode(stream) && !fellBack) return null;
  const what: Record<FeedStream, string> = { ...streamNames, sub: "Small stream", main: "Full" };
  return (
    <span role="status" className="flex items-center gap-1.5 rounded-md bg-black/65 px-2.5 py-1 text-[12.5px]">
      {fellBack && <Icon name="info" size={14} />}
      {what[stream]}
      {fellBack && `: ${reasons[fellBack]}`}
    </span>
  );
}
