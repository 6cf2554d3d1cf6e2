// SPDX-License-Identifier: Apache-2.0
// Moments, timelapses and recordings on demand, as docs/http-api.md states them.
import { useQueries, useQuery } from "@tanstack/react-query";
import { fetched, request } from "./client";

export interface Hole {
  start: string;
  end: string | null; // null: it goes on
  reason: string;
}

export interface Moment {
  id: string;
  camera: string;
  start: string;
  end: string;
  length: number; // seconds
  delay: number;
  state: "waiting" | "making" | "done" | "failed";
  progress: number; // 0 to 1
  error: string | null;
  created: string;
  user: string;
  bytes: number;
  mp4: string | null;
  gif: string | null; // of a camera's newest moment only
  gaps?: Hole[];
}

export interface Timelapse {
  camera: string;
  day: string; // of the installation's zone
  url: string | null; // nothing before it is published
  bytes: number;
  seconds: number;
  frames: number;
  fps: number;
  width: number;
  height: number;
  start: string;
  end: string;
  complete: boolean;
  state: string; // "done" when it can be played
  progress?: number; // of one that is being made up for
  error?: string | null;
  gaps?: Hole[];
}

export interface TimelapseWish {
  camera: string;
  start: string;
  end: string;
  seconds: number;
  fps: number;
  hours: string | null; // "06:00-22:00"
  every: "fit" | "day";
}

export interface TimelapseJob extends TimelapseWish {
  id: string;
  user: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  frames: number;
  bytes: number;
  error: string | null;
  created: string;
  url: string | null;
  gaps?: Hole[];
}

export interface RecordingFile {
  name: string;
  url: string;
  bytes: number;
  start: string;
  end: string | null;
}

export interface Recording {
  id: string;
  camera: string;
  name: string;
  user: string;
  state: "starting" | "recording" | "done" | "failed";
  start: string;
  end: string | null;
  seconds: number;
  bytes: number;
  kept: boolean;
  error: string | null;
  url: string | null; // all of it as one file
  files: RecordingFile[];
  gaps: Hole[];
}

const get = <T>(path: string, signal?: AbortSignal) => fetched(request<T>("GET", path, undefined, signal));
const part = encodeURIComponent;
const momentPath = (camera: string, id?: string) => `/api/v1/cameras/${part(camera)}/moments${id === undefined ? "" : `/${part(id)}`}`;
const jobPath = (id: string) => `/api/v1/timelapses/${part(id)}`;
const recordingPath = (id: string) => `/api/v1/recordings/${part(id)}`;

export const isMaking = ({ state }: Moment) => state === "waiting" || state === "making";
export const isRecording = ({ state }: Recording) => state === "starting" || state === "recording";
export const isUnderWay = ({ state }: TimelapseJob) => state === "queued" || state === "running";

// Of several cameras, each asked by itself; newest first.
export function useMoments(cameras: string[]) {
  return useQueries({
    queries: cameras.map((camera) => ({
      queryKey: ["moments", camera],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await get<{ moments: Moment[] }>(momentPath(camera), signal)).moments,
      refetchInterval: ({ state }: { state: { data?: Moment[] } }) => (state.data?.some(isMaking) ? 1000 : 10_000),
    })),
    combine: (answers) => gathered(answers, (a, b) => Date.parse(b.start) - Date.parse(a.start)),
  });
}

export function useMoment(camera: string, id: string) {
  return useQuery({
    queryKey: ["moment", camera, id],
    queryFn: ({ signal }) => get<Moment>(momentPath(camera, id), signal),
    refetchInterval: ({ state }) => (state.data && !isMaking(state.data) ? false : 400),
  });
}

export function useTimelapses(cameras: string[]) {
  return useQueries({
    queries: cameras.map((camera) => ({
      queryKey: ["timelapses", camera],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await get<{ timelapses: Timelapse[] }>(`/${part(camera)}/timelapse/`, signal)).timelapses,
      refetchInterval: ({ state }: { state: { data?: Timelapse[] } }) => (state.data?.some((lapse) => lapse.state !== "done") ? 10_000 : 60_000),
    })),
    combine: (answers) => gathered(answers, (a, b) => b.day.localeCompare(a.day)),
  });
}

export function useTimelapseJobs() {
  return useQuery({
    queryKey: ["timelapse-jobs"],
    queryFn: async ({ signal }) => (await get<{ timelapses: TimelapseJob[] }>("/api/v1/timelapses", signal)).timelapses,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? 1000 : 10_000),
  });
}

export interface Recordings {
  recordings: Recording[];
  replace: boolean; // one that begins takes the place of the camera's last one that is not kept
}

// Of one camera, or of all that one may see.
export function useRecordings(camera: string | null = null) {
  return useQuery({
    queryKey: ["recordings", camera],
    queryFn: ({ signal }) => get<Recordings>(`/api/v1/recordings${camera === null ? "" : `?camera=${part(camera)}`}`, signal),
    refetchInterval: ({ state }) => (state.data?.recordings.some(isRecording) ? 1000 : 5000),
  });
}

interface Answer<T> {
  data?: T[];
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

// One list of several answers: empty only when all have come. It has failed only when nothing came at all.
function gathered<T>(answers: Answer<T>[], order: (a: T, b: T) => number) {
  const isPending = answers.some((answer) => answer.isPending);
  const came = answers.filter((answer) => answer.data);
  const list = came.flatMap((answer) => answer.data ?? []).sort(order);
  const told = list.length > 0 || (!isPending && came.length > 0) || answers.length === 0;
  return {
    data: told ? list : undefined,
    isPending,
    error: answers.find((answer) => answer.error)?.error ?? null,
    refetch: () => answers.forEach((answer) => void answer.refetch()),
  };
}

export const clipChanges = {
  addMoment: ({ camera, ...wish }: { camera: string; length: number; delay: number }) => request<Moment>("POST", momentPath(camera), wish),
  removeMoment: ({ camera, id }: Pick<Moment, "camera" | "id">) => request<void>("DELETE", momentPath(camera, id)),
  removeDay: ({ camera, day }: Pick<Timelapse, "camera" | "day">) => request<void>("DELETE", `/api/v1/cameras/${part(camera)}/timelapses/${day}`),
  addTimelapse: (wish: TimelapseWish) => request<TimelapseJob>("POST", "/api/v1/timelapses", wish),
  cancelTimelapse: (id: string) => request<void>("POST", `${jobPath(id)}/cancel`),
  removeTimelapse: (id: string) => request<void>("DELETE", jobPath(id)),
  startRecording: ({ camera, name }: { camera: string; name?: string }) =>
    request<Recording>("POST", `/api/v1/cameras/${part(camera)}/recordings`, name === undefined ? {} : { name }),
  stopRecording: (id: string) => request<Recording>("POST", `${recordingPath(id)}/stop`),
  changeRecording: ({ id, ...body }: { id: string; kept?: boolean; name?: string }) => request<Recording>("PUT", recordingPath(id), body),
  removeRecording: (id: string) => request<void>("DELETE", recordingPath(id)),
};
