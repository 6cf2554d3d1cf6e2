// SPDX-License-Identifier: Apache-2.0
// The day that is looked at, those beside it, and a calendar that shows which days have footage.
import * as Popover from "@radix-ui/react-popover";
import { useState, type ReactNode } from "react";
import { useCoverage } from "../../api/queries";
import type { StreamKind } from "../../api/types";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { addDays, dayText, instantOf, spanOfDay } from "../../ui/zone";
import { addMonths, monthOf, monthText, weeks } from "./month";

interface Props {
  camera: string;
  stream: StreamKind;
  zone: string;
  day: string;
  today: string;
  onDay: (day: string) => void;
  foot?: ReactNode; // below the calendar
}

export function DayPicker(props: Props) {
  const { day, today, onDay } = props;
  const [open, setOpen] = useState(false);
  const name = day === today ? "Today" : dayText(day, today);
  return (
    <div className="flex items-center">
      <IconButton name="Previous day" icon="previous" onClick={() => onDay(addDays(day, -1))} />
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger className="figure flex h-9 items-center gap-2 rounded-md px-2 text-[14px] hover:bg-hover max-sm:h-10" aria-label={`Day: ${name}. Choose another`}>
          <Icon name="calendar" size={16} className="text-ink-3 max-sm:hidden" />
          {name}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content sideOffset={8} collisionPadding={8} className="appear z-50 w-[292px] rounded-lg border border-line bg-raised p-3 text-ink shadow-(--shadow) outline-none" aria-label="Calendar">
            <Calendar
              {...props}
              onDay={(next) => {
                setOpen(false);
                onDay(next);
              }}
            />
            {props.foot && <div className="mt-2 border-t border-line pt-2.5">{props.foot}</div>}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <IconButton name="Next day" icon="next" disabled={day >= today} onClick={() => onDay(addDays(day, 1))} />
    </div>
  );
}

function Calendar({ camera, stream, zone, day, today, onDay }: Props) {
  const [month, setMonth] = useState(monthOf(day));
  const start = instantOf(`${month}-01`, 0, zone);
  const end = instantOf(`${addMonths(month, 1)}-01`, 0, zone);
  const { data, isPending } = useCoverage(camera, stream, start, end, 60_000);
  const has = (date: string) => {
    const [from, to] = spanOfDay(date, zone);
    return data?.footage.some((span) => Date.parse(span.start) / 1000 < to && Date.parse(span.end) / 1000 > from) ?? false;
  };
  return (
    <div>
      <div className="mb-2 flex items-center justify-between">
        <IconButton name="Previous month" icon="previous" onClick={() => setMonth(addMonths(month, -1))} />
        <span className="font-semibold">{monthText(month)}</span>
        <IconButton name="Next month" icon="next" disabled={month >= monthOf(today)} onClick={() => setMonth(addMonths(month, 1))} />
      </div>
      <div className={`relative grid grid-cols-7 ${isPending ? "opacity-60" : ""}`}>
        {["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map((name) => (
          <span key={name} className="label py-1 text-center">
            {name}
          </span>
        ))}
        {weeks(month)
          .flat()
          .map((date, n) =>
            date === null ? (
              <span key={n} />
            ) : (
              <button
                key={date}
                type="button"
                disabled={date > today}
                aria-current={date === today ? "date" : undefined}
                aria-pressed={date === day}
                aria-label={`${dayText(date, today, "long")}${has(date) ? "" : ", no footage"}`}
                onClick={() => onDay(date)}
                className="figure relative flex h-9 flex-col items-center justify-center rounded-md text-[13.5px] hover:bg-hover disabled:opacity-30 disabled:hover:bg-transparent aria-[current=date]:font-bold aria-pressed:bg-accent aria-pressed:text-accent-ink"
              >
                {Number(date.slice(8))}
                <span className={`absolute bottom-1 h-0.5 w-4 rounded-full ${has(date) ? (date === day ? "bg-accent-ink/60" : "bg-accent") : "bg-transparent"}`} />
              </button>
            ),
          )}
      </div>
    </div>
  );
}
