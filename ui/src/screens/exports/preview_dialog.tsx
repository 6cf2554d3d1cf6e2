// SPDX-License-Identifier: Apache-2.0
// An export, played as it is: by the browser itself, from the file that would be downloaded.
import { useState } from "react";
import { serverAddress } from "../../api/client";
import type { Camera, Export, ExportFile } from "../../api/types";
import { Dialog } from "../../ui/dialog";
import { Choice } from "../../ui/field";
import { clockText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";
import { Film } from "../clips/film";
import { nameOf } from "./words";

export function PreviewDialog({ job, files, cameras, onClose }: { job: Export; files: ExportFile[]; cameras: Camera[]; onClose: () => void }) {
  const { zone } = useZone();
  const [chosen, setChosen] = useState(files[0]?.name);
  const file = files.find((each) => each.name === chosen) ?? files[0];
  if (!file) return null;
  return (
    <Dialog onClose={onClose} title={job.name} wide>
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
        <Film src={serverAddress(file.url)} name={`Preview of ${file.name}`} />
      </div>
    </Dialog>
  );
}
