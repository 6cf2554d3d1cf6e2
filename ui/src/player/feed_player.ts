// SPDX-License-Identifier: Apache-2.0
// Plays one camera in a <video>: live, or footage from any instant, over one WebSocket. Decode times are Unix seconds, so the
// element's currentTime is UTC. Without React: a page element owns it, calls `close` when it leaves, and hears of every change of
// `state`. What it decides lies in decisions.ts.
import type { FeedStream } from "../api/types";
import * as decide from "./decisions";
import { FeedRequest } from "./feed_request";
import { FeedSocket } from "./feed_socket";
import { LiveEdge } from "./live_edge";
import { changes, firstState, passing, phaseOf, type PlayerOptions, type PlayerState } from "./player_state";
import { read, type Said } from "./protocol";
import type { Quality } from "./quality";
import { RoomWatch } from "./room_watch";
import { Screen } from "./screen";
import { StreamChoice, type Offer } from "./stream_choice";

const kTickMs = 100;
const kSilentMs = 12_000; // live without a byte for so long: the connection is dead
const kPausedGrant = 3; // seconds of footage around a picture that stands
const kRetryMs = 4000;

export class FeedPlayer {
  private readonly socket: FeedSocket;
  private readonly feed: FeedRequest;
  private readonly screen: Screen;
  private readonly edge: LiveEdge;
  private readonly choice: StreamChoice;
  private readonly room: RoomWatch;

  private live_ = true;
  private paused = false;
  private position = 0; // where footage starts or goes on after a reconnect
  private audio: boolean;
  private suspended = false;

  private starting = true; // the playhead is still to be put where the request begins
  private continued: number | null = null; // this request goes on from here without a break; what is buffered stays
  private lost = false; // the camera does not send; what had come before may still be playing
  private atEnd = false; // nothing more was recorded
  private stepping: { from: number; direction: 1 | -1 } | null = null;
  private heardAt = 0;
  private tickedAt = 0;
  private readonly patience = new decide.Patience();
  private readonly line = new decide.ThinLine();
  private timer = 0;
  private retry = 0;
  private current: PlayerState;
  private readonly abort = new AbortController();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: PlayerOptions,
  ) {
    this.audio = options.audio ?? false;
    this.edge = new LiveEdge(video);
    this.screen = new Screen(video, () => this.settled(), (why) => this.mediaFailed(why));
    this.choice = new StreamChoice(options.quality, options.streams, options.wall);
    this.current = { ...firstState, stream: this.choice.pick(true) ?? "main" };
    this.socket = new FeedSocket(options.address, {
      open: () => this.askAgain(),
      text: (text) => this.hear(read(text)),
      bytes: (data) => this.take(data),
      broken: () => {
        this.feed.feeding = false;
        this.set({ reconnecting: true });
      },
    });
    this.feed = new FeedRequest(this.socket);
    this.room = new RoomWatch(this.feed, this.choice);
    const on = (type: string, action: () => void) => video.addEventListener(type, action, { signal: this.abort.signal });
    on("waiting", () => this.live_ && !this.starting && this.edge.stalled());
    on("error", () => video.error && this.mediaFailed(video.error.message || "the browser could not decode the video"));
    for (const type of ["playing", "pause"]) on(type, () => this.showPhase());
    this.timer = window.setInterval(() => this.tick(), kTickMs);
  }

  get state(): PlayerState {
    return this.current;
  }

  // The instant that is shown, in Unix seconds; nothing before the first picture.
  get time(): number | null {
    return this.starting && !this.live_ ? this.position : this.current.hasPicture ? this.video.currentTime : null;
  }

  // --- what a person can ask for ---

  live(): void {
    this.live_ = true;
    this.paused = false;
    this.choice.again();
    this.set({ live: true, speed: 1 });
    this.ask();
  }

  // Footage from `at`. Inside what is buffered this is a move of the playhead; elsewhere it is a new request.
  seek(at: number, { play = !this.paused }: { play?: boolean } = {}): void {
    const near = decide.rangeAt(this.screen.ranges, at, 0);
    const full = !decide.sendsKeyFramesOnly(this.current.speed);
    this.paused = !play;
    this.position = at;
    this.stepping = null;
    if (near && full && !this.live_ && this.feed.feeding && this.feed.answered) {
      this.video.currentTime = at;
      this.starting = false;
      return this.follow();
    }
    this.live_ = false;
    this.choice.again();
    this.set({ live: false });
    this.ask();
  }

  pause(): void {
    const at = this.time;
    this.paused = true;
    this.video.pause();
    if (this.live_ && at !== null) {
      this.live_ = false;
      this.position = at;
      this.feed.stop();
      this.video.playbackRate = 1;
      this.set({ live: false });
    }
    this.showPhase();
  }

  play(): void {
    this.paused = false;
    if (this.live_) return;
    if (this.feed.feeding) return this.follow();
    this.position = this.time ?? this.position;
    this.ask();
  }

  toggle(): void {
    return this.paused ? this.play() : this.pause();
  }

  // One frame on or back; stops at it.
  step(direction: 1 | -1): void {
    if (!this.paused) this.pause();
    const from = this.time;
    if (from === null || this.stepping) return;
    if (this.screen.step(from, direction)) return;
    this.stepping = { from, direction };
    this.position = from;
    this.ask(direction < 0 ? from - 1 : from);
  }

  setSpeed(speed: number): void {
    const before = this.current.speed;
    if (speed === before) return;
    const at = this.time;
    this.set({ speed });
    if (this.live_) {
      if (speed === 1 || at === null) return this.set({ speed: 1 });
      return this.seek(at - (speed > 1 ? 60 : 0), { play: true });
    }
    this.video.playbackRate = speed;
    if (decide.sendsKeyFramesOnly(before) || decide.sendsKeyFramesOnly(speed)) {
      this.position = at ?? this.position;
      this.ask();
    }
  }

  setQuality(quality: Quality): void {
    this.choice.want(quality);
    if (this.choice.pick(this.live_) === this.current.stream) return this.set({ fellBack: null });
    this.position = this.time ?? this.position;
    this.ask();
  }

  // What the camera has now; for the next request.
  offer(streams: Offer[]): void {
    this.choice.offer(streams);
  }

  setAudio(audio: boolean): void {
    if (audio === this.audio) return;
    this.audio = audio;
    this.position = this.time ?? this.position;
    this.ask();
  }

  // Off screen or in a hidden tab a player holds no connection; the last picture stays.
  suspend(suspended: boolean): void {
    if (suspended === this.suspended) return;
    this.suspended = suspended;
    if (suspended) {
      this.position = this.time ?? this.position;
      this.feed.feeding = false;
      this.socket.close();
    } else if (this.live_ || !this.paused) {
      this.socket.open();
    }
  }

  close(): void {
    this.abort.abort();
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.socket.close();
    this.screen.close();
  }

  // --- towards the server ---

  private askAgain(): void {
    this.heardAt = performance.now();
    this.set({ reconnecting: false });
    if (!this.live_ && !this.starting) this.position = this.video.currentTime;
    if (this.live_ || !this.paused || !this.current.hasPicture || this.stepping) this.ask();
  }

  // What comes from here on is another stream, or from another instant.
  private startOver(): FeedStream {
    this.starting = true;
    this.continued = null;
    this.lost = this.atEnd = false;
    const stream = this.choice.pick(this.live_) ?? this.current.stream;
    this.set({ stream, fellBack: this.choice.fellBack(this.live_) });
    return stream;
  }

  private ask(from = this.position): void {
    this.feed.renew();
    const stream = this.startOver();
    if (!this.current.hasPicture) this.set({ phase: "connecting" });
    if (this.suspended) return;
    if (!this.socket.isOpen) return this.socket.open();
    this.feed.send({ stream, speed: this.current.speed, audio: this.audio, at: this.live_ ? null : from, until: this.position + this.firstGrant() });
  }

  private firstGrant(): number {
    return this.paused ? kPausedGrant : decide.ahead(this.current.speed);
  }

  // Goes on in footage that is already being sent.
  private follow(): void {
    if (this.paused) this.video.pause();
    else this.screen.run(this.live_ ? 1 : this.current.speed);
    this.showPhase();
  }

  // --- from the server ---

  private hear(said: Said | null): void {
    this.heardAt = performance.now();
    if (said && this.room.found(said)) this.startOver();
    if (!this.feed.belongs(said)) return;
    switch (said.type) {
      case "init":
        return this.begin(said);
      case "gap":
        return this.passOver({ start: said.from, end: said.to, reason: said.reason });
      case "lost":
        this.lost = true;
        this.set({ since: said.since, detail: said.detail });
        return this.showPhase();
      case "end":
        return this.ended(said.at);
      case "error":
        return this.refused(said.code, said.detail);
      case "dropped": // shows as a hole in the buffer, which the playhead steps over
        if (this.live_ && this.line.dropped(this.heardAt) && this.choice.tooMuch(this.current.stream, true)) this.ask();
        return;
    }
  }

  // Nothing was recorded from where footage was to begin: it begins behind the gap.
  private passOver(gap: decide.Gap): void {
    this.feed.gaps.push(gap);
    if (!this.starting || this.stepping || !decide.covers(gap, this.position)) return;
    this.position = gap.end;
    this.feed.grantUpTo(gap.end + this.firstGrant());
  }

  // No footage is left behind `at`. While the end was being played more may have been recorded: that is asked for, and only when
  // nothing came of it is this the end.
  private ended(at: number): void {
    const none = this.starting ? this.position >= at - 0.5 : this.continued !== null && at <= this.continued + 0.5;
    this.feed.endAt = at;
    this.atEnd = none;
    if (this.starting && none && !this.paused) this.live();
  }
  private goOn(at: number): void {
    this.continued = at;
    this.feed.renew();
    const { stream, speed } = this.current;
    this.feed.send({ stream, speed, audio: this.audio, at, until: at + decide.ahead(speed) });
  }

  private begin(init: Extract<Said, { type: "init" }>): void {
    if (!Screen.plays(init.mime)) return this.refused("unsupported", `This browser does not play ${init.mime}`);
    const isNew = this.feed.begin(init.request) && this.continued === null;
    if (!this.starting) this.position = this.video.currentTime;
    if (this.screen.begin(init.mime, isNew)) this.starting = true;
    if (isNew) this.edge.reset();
    this.set({ detail: "", code: "", since: null });
  }

  private take(data: ArrayBuffer): void {
    this.heardAt = performance.now();
    if (!this.feed.answered) return;
    this.lost = false;
    this.screen.append(data);
  }

  private refused(code: string, detail: string): void {
    const verdict = this.choice.refused(this.current.stream, this.live_, { code, detail });
    if (verdict === "another") return this.ask();
    clearTimeout(this.retry);
    this.feed.feeding = false;
    this.set({ phase: "failed", ...verdict });
    if (passing.has(verdict.code)) this.retry = window.setTimeout(() => this.current.phase === "failed" && this.ask(), kRetryMs);
  }

  // --- the picture ---

  private mediaFailed(why: string): void {
    if (this.abort.signal.aborted) return;
    this.position = this.time ?? this.position;
    this.screen.close();
    if (this.patience.ends(performance.now())) this.refused("undecodable", why);
    else this.ask();
  }

  // Everything that came is in the buffer.
  private settled(): void {
    if (!this.starting || !this.feed.answered) return;
    const { ranges } = this.screen;
    const first = ranges[0];
    if (!first) return;
    if (this.live_) {
      this.place(first.start);
    } else if (this.stepping) {
      if (!this.screen.step(this.stepping.from, this.stepping.direction)) return;
      this.stepping = null;
      this.starting = false;
    } else if (decide.rangeAt(ranges, this.position)) {
      this.place(Math.max(first.start, this.position));
    } else if (first.start > this.position) {
      this.place(first.start); // nothing was recorded at the instant itself: on with what comes next
    }
  }

  private place(at: number): void {
    this.starting = false;
    const shown = () => !this.abort.signal.aborted && this.set({ hasPicture: true });
    this.screen.put(at, this.current.hasPicture ? undefined : shown);
    this.follow();
  }

  private tick(): void {
    const now = performance.now();
    const elapsed = (now - this.tickedAt) / 1000;
    this.tickedAt = now;
    if (this.suspended) return;
    const { ranges } = this.screen;
    const stuck = this.screen.stuck();
    if (this.live_ && this.feed.feeding && this.socket.isOpen && !this.lost && now - this.heardAt > kSilentMs) {
      this.feed.feeding = false;
      return this.socket.reopen();
    }
    if (this.starting && this.feed.answered && this.screen.barren()) return this.refused("no_key_frames", "");
    if (this.starting || ranges.length === 0) return;
    if (this.live_ && this.feed.feeding) this.room.look(now, this.audio);
    if (this.live_) this.edge.follow(ranges, elapsed, { hasPicture: this.current.hasPicture, stuck });
    else this.feedFootage(ranges, this.video.currentTime, stuck);
    this.screen.trim(ranges, this.live_);
    this.showPhase();
  }

  private feedFootage(ranges: decide.Range[], time: number, stuck: boolean): void {
    const { endAt } = this.feed;
    if ((!this.paused || this.video.seeking) && this.video.readyState < 3) {
      const to = decide.overHole(ranges, this.feed.gaps, time, stuck);
      if (to !== null && to > time) this.video.currentTime = to;
      else if (this.atEnd && endAt !== null && time > endAt - 1 && !this.paused) return this.live();
    }
    if (this.paused || !this.feed.feeding || !this.screen.wantsMore) return;
    if (endAt === null) this.feed.grant(this.video.currentTime, this.current.speed);
    else if (!this.atEnd && time > endAt - 5 * this.current.speed) this.goOn(endAt);
  }

  // --- what the page sees ---

  private showPhase(): void {
    if (this.current.phase === "failed" && !this.feed.feeding) return;
    const { lost, live_: live, paused, starting } = this;
    this.set({ phase: phaseOf({ lost: lost && live, paused, starting, dry: this.video.readyState < 3, hasPicture: this.current.hasPicture }) });
  }

  private set(change: Partial<PlayerState>): void {
    if (!changes(this.current, change)) return;
    this.current = { ...this.current, ...change };
    this.options.onState(this.current);
  }
}
