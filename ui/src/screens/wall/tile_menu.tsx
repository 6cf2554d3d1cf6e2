// SPDX-License-Identifier: Apache-2.0
// What can be done with a camera right from the wall.
import { useNavigate } from "react-router-dom";
import type { Camera } from "../../api/types";
import { useTray } from "../../tray/tray";
import { Icon } from "../../ui/icons";
import * as Menu from "../../ui/menu";

export function TileMenu({ camera, canChange }: { camera: Camera; canChange: boolean }) {
  const tray = useTray();
  const navigate = useNavigate();
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={`More about ${camera.name}`}
        className="on-picture absolute top-1.5 right-1.5 flex size-8 items-center justify-center rounded-md bg-black/55 opacity-0 transition-opacity group-hover/tile:opacity-100 hover:bg-black/80 focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:size-10 pointer-coarse:opacity-80"
      >
        <Icon name="more" size={18} />
      </Menu.Trigger>
      <Menu.Panel align="end">
        <Menu.Item icon="photo" onSelect={() => tray.snapshot(camera, { at: null })}>
          Snapshot
        </Menu.Item>
        {canChange && (
          <Menu.Item icon="moment" onSelect={() => tray.moment(camera, { length: 5, delay: 0 })}>
            Moment
          </Menu.Item>
        )}
        <Menu.Line />
        <Menu.Item icon="sheet" onSelect={() => navigate(`/day?cameras=${encodeURIComponent(camera.id)}`)}>
          Day sheet
        </Menu.Item>
        <Menu.Item icon="film" onSelect={() => navigate(`/clips/moments?camera=${encodeURIComponent(camera.id)}`)}>
          Moments
        </Menu.Item>
      </Menu.Panel>
    </Menu.Root>
  );
}
