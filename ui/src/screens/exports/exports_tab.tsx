// SPDX-License-Identifier: Apache-2.0
// What was cut out of the footage: under way, ready, failed; newest first.
import { Link } from "react-router-dom";
import { problemFrom } from "../../api/client";
import { useCameras, useExports } from "../../api/queries";
import { Rows } from "../../ui/page";
import { Empty, Failed, Working } from "../../ui/states";
import { ExportRow } from "./export_row";

export function ExportsTab() {
  const exports = useExports();
  const cameras = useCameras(60_000);
  if (exports.isPending) return <Working what="Looking for exports" />;
  if (!exports.data) return <Failed problem={problemFrom(exports.error)} retry={() => void exports.refetch()} />;
  const list = [...exports.data].sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
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
        <ExportRow key={job.id} job={job} cameras={cameras.data ?? []} />
      ))}
    </Rows>
  );
}
