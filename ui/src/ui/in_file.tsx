// SPDX-License-Identifier: Apache-2.0
import { Icon } from "./icons";

// Beside the name of what the configuration file declares.
export function InFile() {
  return (
    <span className="flex items-center gap-1 rounded-sm border border-line px-1.5 text-[11.5px] text-ink-3" title="Declared in the configuration file; it can be changed only there">
      <Icon name="lock" size={11} />
      in the file
    </span>
  );
}
