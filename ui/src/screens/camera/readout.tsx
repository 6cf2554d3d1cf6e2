// SPDX-License-Identifier: Apache-2.0
// The instant that is shown, in large figures: on a recorder it is the most important number.
import { useEffect, useRef } from "react";
import type { FeedPlayer } from "../../player/feed_player";
import { clockText } from "../../ui/zone";

export function Readout({ player, zone }: { player: FeedPlayer; zone: string }) {
  const text = useRef<HTMLTimeElement>(null);
  useEffect(() => {
    let frame = 0;
    let shown = "";
    // Written past React: it changes with every picture.
    const write = () => {
      frame = requestAnimationFrame(write);
      const at = player.time;
      const paused = player.state.phase === "paused";
      const next = at === null ? "--:--:--" : clockText(at, zone, paused ? "millis" : "seconds");
      if (next === shown || !text.current) return;
      shown = next;
      text.current.textContent = next;
      text.current.dateTime = at === null ? "" : new Date(at * 1000).toISOString();
    };
    write();
    return () => cancelAnimationFrame(frame);
  }, [player, zone]);
  return <time ref={text} role="timer" aria-label="Time of the picture" aria-live="off" className="min-w-[5.2em] px-1 text-center text-[19px] font-[560] tracking-[-0.01em]" />;
}
