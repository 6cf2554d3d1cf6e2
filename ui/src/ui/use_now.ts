// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";

let ahead = 0; // seconds by which the server's clock is ahead of this device's

// The server said `server` when this device showed `here`; Unix seconds. Half a second is the way of the answer, not an error.
export function setServerTime(server: number, here: number): void {
  const difference = server - here;
  ahead = Math.abs(difference) < 0.5 ? 0 : difference;
}

// The server's time in Unix seconds: what "now" means on a timeline, however this device's clock is set.
export function now(): number {
  return Date.now() / 1000 + ahead;
}

// `now`, renewed every `everyMs` on the beat of the clock. Stands still while the tab is hidden.
export function useNow(everyMs = 1000): number {
  const [value, setValue] = useState(now);
  useEffect(() => {
    let timer = 0;
    const tick = () => {
      const at = now();
      setValue(at);
      timer = window.setTimeout(tick, everyMs - ((at * 1000) % everyMs));
    };
    const onVisibility = () => {
      window.clearTimeout(timer);
      if (!document.hidden) tick();
    };
    tick();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [everyMs]);
  return value;
}
