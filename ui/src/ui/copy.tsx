// SPDX-License-Identifier: Apache-2.0
// Text that is made to be taken elsewhere: shown whole, copied by a button.
import { useEffect, useRef, useState, type RefObject } from "react";
import { IconButton } from "./button";

// The clipboard, and where the browser keeps that for secure pages, what it did before: what is selected. False: neither works.
async function copyFrom(element: HTMLElement, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const holder = document.createElement("textarea");
    holder.value = text;
    holder.className = "sr-only";
    element.append(holder); // beside it: a dialog keeps the focus inside
    holder.select();
    const done = document.execCommand("copy");
    holder.remove();
    return done;
  }
}

// `copied` for a moment after `copy`, which takes the text from beside `element`.
export function useCopy(element: RefObject<HTMLElement | null>): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    if (element.current) void copyFrom(element.current, text).then(setCopied);
  };
  return { copied, copy };
}

// `shown`: what stands there in place of a text that holds a secret.
export function CopyField({ label, text, shown = text }: { label: string; text: string; shown?: string }) {
  const row = useRef<HTMLDivElement>(null);
  const { copied, copy } = useCopy(row);
  return (
    <div ref={row} className="flex h-10 items-center rounded-md border border-line-strong bg-raised max-sm:h-11">
      <input
        readOnly
        aria-label={label}
        value={shown}
        onFocus={(event) => event.target.select()}
        className="h-full min-w-0 flex-1 truncate bg-transparent px-3 font-mono text-[12.5px] text-ink-2 outline-none focus-visible:text-ink max-sm:text-[16px]"
      />
      <span role="status" className="text-[12.5px] text-accent">
        {copied && "Copied"}
      </span>
      <IconButton name={`Copy: ${label}`} icon={copied ? "check" : "copy"} onClick={() => copy(text)} />
    </div>
  );
}
