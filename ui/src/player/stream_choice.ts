// SPDX-License-Identifier: Apache-2.0
// Which of a camera's streams to ask for: the wanted one, unless this browser turned out not to play it, or footage is asked for and
// only the other one is recorded.
import type { StreamKind } from "../api/types";

export interface Offer {
  kind: StreamKind;
  recorded: boolean;
}

export class StreamChoice {
  private readonly unplayable = new Set<StreamKind>();

  constructor(
    private wanted: StreamKind,
    private offers: Offer[],
  ) {}

  offer(offers: Offer[]): void {
    this.offers = offers;
  }

  // A person's choice counts again, whatever was found out before: a camera's codec can be changed.
  want(kind: StreamKind): void {
    this.wanted = kind;
    this.unplayable.clear();
  }

  // Nothing when no stream is left that could be played; then the wanted one was tried already.
  pick(live: boolean): StreamKind | null {
    const fit = (kind: StreamKind) => {
      const offer = this.offers.find((candidate) => candidate.kind === kind);
      return !this.unplayable.has(kind) && offer !== undefined && (live || offer.recorded);
    };
    const other = this.wanted === "main" ? "sub" : "main";
    if (fit(this.wanted)) return this.wanted;
    if (fit(other)) return other;
    return this.unplayable.has(this.wanted) ? null : this.wanted;
  }

  // True when another stream is left to try.
  cannotPlay(kind: StreamKind, live: boolean): boolean {
    this.unplayable.add(kind);
    return this.pick(live) !== null;
  }

  // The small stream is shown only because this browser does not play main.
  get fellBack(): boolean {
    return this.unplayable.has(this.wanted);
  }
}
