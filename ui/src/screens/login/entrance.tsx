// SPDX-License-Identifier: Apache-2.0
// The plain room before the door: what log-in and set-up share.
import type { ReactNode } from "react";
import { Mark } from "../../ui/icons";

export function Entrance({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-5 py-10">
      <div className="w-full max-w-[340px]">
        <div className="mb-9 flex items-center gap-2.5 text-[19px] font-[650] tracking-[-0.01em] [font-stretch:112%]">
          <Mark size={26} />
          vantage
        </div>
        <h1 className="text-[22px]">{title}</h1>
        {lead && <p className="mt-2 text-ink-2">{lead}</p>}
        <div className="mt-6">{children}</div>
      </div>
    </main>
  );
}
