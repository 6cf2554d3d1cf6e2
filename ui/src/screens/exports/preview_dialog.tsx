// SPDX-License-Identifier: Apache-2.0
// An export, played as it is: by the browser itself, from the file that would be downloaded.
import { useState } from "react";
import { serverAddress } from "../../api/client";
import type { Camera, Export, ExportFile } from "../../api/types";
import { Dialog } from "../../ui/dialog";
import { Choice } from "../../ui/field";
import { Notice } from "../../ui/states";
import { clockText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { nameOf } from "./words";

export function PreviewDialog({ job, files, cameras, onClose }: { job: Export; files: ExportFile[]; cameras: Camera[]; onClose: () => void }) {
  const { zone } = useZone();
  const [chosen, setChosen] = useState(files[0]?.name);
  const [broken, setBroken] = useState<string | null>(null);
  const file = files.find((each) => each.name === chosen) ?? files[0];
  if (!file) return null;
  return (
    <Dialog open onClose={onClose} title={job.name} wide>
      <div className="space-y-3">
        {files.length > 1 && (
          <Choice label="File" value={file.name} onChange={(event) => setChosen(event.target.value)}>
            {files.map((each) => (
              <option key={each.name} value={each.name}>
                {nameOf(each.camera, cameras)}, {clockText(Date.parse(each.start) / 1000, zone)}
              </option>
            ))}
          </Choice>
        )}
        <video
          key={file.url}
          src={serverAddress(file.url)}
          controls
          autoPlay
          muted
          playsInline
          aria-label={`Preview of ${file.name}`}
          onError={() => setBroken(file.name)}
          className="aspect-video max-h-[60dvh] w-full rounded-md bg-black"
        />
        {broken === file.name && <Notice>This browser does not play it. Downloaded, a player such as VLC does.</Notice>}
      </div>
    </Dialog>
  );
}
