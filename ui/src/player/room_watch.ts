// SPDX-License-Identifier: Apache-2.0
// Where the recorder converts as much as it can, a lesser stream is shown. Meanwhile this asks again and again for the one that was
// wanted, beside what plays, so that it comes by itself when there is room.
import type { FeedRequest } from "./feed_request";
import type { Said } from "./protocol";
import type { StreamChoice } from "./stream_choice";

const kAgainMs = 4000;

export class RoomWatch {
  private askedAt = 0;

  constructor(
    private readonly feed: FeedRequest,
    private readonly choice: StreamChoice,
  ) {}

  // To be called with every tick while live plays.
  look(now: number, audio: boolean): void {
    const awaited = this.choice.awaited(true);
    if (!awaited) this.askedAt = now;
    if (!awaited || now - this.askedAt < kAgainMs) return;
    this.askedAt = now;
    this.feed.askBeside(awaited, audio);
  }

  // True when the wanted stream comes from here on.
  found(said: Said): boolean {
    const awaited = this.choice.awaited(true);
    const answer = this.feed.answerBeside(said);
    if (answer === "given") this.choice.again();
    else if (answer && awaited && said.type === "error" && said.code !== "overloaded") this.choice.pass(awaited, true);
    return answer === "given";
  }
}
