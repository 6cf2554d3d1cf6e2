// SPDX-License-Identifier: Apache-2.0
// A finished film, played by the browser itself from the file that would be downloaded.
import { useState } from "react";
import { Notice } from "../../ui/states";

export function Film({ src, name, loop = false }: { src: string; name: string; loop?: boolean }) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <>
      <video
        key={src}
        src={src}
        controls
        autoPlay
        muted
        playsInline
        loop={loop}
        aria-label={name}
        onError={() => setBroken(src)}
        className="aspect-video max-h-[60dvh] w-full rounded-md bg-black"
      />
      {broken === src && <Notice>This browser does not play it. Downloaded, a player such as VLC does.</Notice>}
    </>
  );
}
