// SPDX-License-Identifier: Apache-2.0
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, KeyboardEvent, ReactNode } from "react";
import { Icon, type IconName } from "./icons";

type Look = "accent" | "plain" | "quiet" | "alarm";

const looks: Record<Look, string> = {
  accent: "bg-accent text-accent-ink font-semibold hover:bg-accent-strong",
  plain: "border border-line-strong bg-raised text-ink hover:bg-hover",
  quiet: "text-ink-2 hover:bg-hover hover:text-ink",
  alarm: "border border-alarm text-alarm hover:bg-alarm-quiet",
};

const shape =
  "relative inline-flex h-9 shrink-0 items-center justify-center gap-2 overflow-hidden rounded-md px-3.5 text-[13.5px] whitespace-nowrap transition-colors disabled:opacity-55 max-sm:h-11";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  icon?: IconName;
  busy?: boolean; // disabled, with a line that shows that it goes on
  children?: ReactNode;
}

export function Button({ look = "plain", icon, busy, children, className = "", disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${shape} ${looks[look]} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} size={16} className="shrink-0" />}
      {children}
      {busy && <span className="sweep absolute inset-x-0 bottom-0 h-0.5 overflow-hidden" />}
    </button>
  );
}

// What a browser downloads.
export function DownloadLink({ look = "plain", children, className = "", ...rest }: { look?: Look; children: ReactNode } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return (
    <a download className={`${shape} ${looks[look]} ${className}`} {...rest}>
      <Icon name="download" size={16} />
      {children}
    </a>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  name: string; // what it does, for people who don't see the icon
  icon: IconName;
  shortcut?: string; // shown behind the name: "Next frame (.)"
  pressed?: boolean;
  size?: "md" | "lg";
}

export function IconButton({ name, icon, shortcut, pressed, size = "md", className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={name}
      aria-pressed={pressed}
      title={shortcut ? `${name} (${shortcut})` : name}
      className={`inline-flex shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors hover:bg-hover hover:text-ink aria-pressed:text-accent disabled:opacity-35 disabled:hover:bg-transparent ${size === "lg" ? "size-11" : "size-9 max-sm:size-10"} ${className}`}
      {...rest}
    >
      <Icon name={icon} size={size === "lg" ? 22 : 18} />
    </button>
  );
}

interface Option<T> {
  value: T;
  text: string;
  title?: string;
}

// One of a few: sizes of the wall, streams, speeds. `options`: the texts by value will do where they need no more.
export function Segmented<T extends string | number>({
  name,
  options: given,
  value,
  onChange,
}: {
  name: string;
  options: Option<T>[] | Record<T & string, string>;
  value: T;
  onChange: (value: T) => void;
}) {
  const options = Array.isArray(given) ? given : (Object.entries(given) as [T, string][]).map(([each, text]): Option<T> => ({ value: each, text }));
  // Arrows go from one to the next, and the group is one stop of the tab key, as with radio buttons everywhere.
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    const next = options[(at + by + options.length) % options.length];
    if (!next) return;
    onChange(next.value);
    event.currentTarget.querySelectorAll("button")[options.indexOf(next)]?.focus();
  };
  return (
    <div role="radiogroup" aria-label={name} onKeyDown={onKeyDown} className="inline-flex shrink-0 rounded-md border border-line p-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          title={option.title}
          onClick={() => onChange(option.value)}
          className="h-7 min-w-8 rounded-[4px] px-2.5 text-[13px] text-ink-2 transition-colors hover:text-ink aria-checked:bg-hover aria-checked:text-ink max-sm:h-9"
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
