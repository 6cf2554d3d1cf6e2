// SPDX-License-Identifier: Apache-2.0
// Fields of forms: a label above, an optional word of help below, the fault in its place.
import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";

const box =
  "h-10 w-full min-w-0 rounded-md border border-line-strong bg-raised px-3 text-[14px] text-ink placeholder:text-ink-3 focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-alarm max-sm:h-11 max-sm:text-[16px]";

interface Labelled {
  label: string;
  help?: ReactNode;
  fault?: string | null;
}

// `children` makes the field from what ties it to its label and its help.
function Around({ label, help, fault, children }: Labelled & { children: (ties: { id: string; "aria-describedby"?: string }) => ReactNode }) {
  const id = useId();
  const more = fault || help;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[13px] text-ink-2">
        {label}
      </label>
      {children({ id, "aria-describedby": more ? `${id}-more` : undefined })}
      {more && (
        <p id={`${id}-more`} className={`mt-1 text-[12.5px] ${fault ? "text-alarm" : "text-ink-3"}`}>
          {more}
        </p>
      )}
    </div>
  );
}

export function Field({ label, help, fault, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Around label={label} help={help} fault={fault}>
      {(ties) => <input {...ties} className={box} aria-invalid={fault ? true : undefined} {...rest} />}
    </Around>
  );
}

// A password to be, which the server wants to be of some length.
export function NewPassword({ label = "Password", help = "At least 10 characters", ...rest }: Partial<Labelled> & InputHTMLAttributes<HTMLInputElement>) {
  return <Field label={label} help={help} type="password" autoComplete="new-password" minLength={10} required {...rest} />;
}

export function Choice({ label, help, children, ...rest }: Omit<Labelled, "fault"> & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Around label={label} help={help}>
      {(ties) => (
        <select {...ties} className={`${box} appearance-auto`} {...rest}>
          {children}
        </select>
      )}
    </Around>
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
