// SPDX-License-Identifier: Apache-2.0
// A camera on its way to RTMP servers, as docs/http-api.md states it.
import { useQuery } from "@tanstack/react-query";
import { fetched, request } from "./client";

export type PushState = "off" | "connecting" | "running" | "waiting" | "refused";
export type PushStream = "main" | "sub" | "h264" | "720p" | "480p" | "360p";

export interface Push {
  id: string;
  name: string;
  url: string; // the stream key reads ***
  stream: PushStream;
  enabled: boolean;
  silence: boolean;
  verify: boolean;
  declared_in_file: boolean;
  state: PushState;
  detail: string; // for a person
  since: string | null; // of the state
  bytes_sent: number;
  bits_per_second: number;
  dropped_parts: number;
  reconnects: number;
}

export interface PushWish {
  name?: string;
  url?: string;
  stream?: PushStream;
  enabled?: boolean;
  silence?: boolean;
  verify?: boolean;
}

const path = (camera: string, id?: string) => `/api/v1/cameras/${encodeURIComponent(camera)}/pushes${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

export function usePushes(camera: string) {
  return useQuery({
    queryKey: ["pushes", camera],
    queryFn: async ({ signal }) => (await fetched(request<{ pushes: Push[] }>("GET", path(camera), undefined, signal))).pushes,
    refetchInterval: 2000,
  });
}

export const pushChanges = {
  add: ({ camera, ...push }: PushWish & { camera: string }) => request<Push>("POST", path(camera), push),
  change: ({ camera, id, ...push }: PushWish & { camera: string; id: string }) => request<Push>("PUT", path(camera, id), push),
  remove: ({ camera, id }: { camera: string; id: string }) => request<void>("DELETE", path(camera, id)),
};
