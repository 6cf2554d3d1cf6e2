// SPDX-License-Identifier: Apache-2.0
// What the page reads from the server, by subject, with how fresh it must be.
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { fetched, request, setCsrf } from "./client";
import type {
  AuditEntry,
  Camera,
  CameraConfig,
  Coverage,
  Export,
  ExportWish,
  Link,
  LogLine,
  Me,
  ProbeReport,
  Role,
  Segment,
  StreamKind,
  StreamPassword,
  SystemReport,
  Token,
  User,
} from "./types";

const get = <T>(path: string, signal?: AbortSignal) => fetched(request<T>("GET", path, undefined, signal));

export async function fetchMe(signal?: AbortSignal): Promise<Me> {
  const me = await get<Me>("/api/v1/me", signal);
  setCsrf(me.csrf);
  return me;
}

export function useMe() {
  return useQuery({ queryKey: ["me"], queryFn: ({ signal }) => fetchMe(signal), retry: false, staleTime: 300_000 });
}

export function useSetupNeeded() {
  return useQuery({
    queryKey: ["setup"],
    queryFn: ({ signal }) => get<{ needed: boolean }>("/api/v1/setup", signal),
    retry: 3,
  });
}

export function useCameras(everyMs = 3000) {
  return useQuery({
    queryKey: ["cameras"],
    queryFn: async ({ signal }) => (await get<{ cameras: Camera[] }>("/api/v1/cameras", signal)).cameras,
    refetchInterval: everyMs,
  });
}

function spanPath(what: "coverage" | "segments", camera: string, stream: StreamKind, start: number, end: number): string {
  const iso = (seconds: number) => encodeURIComponent(new Date(seconds * 1000).toISOString());
  return `/api/v1/cameras/${encodeURIComponent(camera)}/${what}?stream=${stream}&start=${iso(start)}&end=${iso(end)}`;
}

export function coveragePath(camera: string, stream: StreamKind, start: number, end: number): string {
  return spanPath("coverage", camera, stream, start, end);
}

// Coverage of [start, end) in Unix seconds. A span that reaches into the present is asked again while it grows.
export function useCoverage(camera: string, stream: StreamKind, start: number, end: number, everyMs = 10_000, enabled = true) {
  const growing = end * 1000 > Date.now() - 60_000;
  return useQuery({
    queryKey: ["coverage", camera, stream, start, end],
    queryFn: ({ signal }) => get<Coverage>(coveragePath(camera, stream, start, end), signal),
    refetchInterval: growing ? everyMs : false,
    placeholderData: keepPreviousData,
    enabled,
  });
}

// The segments of several cameras that meet [start, end) in Unix seconds.
export function useSegments(cameras: string[], stream: StreamKind, start: number, end: number) {
  return useQueries({
    queries: cameras.map((camera) => ({
      queryKey: ["segments", camera, stream, start, end],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await get<{ segments: Segment[] }>(spanPath("segments", camera, stream, start, end), signal)).segments,
      staleTime: 30_000,
    })),
  });
}

export const underWay = ({ state }: Export) => state === "queued" || state === "running";

// Asked each second while one is under way.
export function useExports() {
  return useQuery({
    queryKey: ["exports"],
    queryFn: async ({ signal }) => (await get<{ exports: Export[] }>("/api/v1/exports", signal)).exports,
    refetchInterval: ({ state }) => (state.data?.some(underWay) ? 1000 : 10_000),
  });
}

export function useStreamPassword() {
  return useQuery({
    queryKey: ["stream-password"],
    queryFn: ({ signal }) => get<StreamPassword>("/api/v1/me/stream-password", signal),
    staleTime: 60_000,
  });
}

export function useUsers() {
  return useQuery({
    queryKey: ["users"],
    queryFn: async ({ signal }) => (await get<{ users: User[] }>("/api/v1/users", signal)).users,
  });
}

export function useTokens() {
  return useQuery({
    queryKey: ["tokens"],
    queryFn: async ({ signal }) => (await get<{ tokens: Token[] }>("/api/v1/tokens", signal)).tokens,
  });
}

export function useSystem(everyMs = 5000) {
  return useQuery({
    queryKey: ["system"],
    queryFn: ({ signal }) => get<SystemReport>("/api/v1/system", signal),
    refetchInterval: everyMs,
  });
}

export function useLog(lines: number, enabled: boolean) {
  return useQuery({
    queryKey: ["log", lines],
    queryFn: async ({ signal }) => (await get<{ lines: LogLine[] }>(`/api/v1/system/log?lines=${lines}`, signal)).lines,
    refetchInterval: 3000,
    enabled,
  });
}

export function useAudit(before: number | null, enabled: boolean) {
  const path = `/api/v1/audit?limit=100${before === null ? "" : `&before=${before}`}`;
  return useQuery({
    queryKey: ["audit", before],
    queryFn: async ({ signal }) => (await get<{ entries: AuditEntry[] }>(path, signal)).entries,
    placeholderData: keepPreviousData,
    enabled,
  });
}

// A change: `send` makes the request from the input; what lies under `stale` is then asked again.
export function useChange<Input, Answer>(
  send: (input: Input) => ReturnType<typeof request<Answer>>,
  stale: string[] = [],
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => fetched(send(input)),
    onSuccess: () => Promise.all(stale.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export const changes = {
  login: (body: { name: string; password: string } | { link_token: string }) => request<Me>("POST", "/api/v1/login", body),
  setup: (body: { token: string; name: string; password: string }) => request<Me>("POST", "/api/v1/setup", body),
  logout: () => request<void>("POST", "/api/v1/logout"),
  password: (body: { old: string; new: string }) => request<void>("POST", "/api/v1/me/password", body),
  addCamera: (body: { id: string; config: CameraConfig }) => request<Camera>("POST", "/api/v1/cameras", body),
  changeCamera: ({ id, config }: { id: string; config: CameraConfig }) =>
    request<Camera>("PUT", `/api/v1/cameras/${encodeURIComponent(id)}`, { config }),
  removeCamera: (id: string) => request<void>("DELETE", `/api/v1/cameras/${encodeURIComponent(id)}`),
  testCamera: (body: { id: string | null; config: CameraConfig }) =>
    request<ProbeReport>("POST", "/api/v1/cameras/test", body),
  addUser: (body: { name: string; password: string; role: Role; cameras: string[] | null }) =>
    request<User>("POST", "/api/v1/users", body),
  changeUser: ({ name, ...body }: { name: string; role: Role; cameras: string[] | null; password?: string }) =>
    request<void>("PUT", `/api/v1/users/${encodeURIComponent(name)}`, body),
  removeUser: (name: string) => request<void>("DELETE", `/api/v1/users/${encodeURIComponent(name)}`),
  confirmClock: () => request<void>("POST", "/api/v1/system/clock"),
  addToken: (body: { name: string; expires?: string }) =>
    request<{ id: string | number; token: string }>("POST", "/api/v1/tokens", body),
  addExport: (body: ExportWish) => request<Export>("POST", "/api/v1/exports", body),
  cancelExport: (id: string) => request<void>("POST", `/api/v1/exports/${encodeURIComponent(id)}/cancel`),
  removeExport: (id: string) => request<void>("DELETE", `/api/v1/exports/${encodeURIComponent(id)}`),
  addLink: (body: { path: string; seconds: number }) => request<Link>("POST", "/api/v1/links", body),
  newStreamPassword: () => request<StreamPassword>("POST", "/api/v1/me/stream-password"),
  removeToken: (id: string | number) => request<void>("DELETE", `/api/v1/tokens/${encodeURIComponent(String(id))}`),
};
