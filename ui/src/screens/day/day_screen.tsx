// SPDX-License-Identifier: Apache-2.0
// The day sheet: a day at a glance, a picture for every ten minutes, of one camera or of several side by side. A picture opens the
// player there. The address carries the day and the cameras: /day?day=2026-11-20&cameras=door,yard.
import { useEffect, useMemo, useRef, type RefObject } from "react";
import { Link, useSearchParams } from "react-router-dom";
import { useCameras } from "../../api/queries";
import type { Camera } from "../../api/types";
import { DayPicker } from "../camera/day_picker";
import { recordedStream } from "../camera/controls";
import { useKeys } from "../camera/use_keys";
import { remember, remembered } from "../../ui/memory";
import { Awaited, Empty, Notice, Working } from "../../ui/states";
import { useNow } from "../../ui/use_now";
import { addDays, clockText, dayOf, isDay, wallClock } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { CameraChoice } from "./camera_choice";
import { DayCell } from "./day_cell";
import { DayDownload } from "./day_download";
import { rowsOf, slotsOf, type Row } from "./sheet";
import { useColumns, type CameraColumn } from "./use_columns";

export function DayScreen() {
  return (
    <Awaited query={useCameras()} what="Looking for cameras">
      {(cameras) =>
        cameras.length > 0 ? (
          <Sheet all={cameras} />
        ) : (
          <Empty icon="camera" title="No cameras yet">
            The day sheet shows what they have recorded.
          </Empty>
        )
      }
    </Awaited>
  );
}

// Cameras side by side at first: as many as have room.
const firstCount = () => (window.innerWidth < 600 ? 2 : 3);

// Those that the address names, that were chosen last, or the first few that have footage.
function chosenOf(all: Camera[], named: string | null): Camera[] {
  const ids = (named ?? remembered("day")) || "";
  const chosen = all.filter(({ id }) => ids.split(",").includes(id));
  if (chosen.length > 0) return chosen;
  const recorded = all.filter(({ streams }) => streams.some(({ oldest }) => oldest !== null));
  return (recorded.length > 0 ? recorded : all).slice(0, firstCount());
}

function Sheet({ all }: { all: Camera[] }) {
  const { zone } = useZone();
  const [search, setSearch] = useSearchParams();
  const now = useNow(10_000);
  const today = dayOf(now, zone);
  const asked = search.get("day") ?? "";
  const day = isDay(asked) && asked <= today ? asked : today;
  const cameras = chosenOf(all, search.get("cameras"));
  const set = (next: { day?: string; cameras?: string }) => {
    const { at: _at, ...kept } = Object.fromEntries(search);
    setSearch({ ...kept, ...next }, { replace: true });
  };
  const choose = (ids: string[]) => {
    remember("day", ids.join(","));
    set({ cameras: ids.join(",") });
  };
  const onDay = (next: string) => next <= today && set({ day: next });
  useKeys({ ArrowLeft: () => onDay(addDays(day, -1)), ArrowRight: () => onDay(addDays(day, 1)) });
  const count = slotsOf(day, zone, now).length;
  const slots = useMemo(() => slotsOf(day, zone, now), [day, zone, count]);
  const columns = useColumns(cameras, slots, now);
  const single = columns.length === 1;
  const rows = rowsOf(slots, columns, single ? 6 : 1);
  const pending = columns.some(({ recorded }) => recorded.pending);
  const failed = columns.some(({ recorded }) => recorded.failed);
  const nothing = !pending && !rows.some((row) => row.kind === "slots");
  const root = useFirstPlace(search.get("at"), day === today, pending, `${day} ${cameras.map(({ id }) => id).join(",")}`);
  return (
    <div ref={root}>
      <div className="sticky top-0 z-20 border-b border-line bg-page/95 backdrop-blur-sm max-sm:static">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-1.5">
          <h1 className="sr-only">Day sheet</h1>
          <DayPicker camera={cameras[0]!.id} stream={recordedStream(cameras[0]!)} zone={zone} day={day} today={today} onDay={onDay} />
          <CameraChoice all={all} chosen={cameras} onChange={choose} />
          <span className="ml-auto">{single && <DayDownload camera={cameras[0]!} day={day} zone={zone} />}</span>
        </div>
        <Hours rows={rows} zone={zone} root={root} />
      </div>
      {pending && <Working what="Reading what was recorded" />}
      {failed && (
        <div className="mx-auto mt-4 max-w-md px-4">
          <Notice>What was recorded could not be read of every camera. It is tried again.</Notice>
        </div>
      )}
      {nothing && !failed && (
        <Empty icon="sheet" title="Nothing was recorded on this day">
          {reasonsOf(rows) || "The calendar above marks the days with footage."}
        </Empty>
      )}
      {!pending && !nothing && (single ? <HourRows rows={rows} column={columns[0]!} slots={slots} zone={zone} /> : <SideBySide rows={rows} columns={columns} slots={slots} zone={zone} day={day} />)}
    </div>
  );
}

const reasonsOf = (rows: Row[]) => rows.flatMap((row) => (row.kind === "fold" ? row.reasons : [])).join(", ");

// Begins where the address says, or with the newest of today; once for each day and choice of cameras.
function useFirstPlace(at: string | null, isToday: boolean, pending: boolean, key: string) {
  const root = useRef<HTMLDivElement>(null);
  const done = useRef("");
  useEffect(() => {
    if (pending || done.current === key) return;
    const first = done.current === "";
    done.current = key;
    const rows = [...(root.current?.querySelectorAll<HTMLElement>("[data-start]") ?? [])];
    const wanted = at === null ? Number.NaN : Date.parse(at) / 1000;
    const row = rows.findLast((each) => Number(each.dataset.start) <= wanted) ?? (isToday && first ? rows.at(-1) : undefined);
    if (row) row.scrollIntoView({ block: "center" });
    else root.current?.closest("main")?.scrollTo(0, 0);
  }, [at, isToday, pending, key]);
  return root;
}

const startOf = (row: Row) => (row.kind === "fold" ? row.start : row.slots[0]!.start);

// Every third hour, to jump to.
function Hours({ rows, zone, root }: { rows: Row[]; zone: string; root: RefObject<HTMLDivElement | null> }) {
  const shown = rows.filter((row) => row.kind === "slots");
  const hours = new Map<number, number>();
  for (const row of shown) {
    const hour = wallClock(startOf(row), zone).hour;
    if (!hours.has(hour)) hours.set(hour, startOf(row));
  }
  if (hours.size < 3) return null;
  const go = (start: number) => {
    const row = root.current?.querySelector<HTMLElement>(`[data-start="${start}"]`);
    row?.scrollIntoView({ block: "start" });
    row?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  };
  return (
    <nav aria-label="Hours" className="figure flex overflow-x-auto px-2 pb-1 text-[12.5px] max-sm:hidden">
      {[...hours].map(([hour, start]) => (
        <button key={hour} type="button" onClick={() => go(start)} aria-label={`To ${clockText(start, zone, "minutes")}`} className="h-6 min-w-8 flex-1 rounded-sm text-ink-3 hover:bg-hover hover:text-ink">
          {String(hour).padStart(2, "0")}
        </button>
      ))}
    </nav>
  );
}

interface RowsProps {
  rows: Row[];
  slots: { start: number; end: number }[];
  zone: string;
}

// Behind the bar that stays at the top.
const kBelowBar = "scroll-mt-28";

function Fold({ row, zone }: { row: Extract<Row, { kind: "fold" }>; zone: string }) {
  const why = row.reasons.length > 0 ? row.reasons.join(", ") : "no footage";
  return (
    <div data-start={row.start} className={`figure ${kBelowBar} flex items-center gap-3 py-1.5 text-[13px]`}>
      <span className="text-ink-2">
        {clockText(row.start, zone, "minutes")} – {clockText(row.end, zone, "minutes")}
      </span>
      <span className={row.reasons.length > 0 ? "text-alarm" : "text-ink-3"}>{why}</span>
      <span className={`flex-1 ${row.reasons.length > 0 ? "hatched h-2 rounded-sm" : "h-px bg-line"}`} />
    </div>
  );
}

// One camera: an hour a row, six pictures.
function HourRows({ rows, column, slots, zone }: RowsProps & { column: CameraColumn }) {
  return (
    <div className="mx-auto max-w-[1680px] space-y-1.5 px-3 pt-3 pb-12 max-sm:px-2">
      {rows.map((row) =>
        row.kind === "fold" ? (
          <Fold key={row.start} row={row} zone={zone} />
        ) : (
          <div key={row.slots[0]!.start} data-start={row.slots[0]!.start} className={`grid grid-cols-6 gap-1.5 ${kBelowBar} max-md:grid-cols-3 [contain-intrinsic-size:auto_150px] [content-visibility:auto]`}>
            {row.slots.map((slot) => {
              const n = slots.indexOf(slot);
              return <DayCell key={slot.start} camera={column.camera} slot={slot} cell={column.cells[n]!} pictured={column.pictured[n]!} recorded={column.recorded} zone={zone} timed />;
            })}
          </div>
        ),
      )}
    </div>
  );
}

// Several cameras: ten minutes a row, a column each.
function SideBySide({ rows, columns, slots, zone, day }: RowsProps & { columns: CameraColumn[]; day: string }) {
  const grid = { gridTemplateColumns: `3.4rem repeat(${columns.length}, minmax(132px, 360px))` };
  return (
    <div className="overflow-x-auto max-sm:overflow-x-scroll">
      <div className="mx-auto max-w-[1680px] min-w-fit px-3 pb-12 max-sm:px-2">
        <div className="grid gap-1.5 py-1.5" style={grid}>
          <span />
          {columns.map(({ camera }) => (
            <div key={camera.id} className="flex min-w-0 items-center gap-1">
              <Link to={`/watch/${encodeURIComponent(camera.id)}`} className="truncate text-[14px] font-[600] hover:text-accent">
                {camera.name}
              </Link>
              <DayDownload camera={camera} day={day} zone={zone} small />
            </div>
          ))}
        </div>
        <div className="space-y-1.5">
          {rows.map((row) => {
            if (row.kind === "fold") return <Fold key={row.start} row={row} zone={zone} />;
            const slot = row.slots[0]!;
            const n = slots.indexOf(slot);
            return (
              <div key={slot.start} data-start={slot.start} className={`grid gap-1.5 ${kBelowBar} [contain-intrinsic-size:auto_160px] [content-visibility:auto]`} style={grid}>
                <time dateTime={new Date(slot.start * 1000).toISOString()} className="figure pt-1 text-[13px] text-ink-2">
                  {clockText(slot.start, zone, "minutes")}
                </time>
                {columns.map(({ camera, cells, pictured, recorded }) => (
                  <DayCell key={camera.id} camera={camera} slot={slot} cell={cells[n]!} pictured={pictured[n]!} recorded={recorded} zone={zone} timed={false} />
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
