// SPDX-License-Identifier: Apache-2.0
import type { StreamState } from "../api/types";

const words: Record<StreamState, { text: string; look: string }> = {
  running: { text: "Running", look: "bg-accent" },
  connecting: { text: "Connecting", look: "border border-ink-3 animate-pulse" },
  lost: { text: "Lost", look: "bg-alarm" },
  idle: { text: "Asleep until watched", look: "border border-ink-3" },
  refused: { text: "Refused", look: "bg-alarm" },
  disabled: { text: "Switched off", look: "border border-line-strong" },
};

export function StateWord({ state }: { state: StreamState }) {
  return <Mark {...words[state]} alarm={state === "lost" || state === "refused"} />;
}

// A dot that looks so, and the word for it.
export function Mark({ text, look, alarm }: { text: string; look: string; alarm: boolean }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span className={`size-2 shrink-0 rounded-full ${look}`} />
      <span className={alarm ? "text-alarm" : ""}>{text}</span>
    </span>
  );
}
