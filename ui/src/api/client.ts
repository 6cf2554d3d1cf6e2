// SPDX-License-Identifier: Apache-2.0
// Requests to the server, as values: an answer or a problem, never an exception. Addresses are built from the document's base, so
// that the page works below any path of a reverse proxy.
import type { Problem } from "./types";

export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export function address(path: string, base: string = document.baseURI): string {
  return new URL(path.replace(/^\//, ""), base).href;
}

// An address as the server gives it: from its root on.
export function serverAddress(url: string, base: string = document.baseURI): string {
  return new URL(url, base).href;
}

// The same without the path under which the page lives: what the server itself calls it.
export function ownPath(url: string, base: string = document.baseURI): string {
  const { pathname, search } = new URL(url, base);
  const below = basePath(base);
  return (pathname.startsWith(`${below}/`) ? pathname.slice(below.length) : pathname) + search;
}

export function socketAddress(path: string, base: string = document.baseURI): string {
  return address(path, base).replace(/^http/, "ws");
}

// The path under which the router lives, without a trailing slash.
export function basePath(base: string = document.baseURI): string {
  return new URL(base).pathname.replace(/[^/]*$/, "").replace(/\/$/, "");
}

let csrf = "";
// Set from /me; every request that changes something carries it.
export function setCsrf(token: string): void {
  csrf = token;
}

let onSignedOut: () => void = () => {};
// Called when the server says that there is no session (any more).
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

const unreachable: Problem = {
  type: "about:blank",
  title: "The server does not answer",
  status: 0,
  detail: "The connection to the recorder failed. Recording goes on without the page; this view comes back by itself.",
  code: "unreachable",
};

async function problemOf(response: Response): Promise<Problem> {
  const wait = Number(response.headers.get("Retry-After"));
  const fallback: Problem = {
    type: "about:blank",
    title: response.statusText || `Status ${response.status}`,
    status: response.status,
    detail: `The server answered with status ${response.status}.`,
    code: "unknown",
  };
  try {
    const said = (await response.json()) as Partial<Problem>;
    return { ...fallback, ...said, status: response.status, retry_after: wait > 0 ? wait : undefined };
  } catch {
    return { ...fallback, retry_after: wait > 0 ? wait : undefined };
  }
}

export type Method = "GET" | "POST" | "PUT" | "DELETE";

async function ask(url: string, init: RequestInit): Promise<Result<Response>> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: "same-origin" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    return { ok: false, problem: unreachable };
  }
  if (response.ok) return { ok: true, value: response };
  const problem = await problemOf(response);
  if (response.status === 401 && !/\/(login|setup|me\/password)$/.test(url)) onSignedOut();
  return { ok: false, problem };
}

export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Result<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  const answer = await ask(address(path), { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  if (!answer.ok) return answer;
  const response = answer.value;
  if (response.status === 204) return { ok: true, value: undefined as T };
  try {
    return { ok: true, value: (await response.json()) as T };
  } catch {
    return { ok: false, problem: { ...unreachable, title: "The answer was cut off", status: response.status } };
  }
}

export interface Picture {
  data: Blob;
  time: number; // the instant that it shows, Unix seconds
}

// A still, or what else is no JSON; `url` as the server or `address` gives it.
export async function requestPicture(url: string, signal?: AbortSignal): Promise<Result<Picture>> {
  const answer = await ask(url, { headers: { Accept: "image/jpeg, application/json" }, signal });
  if (!answer.ok) return answer;
  const time = Date.parse(answer.value.headers.get("Vantage-Time") ?? "") / 1000;
  return { ok: true, value: { data: await answer.value.blob(), time } };
}

export async function requestText(url: string, signal?: AbortSignal): Promise<Result<string>> {
  const answer = await ask(url, { signal });
  return answer.ok ? { ok: true, value: await answer.value.text() } : answer;
}

// A problem as an exception, for the query library, which knows failures only as such.
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

export async function fetched<T>(result: Promise<Result<T>>): Promise<T> {
  const answer = await result;
  if (!answer.ok) throw new ProblemError(answer.problem);
  return answer.value;
}

export function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { type: "about:blank", title: "Something in the page failed", status: 0, detail: String(error), code: "page" };
}
