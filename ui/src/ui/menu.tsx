// SPDX-License-Identifier: Apache-2.0
import * as Radix from "@radix-ui/react-dropdown-menu";
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons";
import { useRoom } from "./use_room";

export const Root = Radix.Root;
export const Trigger = Radix.Trigger;

export function Panel({ children, align = "start" }: { children: ReactNode; align?: "start" | "end" }) {
  const room = useRoom();
  return (
    <Radix.Portal container={room}>
      <Radix.Content
        align={align}
        sideOffset={6}
        collisionPadding={8}
        className="appear z-50 min-w-52 rounded-lg border border-line bg-raised p-1.5 text-ink shadow-(--shadow) outline-none"
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}

const row =
  "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-[13.5px] outline-none select-none data-[highlighted]:bg-hover data-[disabled]:opacity-45 max-sm:h-11";

export function Item({ icon, tone, children, onSelect, disabled }: { icon?: IconName; tone?: "alarm"; children: ReactNode; onSelect: () => void; disabled?: boolean }) {
  return (
    <Radix.Item className={`${row} ${tone === "alarm" ? "text-alarm" : ""}`} onSelect={onSelect} disabled={disabled}>
      {icon && <Icon name={icon} size={16} className={tone ? "" : "text-ink-3"} />}
      {children}
    </Radix.Item>
  );
}

export function Choices({ name, value, options, onChange }: { name: string; value: string; options: { value: string; text: string }[]; onChange: (value: string) => void }) {
  return (
    <Radix.RadioGroup aria-label={name} value={value} onValueChange={onChange}>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={row} onSelect={(event) => event.preventDefault()}>
          <span className="w-4">
            <Radix.ItemIndicator>
              <Icon name="check" size={15} className="text-accent" />
            </Radix.ItemIndicator>
          </span>
          {option.text}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function Heading({ children }: { children: ReactNode }) {
  return <Radix.Label className="label px-2.5 pt-1 pb-1.5">{children}</Radix.Label>;
}

export function Line() {
  return <Radix.Separator className="my-1.5 h-px bg-line" />;
}
