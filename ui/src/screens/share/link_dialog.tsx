// SPDX-License-Identifier: Apache-2.0
// Something to be handed to somebody who cannot log in: what, for how long, and the link.
import { useState } from "react";
import { Dialog } from "../../ui/dialog";
import { Choice } from "../../ui/field";
import { DurationChoice, durations, LinkRow } from "./link_row";

export interface Target {
  text: string;
  url: string;
}

export function LinkDialog({ title, targets, onClose }: { title: string; targets: Target[]; onClose: () => void }) {
  const [seconds, setSeconds] = useState(durations[1]!);
  const [chosen, setChosen] = useState(0);
  const target = targets[Math.min(chosen, targets.length - 1)];
  return (
    <Dialog onClose={onClose} title={title} description="By a link that ends by itself.">
      <div className="space-y-4">
        {targets.length > 1 && (
          <Choice label="It opens" value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
            {targets.map(({ text, url }, n) => (
              <option key={url} value={n}>
                {text}
              </option>
            ))}
          </Choice>
        )}
        <DurationChoice value={seconds} onChange={setSeconds} />
        {target && <LinkRow key={`${target.url} ${seconds}`} label="Link" url={target.url} seconds={seconds} />}
      </div>
    </Dialog>
  );
}
