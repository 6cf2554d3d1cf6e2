// SPDX-License-Identifier: Apache-2.0
// The stretch that is marked on the timeline to be exported.
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import type { FeedPlayer } from "../../player/feed_player";
import type { Stretch } from "../../timeline/coverage";
import { between, firstRange, settled, withEdge, type Edge } from "../../timeline/range";
import { following, type View } from "../../timeline/view";
import { now } from "../../ui/use_now";

export function useMark(root: RefObject<HTMLElement | null>, view: View, setView: (view: View) => void, player: FeedPlayer | null, oldest: number | null) {
  const [range, setRange] = useState<Stretch | null>(null);
  const latest = useRef({ range, view, oldest });
  latest.current = { range, view, oldest };
  const marking = range !== null;

  // Who began it with a key or a button goes on with the arrows.
  const byHand = useRef(false);
  useEffect(() => {
    if (!marking || !byHand.current) return;
    byHand.current = false;
    root.current?.querySelector<HTMLElement>("[data-edge=start]")?.focus();
  }, [marking, root]);

  // Begins around the playhead, or ends it.
  const mark = useCallback(() => {
    if (latest.current.range) return setRange(null);
    const at = player?.time ?? now();
    const shown = following(latest.current.view, at);
    byHand.current = true;
    setView(shown);
    setRange(firstRange(shown, at, now(), latest.current.oldest));
  }, [player, setView]);

  // An edge to where the playhead is; the other one goes along when it would be passed.
  const setEdge = useCallback(
    (edge: Edge) => {
      const before = latest.current.range;
      const at = player?.time;
      if (!before || at === null || at === undefined) return;
      const to = settled(at, latest.current.view);
      const other = edge === "start" ? before.end : before.start;
      const passed = edge === "start" ? to >= other : to <= other;
      const length = before.end - before.start;
      setRange(passed ? between(to, edge === "start" ? to + length : to - length, now()) : withEdge(before, edge, to, now()));
    },
    [player],
  );
  return { range, setRange, mark, setEdge };
}
