// SPDX-License-Identifier: Apache-2.0
// What the browser remembers for its viewer: theme, zone, size of the wall. Nothing secret. Works without storage, then forgets.

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`vantage.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`vantage.${key}`);
    else localStorage.setItem(`vantage.${key}`, value);
  } catch {
    // Storage is blocked: the choice holds until the page is left.
  }
}

export type Theme = "system" | "light" | "dark";

export function theme(): Theme {
  const kept = remembered("theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(next: Theme): void {
  remember("theme", next === "system" ? null : next);
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = next === "system" ? system : next; // as theme.js does at first
}
