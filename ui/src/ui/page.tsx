// SPDX-License-Identifier: Apache-2.0
// The quiet pages around the pictures: a heading with what can be done, then lists.
import type { ReactNode } from "react";

export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="mx-auto w-full max-w-[1120px] px-6 pt-7 pb-14 max-sm:px-4 max-sm:pt-5">
      <div className="mb-5 flex min-h-9 items-center gap-3">
        <h1 className="flex-1 text-[22px]">{title}</h1>
        {actions}
      </div>
      {children}
    </div>
  );
}

export function Section({ title, lead, actions, children }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="mb-10">
      <div className="mb-3 flex items-end gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-[16px]">{title}</h2>
          {lead && <p className="mt-0.5 text-[13.5px] text-ink-3">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

// A list of rows between hair lines.
export function Rows({ children, name }: { children: ReactNode; name: string }) {
  return (
    <ul aria-label={name} className="divide-y divide-line border-y border-line">
      {children}
    </ul>
  );
}
