// SPDX-License-Identifier: Apache-2.0
// The page's own icons: 20 × 20, one weight of line. Always beside a word or in a control that has a name.
import type { SVGProps } from "react";

const paths = {
  wall: "M3 4h6v5H3zM11 4h6v5h-6zM3 11h6v5H3zM11 11h6v5h-6z",
  camera: "M3 6h9v8H3zM12 9l5-2.5v7L12 11",
  people: "M7.5 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M3 16c0-3 2-4.5 4.5-4.5S12 13 12 16M13 4.4a2.5 2.5 0 0 1 0 4.3M14 11.8c1.9.5 3 1.9 3 4.2",
  system: "M3 5h14v4H3zM3 11h14v4H3zM6 7h.01M6 13h.01",
  play: "M6 4.5v11l9-5.5z",
  pause: "M6.5 4.5v11M13.5 4.5v11",
  stepBack: "M14 5v10l-7-5zM5 5v10",
  stepForward: "M6 5v10l7-5zM15 5v10",
  previous: "M12 4l-6 6 6 6",
  next: "M8 4l6 6-6 6",
  full: "M3 8V3.5h4.5M12.5 3.5H17V8M17 12v4.5h-4.5M7.5 16.5H3V12",
  leaveFull: "M7.5 3.5V8H3M17 8h-4.5V3.5M12.5 16.5V12H17M3 12h4.5v4.5",
  sound: "M4 8v4h2.5L10 15V5L6.5 8zM13 7.5c1.5 1.5 1.5 3.5 0 5M15.3 5.2c2.7 2.7 2.7 6.9 0 9.6",
  muted: "M4 8v4h2.5L10 15V5L6.5 8zM13 8l4 4M17 8l-4 4",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  close: "M5 5l10 10M15 5L5 15",
  calendar: "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  check: "M4 10.5l4 4 8-9",
  warn: "M10 3.5L17.5 16.5h-15zM10 8.5v3.5M10 14.3h.01",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 9.5v4M10 6.6h.01",
  gear: "M10 7.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M10 2.8v2M10 15.2v2M2.8 10h2M15.2 10h2M4.9 4.9l1.4 1.4M13.7 13.7l1.4 1.4M4.9 15.1l1.4-1.4M13.7 6.3l1.4-1.4",
  key: "M8 9.5a3 3 0 1 1-2.5-2.95A3 3 0 0 1 8 9.5zM8 9.5h9M14 9.5v3",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4",
  copy: "M7 7h9v9.5H7zM4 13V3.5h9",
  out: "M8 4H4v12h4M9 10h8M14 7l3 3-3 3",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  pencil: "M4 16l.800-3.5L13 4.3l2.7 2.7-8.2 8.2z",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.700 11h7.6l.700-11",
  zoomReset: "M4 8V4h4M16 12v4h-4M4 4l5 5M16 16l-5-5",
  cut: "M6.200 12.200L14.500 3.500M13.800 12.200L5.500 3.500M5.200 16.500a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400M14.800 16.500a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400",
  share: "M6 12a2.300 2.300 0 1 0 0-4.600M6 12a2.300 2.300 0 1 1 0-4.600M14 6.800a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600M14 17.800a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600M8 8.700l4-2.900M8 11.100l4 3.200",
  download: "M10 3v9.500M6 9l4 4 4-4M4 16.500h12",
  link: "M8.500 11.500l3-3M9.500 6l1.500-1.500a3.200 3.200 0 0 1 4.500 4.500L14 10.500M10.500 14L9 15.500A3.200 3.200 0 0 1 4.500 11L6 9.500",
  eye: "M2.500 10S5 5 10 5s7.500 5 7.500 5-2.500 5-7.500 5-7.500-5-7.500-5M10 12.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400",
  renew: "M16 10a6 6 0 1 1-1.800-4.300M16 3v3.500h-3.500",
  chevron: "M5 8l5 5 5-5",
  photo: "M3 6h3l1.500-2h5L14 6h3v10H3zM10 14a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  moment: "M10 17a7 7 0 1 1 6.300-10M10 6v4l2.500 1.500M16.500 3.500V7H13",
  film: "M3 4.500h14v11H3zM6.500 4.500v11M13.500 4.500v11M3 8.200h3.500M3 11.800h3.500M13.500 8.200H17M13.500 11.800H17",
  record: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M10 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  stop: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M8 8h4v4H8z",
  keep: "M6 3.500h8v13l-4-3-4 3z",
  sheet: "M3 4h3.500v3H3zM8.250 4h3.500v3h-3.500zM13.500 4H17v3h-3.500zM3 8.500h3.500v3H3zM8.250 8.500h3.500v3h-3.500zM13.500 8.500H17v3h-3.500zM3 13h3.500v3H3zM8.250 13h3.500v3h-3.500zM13.500 13H17v3h-3.500z",
  lapse: "M10 17a7 7 0 1 0 0-14M10 6.500V10l2.500 2M6.500 4l-.01.01M4 6.700l-.01.01M3.100 10l-.01.01M4 13.300l-.01.01M6.500 16l-.01.01",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4",
} as const;

export type IconName = keyof typeof paths;
const solid = new Set<IconName>(["play"]);

export function Icon({ name, size = 18, ...rest }: { name: IconName; size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill={solid.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.4 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...rest}
    >
      <path d={paths[name]} />
    </svg>
  );
}

// The mark: a line of sight from a vantage point, and what it rests on.
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
      <path d="M4 7 16 27 28 7" stroke="currentColor" strokeWidth="3.6" strokeLinecap="square" />
      <circle cx="16" cy="9.5" r="3.5" fill="var(--accent)" />
    </svg>
  );
}
