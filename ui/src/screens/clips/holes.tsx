// SPDX-License-Identifier: Apache-2.0
import { Icon } from "../../ui/icons";

// What is missing in a film, in words; nothing where nothing is.
export function Holes({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <p className="figure flex gap-2 text-[13px] text-ink-2">
      <Icon name="warn" size={15} className="mt-0.5 shrink-0 text-alarm" />
      {text}
    </p>
  );
}
