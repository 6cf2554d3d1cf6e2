// SPDX-License-Identifier: Apache-2.0
// The end of a form that sends a change: what went wrong with it, the way out, and the button that sends it.
import { problemFrom } from "../api/client";
import { Button } from "./button";
import { Notice } from "./states";

export function FormEnd({ change, word, onClose }: { change: { error: unknown; isPending: boolean }; word: string; onClose: () => void }) {
  return (
    <>
      {change.error !== null && <Notice>{problemFrom(change.error).detail}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="accent" busy={change.isPending}>
          {word}
        </Button>
      </div>
    </>
  );
}
