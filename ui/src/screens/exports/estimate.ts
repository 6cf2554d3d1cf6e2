// SPDX-License-Identifier: Apache-2.0
// How large an export will be, from the segments on disk.
import { useEffect, useState } from "react";
import { useSegments } from "../../api/queries";
import type { Segment, StreamKind } from "../../api/types";
import type { Stretch } from "../../timeline/coverage";

// Bytes of the segments' parts that lie in the range.
export function bytesWithin(segments: Segment[], range: Stretch): number {
  let sum = 0;
  for (const segment of segments) {
    const start = Date.parse(segment.start) / 1000;
    const end = Date.parse(segment.end) / 1000;
    const shared = Math.min(end, range.end) - Math.max(start, range.start);
    if (shared > 0 && end > start) sum += segment.bytes * (shared / (end - start));
  }
  return sum;
}

const kStep = 600; // the span that is asked for grows in steps, so that a drag meets an answer that is there
const kCalmMs = 250;

function useCalm<T>(value: T, key: string): T {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), kCalmMs);
    return () => clearTimeout(timer);
    // `key` stands for the value.
  }, [key]);
  return calm;
}

// In bytes; nothing while it is not known.
export function useEstimate(cameras: string[], stream: StreamKind, range: Stretch): number | null {
  const wide = { start: Math.floor(range.start / kStep) * kStep, end: Math.ceil(range.end / kStep) * kStep };
  const asked = useCalm(wide, `${wide.start} ${wide.end}`);
  const answers = useSegments(cameras, stream, asked.start, asked.end);
  if (answers.length === 0 || answers.some((answer) => !answer.data)) return null;
  return answers.reduce((sum, answer) => sum + bytesWithin(answer.data ?? [], range), 0);
}
