// SPDX-License-Identifier: Apache-2.0
// What a place shows while it waits, when it is empty, and when something failed.
import type { ReactNode } from "react";
import { problemFrom } from "../api/client";
import type { Problem } from "../api/types";
import { Button } from "./button";
import { Icon, type IconName } from "./icons";

// A moving line, after a moment: what takes 200 ms should not flicker.
export function Working({ what }: { what: string }) {
  return (
    <div role="status" className="flex flex-col items-center gap-3 px-6 py-14 text-ink-3 [animation:appear_.2s_.25s_both]">
      <span className="sweep relative h-0.5 w-32 overflow-hidden rounded-full bg-line" />
      <span>{what}</span>
    </div>
  );
}

export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
      <Icon name={icon} size={30} className="mb-2 text-ink-3" />
      <h2 className="text-[17px]">{title}</h2>
      {children && <div className="text-ink-2">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}

export function Failed({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <Icon name="warn" size={28} className="mb-2 text-alarm" />
      <h2 className="text-[17px]">{problem.title}</h2>
      <p className="text-ink-2">{problem.detail}</p>
      {retry && (
        <Button className="mt-3" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface Query<T> {
  data?: T;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

// What is made of an answer once it is there; until then that it is waited for, or why it does not come.
export function Awaited<T>({ query, what, children }: { query: Query<T>; what: string; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <Working what={what} />;
  return <Failed problem={problemFrom(query.error)} retry={() => void query.refetch()} />;
}

// A failure beside what caused it: in a form, above a list.
export function Notice({ tone = "alarm", children }: { tone?: "alarm" | "quiet" | "good"; children: ReactNode }) {
  const looks = {
    alarm: "border-alarm/60 bg-alarm-quiet",
    quiet: "border-line bg-raised text-ink-2",
    good: "border-accent/50 bg-accent-quiet",
  };
  return (
    <div role={tone === "alarm" ? "alert" : "status"} className={`appear rounded-md border px-3 py-2.5 text-[13.5px] ${looks[tone]}`}>
      {children}
    </div>
  );
}

// How far a job is, with the word for it.
export function JobProgress({ name, value, children }: { name: string; value: number; children: ReactNode }) {
  return (
    <div className="pt-1.5">
      <Progress name={`Progress of ${name}`} value={value} />
      <p className="figure mt-1 text-[12.5px] text-ink-3">{children}</p>
    </div>
  );
}

// How far a job is, 0 to 1.
function Progress({ name, value }: { name: string; value: number }) {
  const percent = Math.min(100, Math.max(0, value * 100));
  return (
    <div
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(percent)}
      className="h-1.5 overflow-hidden rounded-full bg-hover"
    >
      <span className="block h-full rounded-full bg-accent transition-[width] duration-700 ease-linear" style={{ width: `${percent}%` }} />
    </div>
  );
}
