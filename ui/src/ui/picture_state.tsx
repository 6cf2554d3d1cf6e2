// SPDX-License-Identifier: Apache-2.0
// What lies over a picture that does not run: why, and since when. Never a black tile without a word.
import type { ReactNode } from "react";
import { Icon } from "./icons";

export function PictureState({ tone, title, children, small }: { tone: "wait" | "alarm" | "quiet"; title: string; children?: ReactNode; small?: boolean }) {
  return (
    <div
      role={tone === "wait" ? "status" : undefined}
      className={`pointer-events-none absolute inset-0 flex flex-col items-center justify-center gap-1 px-4 text-center ${tone === "wait" ? "" : "bg-black/60"}`}
    >
      {tone === "wait" && <span className="sweep relative mb-2 h-0.5 w-24 overflow-hidden rounded-full bg-white/20" />}
      {tone === "alarm" && <Icon name="warn" size={small ? 20 : 26} className="mb-1 text-alarm" />}
      <span className={`font-semibold ${small ? "text-[13.5px]" : "text-[17px]"} ${tone === "wait" ? "text-ink-2 font-normal" : ""}`}>{title}</span>
      {children && <span className={`max-w-md text-ink-2 ${small ? "line-clamp-2 text-[12.5px]" : "text-[14px]"}`}>{children}</span>}
    </div>
  );
}
