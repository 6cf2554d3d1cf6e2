// SPDX-License-Identifier: Apache-2.0
// The last 24 hours of a camera as a hair line: where there is footage, where a gap with a reason. The timeline in its smallest
// form.
import { useCoverage } from "../api/queries";
import type { StreamKind } from "../api/types";
import { percent } from "../ui/format";
import { useNow } from "../ui/use_now";

const kDay = 86_400;
const kStep = 300; // the span moves on in steps, so that the answer can be kept

export function LastDay({ camera, stream = "main", className = "" }: { camera: string; stream?: StreamKind; className?: string }) {
  const now = useNow(60_000);
  const end = Math.ceil(now / kStep) * kStep;
  const start = end - kDay;
  const { data } = useCoverage(camera, stream, start, end, 60_000);
  const place = (from: string, to: string) => {
    const a = Math.max(start, Date.parse(from) / 1000);
    const b = Math.min(now, Date.parse(to) / 1000);
    return { left: `${percent(a - start, kDay)}%`, width: `max(1px, ${percent(b - a, kDay)}%)` };
  };
  return (
    <div className={`relative overflow-hidden bg-ink/15 ${className}`} role="img" aria-label={label(data?.gaps.length ?? 0)}>
      {data?.footage.map((span) => (
        <span key={span.start} className="absolute inset-y-0 bg-accent/70" style={place(span.start, span.end)} />
      ))}
      {data?.gaps.map((gap) => (
        <span key={gap.start} className="absolute inset-y-0 bg-alarm" style={place(gap.start, gap.end)} />
      ))}
    </div>
  );
}

function label(gaps: number): string {
  return `Last 24 hours: ${gaps === 0 ? "no gaps on record" : gaps === 1 ? "one gap" : `${gaps} gaps`}`;
}
