// SPDX-License-Identifier: Apache-2.0
// How the recorder does: its disks and for how long they last, the machine, and what it wrote down.
import { address } from "../../api/client";
import { changes, useChange, useSystem } from "../../api/queries";
import type { Disk, SystemReport } from "../../api/types";
import { Button } from "../../ui/button";
import { bytes, percent, span } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { Page, Rows, Section } from "../../ui/page";
import { Awaited } from "../../ui/states";
import { now } from "../../ui/use_now";
import { AuditSection } from "./audit_section";
import { LogSection } from "./log_section";

export function SystemScreen({ admin }: { admin: boolean }) {
  return (
    <Awaited query={useSystem()} what="Asking the recorder">
      {(system) => (
        <Page title="System">
          {system.clock_hold && <ClockHold why={system.clock_hold} admin={admin} />}
          <Section title="Disks">
            <Rows name="Disks">
              {system.disks.map((disk) => (
                <DiskRow key={disk.path} disk={disk} />
              ))}
            </Rows>
          </Section>
          <Machine system={system} />
          {admin && <LogSection />}
          {admin && <AuditSection />}
        </Page>
      )}
    </Awaited>
  );
}

// Retention by age waits for a person after the host's clock has stepped.
function ClockHold({ why, admin }: { why: string; admin: boolean }) {
  const confirm = useChange(changes.confirmClock, ["system"]);
  return (
    <section role="alert" aria-label="Clock" className="mb-8 flex flex-wrap items-center gap-3 rounded-md border border-alarm p-4">
      <p className="min-w-0 flex-1 text-[14px]">Nothing is deleted by age: {why}. Is this recorder&rsquo;s clock right now?</p>
      {admin && (
        <Button busy={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
          The clock is right
        </Button>
      )}
    </section>
  );
}

const words: Record<Disk["state"], string> = {
  good: "",
  full: "full: the oldest footage goes",
  slow: "slow: writing takes long",
  failing: "failing: nothing can be written",
  missing: "missing: nothing is recorded on it",
};

function lasts(disk: Disk): string {
  if (disk.bytes_per_day <= 0) return "nothing is being recorded";
  if (disk.days_left <= 0) return "the oldest footage makes room for the new";
  return `room for ${span(disk.days_left * 86_400)} more`;
}

function DiskRow({ disk }: { disk: Disk }) {
  const other = Math.max(0, disk.total - disk.free - disk.footage);
  const bad = disk.state === "failing" || disk.state === "missing";
  const alarming = bad || disk.state === "slow";
  return (
    <li className="py-4" aria-label={disk.path}>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="font-[600] break-all">{disk.path}</span>
        {words[disk.state] && (
          <span className={`text-[13px] ${alarming ? "text-alarm" : "text-ink-2"}`}>
            {alarming && <Icon name="warn" size={14} className="mr-1 inline align-[-2px]" />}
            {words[disk.state]}
          </span>
        )}
        <span className="figure ml-auto text-[15px]">{bad ? "" : lasts(disk)}</span>
      </div>
      <div
        role="meter"
        aria-label={`Use of ${disk.path}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent(disk.total - disk.free, disk.total))}
        className="mt-3 flex h-2 overflow-hidden rounded-full bg-hover"
      >
        <span className="bg-accent" style={{ width: `${percent(disk.footage, disk.total)}%` }} />
        <span className="bg-line-strong" style={{ width: `${percent(other, disk.total)}%` }} />
      </div>
      <div className="figure mt-2 flex flex-wrap gap-x-5 gap-y-1 text-[13px] text-ink-2">
        <Key look="bg-accent">{bytes(disk.footage)} footage</Key>
        <Key look="bg-line-strong">{bytes(other)} other</Key>
        <Key look="bg-hover">
          {bytes(disk.free)} of {bytes(disk.total)} free
        </Key>
        {disk.bytes_per_day > 0 && <span className="ml-auto">{bytes(disk.bytes_per_day)} a day</span>}
      </div>
    </li>
  );
}

function Key({ look, children }: { look: string; children: React.ReactNode }) {
  return (
    <span className="flex items-center gap-2">
      <span className={`size-2 rounded-full ${look}`} />
      {children}
    </span>
  );
}

function Machine({ system }: { system: SystemReport }) {
  const facts: [string, string][] = [
    ["Processor", `${system.cpu_percent.toFixed(1)} % of a core`],
    ["Memory", bytes(system.memory_bytes)],
    ["Running for", span(now() - Date.parse(system.started) / 1000)],
    ["Time zone", system.time_zone],
    ["Vantage", system.version],
    ...system.libraries.map(({ name, version }): [string, string] => [name, version]),
  ];
  return (
    <Section title="Machine">
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-x-6 gap-y-3 border-t border-line pt-4">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="label">{name}</dt>
            <dd className="figure">{value}</dd>
          </div>
        ))}
      </dl>
      <a href={address("/licenses.txt")} target="_blank" rel="noreferrer" className="mt-4 inline-block text-[13px] text-ink-3 underline underline-offset-4 hover:text-ink">
        Licences of the page's parts
      </a>
    </Section>
  );
}
