// SPDX-License-Identifier: Apache-2.0
// What was asked for beside the picture and comes by itself: snapshots that are being saved, moments that are being made. A pile of
// cards in the corner, which takes nothing from the hands and outlives the screen on which it began.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { Link } from "react-router-dom";
import { fetched, problemFrom } from "../api/client";
import { clipChanges } from "../api/clips";
import { IconButton } from "../ui/button";
import { Icon, type IconName } from "../ui/icons";
import { useRoom } from "../ui/use_room";
import { useZone } from "../ui/zone_context";
import { MomentCard } from "./moment_card";
import { saveFrame, type Instant } from "./snapshot";
import { TrayCard } from "./tray_card";

interface Named {
  id: string;
  name: string;
}

interface Said {
  kind: "working" | "good" | "fault";
  text: string;
  way?: { text: string; to: string }; // to what it speaks of
}
interface Making {
  kind: "moment";
  camera: Named;
  moment: string; // its id
}
type Card = { id: number } & (Said | Making);

interface Tray {
  say: (said: Said) => void;
  snapshot: (camera: Named, of: Instant) => void;
  moment: (camera: Named, wish: { length: number; delay: number }) => void;
}

const Context = createContext<Tray | null>(null);

export function useTray(): Tray {
  const tray = useContext(Context);
  if (!tray) throw new Error("useTray outside of TrayProvider");
  return tray;
}

const kMost = 4;
const kGoodMs = 6000;

export function TrayProvider({ children }: { children: ReactNode }) {
  const { zone } = useZone();
  const [cards, setCards] = useState<Card[]>([]);
  const count = useRef(0);
  const add = useCallback((card: Said | Making): number => {
    count.current += 1;
    const id = count.current;
    setCards((before) => [...before, { id, ...card }].slice(-kMost));
    return id;
  }, []);
  const change = useCallback((id: number, card: Said | Making) => setCards((before) => before.map((each) => (each.id === id ? { id, ...card } : each))), []);
  const drop = useCallback((id: number) => setCards((before) => before.filter((each) => each.id !== id)), []);
  const tray = useMemo<Tray>(() => {
    const fault = (error: unknown): Said => ({ kind: "fault", text: problemFrom(error).detail });
    return {
      say: (said) => void add(said),
      snapshot: (camera, of) => {
        const id = add({ kind: "working", text: "Saving the picture" });
        saveFrame(camera, of, zone).then(
          (name) => change(id, { kind: "good", text: `Saved: ${name}` }),
          (error: unknown) => change(id, fault(error)),
        );
      },
      moment: (camera, wish) => {
        const id = add({ kind: "working", text: `A moment of ${camera.name}` });
        fetched(clipChanges.addMoment({ camera: camera.id, ...wish })).then(
          (moment) => change(id, { kind: "moment", camera, moment: moment.id }),
          (error: unknown) => change(id, fault(error)),
        );
      },
    };
  }, [add, change, zone]);
  return (
    <Context.Provider value={tray}>
      {children}
      <Pile cards={cards} drop={drop} />
    </Context.Provider>
  );
}

function Pile({ cards, drop }: { cards: Card[]; drop: (id: number) => void }) {
  const room = useRoom();
  return createPortal(
    <div
      role="region"
      aria-label="Notices"
      className="pointer-events-none fixed top-14 right-3 z-30 flex w-[min(344px,calc(100vw-1.5rem))] flex-col gap-2 max-sm:top-auto max-sm:bottom-[calc(4.25rem+env(safe-area-inset-bottom))]"
    >
      {cards.map((card) =>
        card.kind === "moment" ? (
          <MomentCard key={card.id} camera={card.camera} id={card.moment} onClose={() => drop(card.id)} />
        ) : (
          <SaidCard key={card.id} {...card} onClose={() => drop(card.id)} />
        ),
      )}
    </div>,
    room,
  );
}

const icons: Record<Said["kind"], IconName | null> = { working: null, good: "check", fault: "warn" };

function SaidCard({ kind, text, way, onClose }: Said & { onClose: () => void }) {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (kind !== "good") return;
    const timer = setTimeout(() => close.current(), kGoodMs);
    return () => clearTimeout(timer);
  }, [kind]);
  const icon = icons[kind];
  return (
    <TrayCard role={kind === "fault" ? "alert" : "status"}>
      <div className="flex items-start gap-2.5 py-1.5 pr-1.5 pl-3">
        {icon && <Icon name={icon} size={16} className={`mt-2.5 shrink-0 ${kind === "fault" ? "text-alarm" : "text-accent"}`} />}
        <p className="figure min-w-0 flex-1 py-2 text-[13.5px] break-words">
          {text}
          {way && (
            <Link to={way.to} onClick={onClose} className="ml-3 whitespace-nowrap text-ink-2 underline underline-offset-4 hover:text-ink">
              {way.text}
            </Link>
          )}
        </p>
        <IconButton name="Close this notice" icon="close" onClick={onClose} />
      </div>
      {kind === "working" && <span className="sweep absolute inset-x-0 bottom-0 h-0.5 overflow-hidden" />}
    </TrayCard>
  );
}
