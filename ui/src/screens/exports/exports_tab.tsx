// SPDX-License-Identifier: Apache-2.0
// What was cut out of the footage: under way, ready, failed; newest first.
import { Link } from "react-router-dom";
import { useExports } from "../../api/queries";
import type { Camera, Export } from "../../api/types";
import { Rows } from "../../ui/page";
import { Awaited, Empty } from "../../ui/states";
import { ExportRow } from "./export_row";

export function ExportsTab({ cameras }: { cameras: Camera[] }) {
  return (
    <Awaited query={useExports()} what="Looking for exports">
      {(exports) => <Exports exports={exports} cameras={cameras} />}
    </Awaited>
  );
}

function Exports({ exports, cameras }: { exports: Export[]; cameras: Camera[] }) {
  const list = [...exports].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
  if (list.length === 0) {
    return (
      <Empty
        icon="cut"
        title="No exports yet"
        action={
          <Link to="/" className="inline-flex h-9 items-center rounded-md border border-line-strong bg-raised px-4 hover:bg-hover max-sm:h-11">
            To the cameras
          </Link>
        }
      >
        Open a camera, choose Export and mark a stretch of its timeline. It becomes one MP4 file a camera.
      </Empty>
    );
  }
  return (
    <Rows name="Exports">
      {list.map((job) => (
        <ExportRow key={job.id} job={job} cameras={cameras} />
      ))}
    </Rows>
  );
}
