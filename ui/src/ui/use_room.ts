// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";

const room = () => (document.fullscreenElement ?? document.body) as HTMLElement;

// Where what lies over the page belongs: in full screen only what is inside of that element is seen.
export function useRoom(): HTMLElement {
  const [at, setAt] = useState(room);
  useEffect(() => {
    const look = () => setAt(room());
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return at;
}
