// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "react";

// The keys of the camera's page. Fields and open dialogs keep theirs.
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement | null;
      if (target?.closest("input, select, textarea, [role=dialog], [role=menu]")) return;
      // A button that has the focus is pressed by the space bar and the enter key, as everywhere.
      if ((event.key === " " || event.key === "Enter") && target?.closest("button, a")) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const action = latest.current[name];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
