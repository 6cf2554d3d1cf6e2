// SPDX-License-Identifier: Apache-2.0
// Small dealings with a <video>.

export function playOn(video: HTMLVideoElement, rate: number): void {
  video.playbackRate = rate;
  video.play().catch((error: unknown) => {
    // Sound before the first click is not allowed: without it the picture still runs.
    if (error instanceof DOMException && error.name === "NotAllowedError" && !video.muted) {
      video.muted = true;
      void video.play().catch(() => {});
    }
  });
}

export function onNextPicture(video: HTMLVideoElement, action: () => void): void {
  if (typeof video.requestVideoFrameCallback === "function") video.requestVideoFrameCallback(action);
  else video.addEventListener("seeked", action, { once: true });
}
