// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";

// One card of the pile.
export function TrayCard({ children, role, label }: { children: ReactNode; role: "status" | "alert" | "group"; label?: string }) {
  return (
    <div role={role} aria-label={label} className="appear pointer-events-auto relative overflow-hidden rounded-lg border border-line-strong bg-raised text-ink shadow-(--shadow)">
      {children}
    </div>
  );
}
