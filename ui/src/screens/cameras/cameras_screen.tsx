// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { Link, useSearchParams } from "react-router-dom";
import { changes, useCameras, useChange } from "../../api/queries";
import { streamOf, type Camera } from "../../api/types";
import { LastDay } from "../../timeline/last_day";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { ago, bitrate, bytes, codecName, fps, milliseconds } from "../../ui/format";
import { InFile } from "../../ui/in_file";
import { Page, Rows } from "../../ui/page";
import { RowMenu } from "../../ui/row_menu";
import { Awaited, Empty } from "../../ui/states";
import { StateWord } from "../../ui/stream_state";
import { CameraDialog } from "./camera_dialog";

export function CamerasScreen({ canChange }: { canChange: boolean }) {
  const remove = useChange(changes.removeCamera, ["cameras"]);
  const [search, setSearch] = useSearchParams();
  const [editing, setEditing] = useState<Camera | null>(null);
  const [removing, setRemoving] = useState<Camera | null>(null);
  const adding = canChange && search.has("add");
  const close = () => {
    setEditing(null);
    if (adding) setSearch({}, { replace: true });
  };
  const add = (
    <Button look="accent" icon="plus" onClick={() => setSearch({ add: "" })}>
      Add a camera
    </Button>
  );
  return (
    <Awaited query={useCameras()} what="Looking for cameras">
      {(cameras) => (
        <Page title="Cameras" actions={canChange && add}>
          {cameras.length === 0 ? (
            <Empty icon="camera" title="No cameras yet" action={canChange && add}>
              {canChange ? "All you need is its RTSP address." : "None that you may see."}
            </Empty>
          ) : (
            <Rows name="Cameras">
              {cameras.map((camera) => (
                <Row key={camera.id} camera={camera} canChange={canChange} onEdit={() => setEditing(camera)} onRemove={() => setRemoving(camera)} />
              ))}
            </Rows>
          )}
          {(adding || editing) && <CameraDialog camera={editing} onClose={close} />}
          {removing && (
            <Confirm onClose={() => setRemoving(null)} title={`Remove ${removing.name}?`} word="Remove" action={() => remove.mutateAsync(removing.id)}>
              Vantage stops recording it. Its footage stays on disk until retention takes it.
            </Confirm>
          )}
        </Page>
      )}
    </Awaited>
  );
}

function Row({ camera, canChange, onEdit, onRemove }: { camera: Camera; canChange: boolean; onEdit: () => void; onRemove: () => void }) {
  const main = streamOf(camera, "main");
  const declared = camera.declared_in_file;
  const disk = camera.streams.reduce((sum, stream) => sum + stream.disk_bytes, 0);
  return (
    <li className="relative py-3.5" aria-label={camera.name}>
      <div className="grid grid-cols-[minmax(180px,1.3fr)_repeat(4,minmax(0,1fr))_auto] items-start gap-x-5 gap-y-3 max-md:grid-cols-2">
        <div className="min-w-0 max-md:col-span-2">
          <div className="flex items-center gap-2">
            <Link to={`/watch/${encodeURIComponent(camera.id)}`} className="truncate text-[15px] font-[600] hover:text-accent">
              {camera.name}
            </Link>
            {declared && <InFile />}
          </div>
          <div className="mt-1 text-[13px]">
            {main ? <StateWord state={main.state} /> : "No stream"}
            {main?.since && main.state !== "running" && <span className="ml-2 text-ink-3">{ago(main.since)}</span>}
          </div>
          {main?.detail && <p className={`mt-1 text-[12.5px] ${main.state === "lost" || main.state === "refused" ? "text-alarm" : "text-ink-3"}`}>{main.detail}</p>}
        </div>
        <Figure name="Picture" more={main?.video ? codecName(main.video.codec) : undefined}>
          {main?.video ? `${main.video.width} × ${main.video.height}` : "–"}
        </Figure>
        <Figure name="Rate" more={main && bitrate(main.bits_per_second)}>
          {main ? fps(main.fps) : "–"}
        </Figure>
        <Figure name="Clock" more={main?.timing.source && `± ${milliseconds(main.timing.uncertainty_ms)}`}>
          {main?.timing.source ? milliseconds(main.timing.offset_ms, true) : "–"}
        </Figure>
        <Figure name="On disk" more={main?.oldest ? `oldest ${ago(main.oldest)}` : undefined}>
          {camera.streams.some((stream) => stream.recorded) || disk > 0 ? bytes(disk) : "not recorded"}
        </Figure>
        {canChange && (
          <div className="max-md:absolute max-md:right-3">
            <RowMenu
              name={camera.name}
              note={declared && "Declared in the configuration file: change it there"}
              edit={declared ? "Show settings" : "Edit"}
              onEdit={onEdit}
              onRemove={onRemove}
              canRemove={!declared}
            />
          </div>
        )}
      </div>
      <LastDay camera={camera.id} className="mt-3 h-1 rounded-full" />
    </li>
  );
}

function Figure({ name, children, more }: { name: string; children: string; more?: string }) {
  return (
    <div className="min-w-0">
      <div className="label">{name}</div>
      <div className="figure truncate">{children}</div>
      {more && <div className="figure truncate text-[12.5px] text-ink-3">{more}</div>}
    </div>
  );
}
