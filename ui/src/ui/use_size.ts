// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState, type RefObject } from "react";

// The inner size of an element, followed.
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

// Whether any of an element is on the screen, or close to it.
export function useOnScreen(element: RefObject<HTMLElement | null>): boolean {
  const [on, setOn] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => entry && setOn(entry.isIntersecting), { rootMargin: "120px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return on;
}
