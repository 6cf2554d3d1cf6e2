// SPDX-License-Identifier: Apache-2.0
// Which cameras stand side by side on a day sheet.
import * as Popover from "@radix-ui/react-popover";
import { useState } from "react";
import type { Camera } from "../../api/types";
import { Check } from "../../ui/field";
import { Icon } from "../../ui/icons";

export function CameraChoice({ all, chosen, onChange }: { all: Camera[]; chosen: Camera[]; onChange: (ids: string[]) => void }) {
  if (all.length < 2) return <span className="text-[14px]">{all[0]?.name}</span>;
  const text = chosen.length === all.length ? "All cameras" : chosen.map(({ name }) => name).join(", ");
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`Cameras: ${text}. Choose others`}
        className="flex h-9 max-w-[min(26rem,60vw)] min-w-0 items-center gap-2 rounded-md border border-line-strong px-2.5 text-[13.5px] hover:bg-hover max-sm:h-10"
      >
        <Icon name="camera" size={16} className="shrink-0 text-ink-3" />
        <span className="truncate">{text}</span>
        <Icon name="chevron" size={14} className="shrink-0 text-ink-3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Cameras side by side"
          className="appear z-50 max-h-[60dvh] w-64 space-y-1 overflow-y-auto rounded-lg border border-line bg-raised p-3 text-ink shadow-(--shadow) outline-none"
        >
          <Choices all={all} first={chosen.map(({ id }) => id)} onChange={onChange} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

// What is chosen here counts at once; the sheet follows.
function Choices({ all, first, onChange }: { all: Camera[]; first: string[]; onChange: (ids: string[]) => void }) {
  const [ids, setIds] = useState(first);
  // In the order of the cameras; the last one stays.
  const toggle = (id: string, on: boolean) => {
    const next = all.map((camera) => camera.id).filter((each) => (each === id ? on : ids.includes(each)));
    if (next.length === 0) return;
    setIds(next);
    onChange(next);
  };
  return all.map(({ id, name }) => (
    <div key={id} className="py-1">
      <Check label={name} checked={ids.includes(id)} disabled={ids.length === 1 && ids[0] === id} onChange={(event) => toggle(id, event.target.checked)} />
    </div>
  ));
}
