// SPDX-License-Identifier: Apache-2.0
// What is wanted more seldom: longer moments, the camera's day and clips, and on a narrow window what has no room beside the picture.
import { useNavigate } from "react-router-dom";
import type { Camera } from "../../api/types";
import { IconButton } from "../../ui/button";
import * as Menu from "../../ui/menu";
import type { Act } from "./controls";

interface Props {
  camera: Camera;
  live: boolean;
  canChange: boolean;
  act: Act;
}

const kRoomy = 1100; // pixels of a window that has room for all buttons

export function MoreMenu({ camera, live, canChange, act }: Props) {
  const navigate = useNavigate();
  return (
    <Menu.Root>
      <Menu.Trigger asChild>
        <IconButton name="More" icon="more" />
      </Menu.Trigger>
      <Menu.Panel align="end">
        {canChange && (
          <>
            <Menu.Heading>{live ? "Moment" : "Moments are of now: go live for one"}</Menu.Heading>
            <Menu.Item icon="moment" disabled={!live} onSelect={() => act.moment(10, 0)}>
              The last 10 seconds
            </Menu.Item>
            <Menu.Item icon="moment" disabled={!live} onSelect={() => act.moment(20, 0)}>
              The last 20 seconds
            </Menu.Item>
            <Menu.Item icon="moment" disabled={!live} onSelect={() => act.moment(10, 5)}>
              5 seconds before and after
            </Menu.Item>
            <Menu.Line />
          </>
        )}
        <Menu.Item icon="sheet" onSelect={act.sheet}>
          Day sheet (D)
        </Menu.Item>
        <Menu.Item icon="film" onSelect={() => navigate(`/clips/moments?camera=${encodeURIComponent(camera.id)}`)}>
          Clips of this camera
        </Menu.Item>
        <Narrow act={act} />
      </Menu.Panel>
    </Menu.Root>
  );
}

function Narrow({ act }: { act: Act }) {
  if (window.innerWidth >= kRoomy) return null;
  return (
    <>
      <Menu.Line />
      <Menu.Item icon="share" onSelect={act.share}>
        Open elsewhere
      </Menu.Item>
      <Menu.Item icon="info" onSelect={act.facts}>
        Facts about the picture
      </Menu.Item>
    </>
  );
}
