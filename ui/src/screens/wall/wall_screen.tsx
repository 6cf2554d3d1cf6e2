// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from "react";
import { Link } from "react-router-dom";
import { useCameras } from "../../api/queries";
import type { Camera } from "../../api/types";
import { IconButton, Segmented } from "../../ui/button";
import { remember, remembered } from "../../ui/memory";
import { Awaited, Empty } from "../../ui/states";
import { useSize } from "../../ui/use_size";
import { bestGrid, tilesOf, wallSizes, type WallSize } from "./grid";
import { Tile } from "./tile";

const kGap = 4;
const kPadding = 8;

export function WallScreen({ canChange }: { canChange: boolean }) {
  return (
    <Awaited query={useCameras()} what="Looking for cameras">
      {(cameras) => (cameras.length > 0 ? <Wall cameras={cameras} canChange={canChange} /> : <NoCameras canChange={canChange} />)}
    </Awaited>
  );
}

function NoCameras({ canChange }: { canChange: boolean }) {
  const add = (
    <Link to="/cameras?add" className="inline-flex h-9 items-center rounded-md bg-accent px-4 font-semibold text-accent-ink">
      Add a camera
    </Link>
  );
  return (
    <Empty icon="camera" title="No cameras yet" action={canChange && add}>
      {canChange ? "All you need is its RTSP address." : "None that you may see. An admin can change that under Access."}
    </Empty>
  );
}

function keptSize(): WallSize {
  const kept = Number(remembered("wall"));
  return wallSizes.find((size) => size === kept) ?? "auto";
}

function Wall({ cameras, canChange }: { cameras: Camera[]; canChange: boolean }) {
  const room = useRef<HTMLDivElement>(null);
  const whole = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(room);
  const [size, setSize] = useState<WallSize>(keptSize);
  const [page, setPage] = useState(0);
  const narrow = width > 0 && width < 600;
  const tiles = narrow ? cameras.length : tilesOf(size, cameras.length);
  const pages = Math.ceil(cameras.length / tiles);
  const at = Math.min(page, pages - 1);
  const shown = cameras.slice(at * tiles, (at + 1) * tiles);
  const grid = bestGrid(tiles, width, height, { gap: kGap });
  const full = () => (document.fullscreenElement ? void document.exitFullscreen() : void whole.current?.requestFullscreen?.());
  const choose = (next: WallSize) => {
    const firstShown = at * tiles;
    setSize(next);
    setPage(Math.floor(firstShown / tilesOf(next, cameras.length)));
    remember("wall", next === "auto" ? null : String(next));
  };
  return (
    <div ref={whole} className="flex h-full flex-col bg-page max-sm:h-auto">
      <div className="flex h-11 shrink-0 items-center gap-2 px-3 max-sm:hidden">
        <h1 className="sr-only">Live</h1>
        <Health cameras={cameras} />
        <div className="ml-auto flex items-center gap-1">
          {pages > 1 && (
            <div className="mr-2 flex items-center">
              <IconButton name="Previous cameras" icon="previous" disabled={at === 0} onClick={() => setPage(at - 1)} />
              <span className="figure text-[13px] text-ink-2">
                {at + 1} of {pages}
              </span>
              <IconButton name="Next cameras" icon="next" disabled={at === pages - 1} onClick={() => setPage(at + 1)} />
            </div>
          )}
          <Segmented
            name="Tiles"
            value={size}
            onChange={choose}
            options={wallSizes.map((value) => ({ value, text: value === "auto" ? "Auto" : String(value), title: value === "auto" ? "As many as there are" : `${value} tiles` }))}
          />
          <IconButton name="Full screen" icon="full" onClick={full} />
        </div>
      </div>
      <div className="min-h-0 flex-1" style={{ padding: narrow ? 0 : `0 ${kPadding}px ${kPadding}px` }}>
        <div ref={room} className="flex size-full items-center justify-center">
          {width > 0 && (
            <div
              className="grid content-center justify-center"
              style={{ gap: kGap, gridTemplateColumns: `repeat(${grid.columns}, ${grid.width}px)` }}
              role="list"
              aria-label="Cameras"
            >
              {shown.map((camera) => (
                <div role="listitem" key={camera.id} className="group/tile relative">
                  <Tile camera={camera} height={grid.height} large={tiles === 1} canChange={canChange} />
                </div>
              ))}
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

// Speaks up only when a camera needs somebody.
function Health({ cameras }: { cameras: Camera[] }) {
  const lost = cameras.filter((camera) => camera.streams.some((stream) => stream.kind === "main" && (stream.state === "lost" || stream.state === "refused")));
  return (
    <span className="text-[13.5px] text-ink-3" role="status">
      {cameras.length === 1 ? "1 camera" : `${cameras.length} cameras`}
      {lost.length > 0 && <span className="ml-2 text-alarm">{lost.length === 1 ? `${lost[0]!.name} is lost` : `${lost.length} are lost`}</span>}
    </span>
  );
}
