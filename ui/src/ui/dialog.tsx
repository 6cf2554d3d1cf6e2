// SPDX-License-Identifier: Apache-2.0
import * as Radix from "@radix-ui/react-dialog";
import { useState, type ReactNode } from "react";
import { problemFrom } from "../api/client";
import { Button, IconButton } from "./button";
import { Notice } from "./states";
import { useRoom } from "./use_room";

// Where the keyboard was; of a menu, which is about to go, the button that opened it.
function focused(): Element | null {
  const at = document.activeElement;
  const menu = at?.closest('[role="menu"]');
  return menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : at;
}

// A sheet from below on a phone, a panel in the middle elsewhere. Open for as long as it is there.
export function Dialog({
  onClose,
  title,
  description,
  children,
  wide = false,
}: {
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  const room = useRoom();
  const [before] = useState(focused);
  // By itself Radix goes back to a trigger of its own only, and these have none.
  const goBack = (event: Event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
  return (
    <Radix.Root open onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal container={room}>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={goBack}
          className={`appear fixed z-50 flex max-h-[92dvh] flex-col overflow-hidden border border-line bg-surface shadow-(--shadow) outline-none max-sm:inset-x-0 max-sm:bottom-0 max-sm:rounded-t-lg sm:top-1/2 sm:left-1/2 sm:w-[calc(100vw-2rem)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-lg ${wide ? "sm:max-w-3xl" : "sm:max-w-md"}`}
        >
          <header className="flex items-start gap-3 border-b border-line py-3 pr-2 pl-5">
            <div className="min-w-0 flex-1 py-1">
              <Radix.Title className="text-[17px]">{title}</Radix.Title>
              {description && <div className="mt-0.5 text-[13px] text-ink-3">{description}</div>}
            </div>
            <Radix.Close asChild>
              <IconButton name="Close" icon="close" />
            </Radix.Close>
          </header>
          <div className="overflow-y-auto px-5 py-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

// Asks before what cannot be taken back, and says what it means.
export function Confirm({
  onClose,
  title,
  children,
  word,
  action,
}: {
  onClose: () => void;
  title: string;
  children: ReactNode;
  word: string;
  action: () => Promise<unknown>;
}) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const run = async () => {
    setBusy(true);
    setFault(null);
    try {
      await action();
      onClose();
    } catch (error) {
      setFault(problemFrom(error).detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <div className="space-y-4">
        <div className="text-ink-2">{children}</div>
        {fault && <Notice>{fault}</Notice>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="alarm" busy={busy} onClick={run}>
            {word}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
