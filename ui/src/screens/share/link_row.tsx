// SPDX-License-Identifier: Apache-2.0
// A link that opens one address without a login, for a while: made when it is shown.
import { useQuery } from "@tanstack/react-query";
import { ownPath, fetched, problemFrom, serverAddress } from "../../api/client";
import { changes } from "../../api/queries";
import { CopyField } from "../../ui/copy";
import { Choice } from "../../ui/field";
import { span } from "../../ui/format";
import { Notice } from "../../ui/states";
import { now } from "../../ui/use_now";
import { clockText, dayOf, dayText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";

export const durations = [3600, 86_400, 604_800]; // seconds; the server refuses more than seven days

export function DurationChoice({ value, onChange }: { value: number; onChange: (seconds: number) => void }) {
  return (
    <Choice label="The link works" value={value} onChange={(event) => onChange(Number(event.target.value))}>
      {durations.map((seconds) => (
        <option key={seconds} value={seconds}>
          for {seconds === 3600 ? "an hour" : seconds === 86_400 ? "a day" : span(seconds).replace(" d", " days")}
        </option>
      ))}
    </Choice>
  );
}

export function LinkRow({ label, url, seconds }: { label: string; url: string; seconds: number }) {
  const { zone } = useZone();
  const link = useQuery({
    queryKey: ["link", url, seconds],
    queryFn: () => fetched(changes.addLink({ path: ownPath(url), seconds })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (link.isError) return <Notice>{problemFrom(link.error).detail}</Notice>;
  const end = link.data ? Date.parse(link.data.expires) / 1000 : null;
  return (
    <div>
      <CopyField label={label} text={link.data ? serverAddress(link.data.url) : ""} />
      <p className="figure mt-1 min-h-[1.5em] text-[12.5px] text-ink-3">
        {end === null ? "Making the link" : `Ends ${dayText(dayOf(end, zone), dayOf(now(), zone))}, ${clockText(end, zone, "minutes")}. Whoever has it needs no login.`}
      </p>
    </div>
  );
}
