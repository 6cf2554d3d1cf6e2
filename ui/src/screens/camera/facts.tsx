// SPDX-License-Identifier: Apache-2.0
// What is known of the picture: codec, rate, and how true its time is.
import { useEffect, useState, type ReactNode } from "react";
import { streamOf, type Camera } from "../../api/types";
import type { FeedPlayer } from "../../player/feed_player";
import type { PlayerState } from "../../player/player_state";
import { bitrate, bytes, codecName, fps, milliseconds, span } from "../../ui/format";
import { now } from "../../ui/use_now";

export function Facts({ camera, player, state }: { camera: Camera; player: FeedPlayer; state: PlayerState }) {
  const stream = streamOf(camera, state.stream);
  const [lag, setLag] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setLag(player.state.live && player.time !== null ? now() - player.time : null), 500);
    return () => clearInterval(timer);
  }, [player]);
  if (!stream) return null;
  const { video, audio, timing } = stream;
  const place = placeText(camera.location);
  const clock = timing.source ? `${milliseconds(timing.offset_ms, true)} ± ${milliseconds(timing.uncertainty_ms)}` : "not known yet";
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-x-6 gap-y-3 px-4 py-3">
      <Fact name="Picture">{video ? `${video.width} × ${video.height}` : "none yet"}</Fact>
      <Fact name="Codec" more={video?.codec_string}>
        {video ? codecName(video.codec) : "–"}
      </Fact>
      <Fact name="Rate">{`${fps(stream.fps)}, ${bitrate(stream.bits_per_second)}`}</Fact>
      <Fact name="Sound">{audio ? `${codecName(audio.codec)}, ${audio.sample_rate / 1000} kHz` : "none"}</Fact>
      <Fact name="Clock of the camera" more={timing.source && `by ${timing.source}, drifts ${timing.ppm.toFixed(1)} ppm`}>
        {clock}
      </Fact>
      <Fact name="Network" more={`jitter ${milliseconds(stream.jitter_ms)}`}>
        {stream.lost_packets === 0 ? "no packet lost" : `${stream.lost_packets} packets lost`}
      </Fact>
      <Fact name="On disk" more={stream.oldest ? `back ${span(now() - Date.parse(stream.oldest) / 1000)}` : undefined}>
        {stream.recorded ? bytes(stream.disk_bytes) : "not recorded"}
      </Fact>
      {place && <Fact name="Place">{place}</Fact>}
      <Fact name="Behind the camera">{lag === null ? "–" : milliseconds(lag * 1000)}</Fact>
    </dl>
  );
}

function placeText(location: Camera["location"]): string {
  if (typeof location === "string" || !location) return location ?? "";
  const { place, latitude, longitude } = location;
  const known = typeof latitude === "number" && typeof longitude === "number";
  return [...(place ? [String(place)] : []), ...(known ? [`${latitude.toFixed(4)}, ${longitude.toFixed(4)}`] : [])].join(" · ");
}

function Fact({ name, more, children }: { name: string; more?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="label">{name}</dt>
      <dd className="figure">{children}</dd>
      {more && <dd className="truncate text-[12px] text-ink-3">{more}</dd>}
    </div>
  );
}
