// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { problemFrom } from "../../api/client";
import { useLog } from "../../api/queries";
import { Segmented } from "../../ui/button";
import { Section } from "../../ui/page";
import { Notice, Working } from "../../ui/states";
import { clockText, dayOf, dayText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { now } from "../../ui/use_now";

type Level = "all" | "warning";
const serious = new Set(["warning", "warn", "error", "critical"]);

// The newest lines of the log, at the bottom; stays there unless somebody scrolls up.
export function LogSection() {
  const log = useLog(200, true);
  const { zone } = useZone();
  const [level, setLevel] = useState<Level>("all");
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log.data, level]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
  };
  const today = dayOf(now(), zone);
  const time = (iso: string) => {
    const at = Date.parse(iso) / 1000;
    const day = dayOf(at, zone);
    return `${day === today ? "" : `${dayText(day, today)} `}${clockText(at, zone)}`;
  };
  const lines = log.data?.filter((line) => level === "all" || serious.has(line.level));
  return (
    <Section
      title="Log"
      actions={
        <Segmented name="Lines of the log" value={level} onChange={setLevel} options={{ all: "All", warning: "Warnings" }} />
      }
    >
      {log.isPending && <Working what="Reading the log" />}
      {log.isError && <Notice>{problemFrom(log.error).detail}</Notice>}
      {lines && (
        <div ref={box} onScroll={onScroll} tabIndex={0} role="log" aria-label="Log" className="h-72 overflow-y-auto rounded-md border border-line bg-surface px-3 py-2 text-[13px]">
          {lines.length === 0 && <p className="py-8 text-center text-ink-3">Nothing of that kind</p>}
          {lines.map((line, n) => (
            <div key={`${line.time} ${n}`} className="flex gap-3 py-0.5 max-sm:flex-col max-sm:gap-0 max-sm:py-1">
              <span className="figure shrink-0 text-ink-3">
                {time(line.time)}
                <span className="ml-3 inline-block w-14 text-ink-3">{line.area}</span>
              </span>
              <span className={`min-w-0 break-words ${line.level === "error" || line.level === "critical" ? "text-alarm" : serious.has(line.level) ? "font-[560] text-ink" : "text-ink-2"}`}>
                {line.message}
              </span>
            </div>
          ))}
        </div>
      )}
    </Section>
  );
}
