// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { problemFrom } from "../../api/client";
import { useAudit } from "../../api/queries";
import { Button } from "../../ui/button";
import { Rows, Section } from "../../ui/page";
import { Notice, Working } from "../../ui/states";
import { now } from "../../ui/use_now";
import { clockText, dayOf, dayText } from "../../ui/zone";
import { useZone } from "../../ui/zone_context";

const kPage = 100;

export function AuditSection() {
  const [before, setBefore] = useState<number[]>([]); // the pages gone back through
  const audit = useAudit(before[before.length - 1] ?? null, true);
  const { zone } = useZone();
  const today = dayOf(now(), zone);
  const entries = audit.data;
  return (
    <Section title="Audit" lead="Who logged in and who changed what.">
      {audit.isPending && <Working what="Reading the audit log" />}
      {audit.isError && <Notice>{problemFrom(audit.error).detail}</Notice>}
      {entries && (
        <Rows name="Audit log">
          {entries.map((entry) => {
            const at = Date.parse(entry.time) / 1000;
            return (
              <li key={entry.id} className="grid grid-cols-[170px_120px_minmax(0,1fr)_auto] gap-x-4 py-2 text-[13.5px] max-sm:grid-cols-2">
                <span className="figure text-ink-3">
                  {dayText(dayOf(at, zone), today)} {clockText(at, zone)}
                </span>
                <span className="truncate">{entry.user || "nobody"}</span>
                <span className="min-w-0 text-ink-2">
                  {entry.action}
                  {entry.detail && <span className="text-ink-3"> {entry.detail}</span>}
                </span>
                <span className="figure text-ink-3">{entry.address}</span>
              </li>
            );
          })}
        </Rows>
      )}
      <div className="mt-3 flex gap-2">
        {before.length > 0 && (
          <Button icon="previous" onClick={() => setBefore(before.slice(0, -1))}>
            Newer
          </Button>
        )}
        {entries && entries.length === kPage && (
          <Button onClick={() => setBefore([...before, entries[entries.length - 1]!.id])} busy={audit.isFetching}>
            Older
          </Button>
        )}
      </div>
    </Section>
  );
}
