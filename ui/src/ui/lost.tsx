// SPDX-License-Identifier: Apache-2.0
import { span } from "./format";
import { PictureState } from "./picture_state";
import { useNow } from "./use_now";
import { clockText, dayOf, dayText } from "./zone";
import { useZone } from "./zone_context";

// A camera that does not send: for how long, since when, and why.
export function Lost({ since, detail, small = true }: { since: string | null; detail: string; small?: boolean }) {
  const now = useNow(1000);
  const { zone } = useZone();
  const at = since ? Date.parse(since) / 1000 : null;
  const day = at !== null ? dayOf(at, zone) : "";
  const today = dayOf(now, zone);
  return (
    <PictureState tone="alarm" title={at === null ? "Lost" : `Lost for ${span(now - at)}`} small={small}>
      {at !== null && (
        <span className="figure block">
          since {day !== today && `${dayText(day, today)}, `}
          {clockText(at, zone)}
        </span>
      )}
      {detail}
    </PictureState>
  );
}
