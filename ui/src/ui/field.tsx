// SPDX-License-Identifier: Apache-2.0
// Fields of forms: a label above, an optional word of help below, the fault in its place.
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";

const box =
  "h-10 w-full min-w-0 rounded-md border border-line-strong bg-raised px-3 text-[14px] text-ink placeholder:text-ink-3 focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-alarm max-sm:h-11 max-sm:text-[16px]";

export function Field({
  label,
  help,
  fault,
  ...rest
}: { label: string; help?: ReactNode; fault?: string | null } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[13px] text-ink-2">
        {label}
      </label>
      <input
        id={id}
        className={box}
        aria-invalid={fault ? true : undefined}
        aria-describedby={help || fault ? `${id}-more` : undefined}
        {...rest}
      />
      {(help || fault) && (
        <p id={`${id}-more`} className={`mt-1 text-[12.5px] ${fault ? "text-alarm" : "text-ink-3"}`}>
          {fault || help}
        </p>
      )}
    </div>
  );
}

export function Choice({
  label,
  help,
  children,
  ...rest
}: { label: string; help?: ReactNode; children: ReactNode } & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[13px] text-ink-2">
        {label}
      </label>
      <select id={id} className={`${box} appearance-auto`} aria-describedby={help ? `${id}-more` : undefined} {...rest}>
        {children}
      </select>
      {help && (
        <p id={`${id}-more`} className="mt-1 text-[12.5px] text-ink-3">
          {help}
        </p>
      )}
    </div>
  );
}

export function Check({
  label,
  help,
  ...rest
}: { label: string; help?: ReactNode } & Omit<InputHTMLAttributes<HTMLInputElement>, "type">) {
  const id = useId();
  return (
    <div className="flex gap-2.5">
      <input id={id} type="checkbox" className="mt-0.5 size-4 shrink-0 accent-(--accent)" {...rest} />
      <label htmlFor={id} className="min-w-0 text-[14px]">
        {label}
        {help && <span className="block text-[12.5px] text-ink-3">{help}</span>}
      </label>
    </div>
  );
}
