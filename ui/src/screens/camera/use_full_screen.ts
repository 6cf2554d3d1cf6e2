// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState, type RefObject } from "react";

interface AppleVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

// Full screen of an element. An iPhone can do that with a <video> only, so there it is the video alone.
export function useFullScreen(element: RefObject<HTMLElement | null>, video: RefObject<HTMLVideoElement | null>) {
  const [full, setFull] = useState(false);
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const onChange = () => setFull(document.fullscreenElement === element.current && element.current !== null);
    document.addEventListener("fullscreenchange", onChange);
    return () => document.removeEventListener("fullscreenchange", onChange);
  }, [element]);
  // In full screen the controls go when the hands are still.
  useEffect(() => {
    if (!full) return setIdle(false);
    let timer = 0;
    const wake = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setIdle(true), 3000);
    };
    wake();
    const kinds = ["pointermove", "pointerdown", "keydown", "wheel"] as const;
    for (const kind of kinds) window.addEventListener(kind, wake);
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) window.removeEventListener(kind, wake);
    };
  }, [full]);
  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (element.current?.requestFullscreen) void element.current.requestFullscreen().catch(() => {});
    else (video.current as AppleVideo | null)?.webkitEnterFullscreen?.();
  };
  return { full, idle, toggle };
}
