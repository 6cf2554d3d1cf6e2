// SPDX-License-Identifier: Apache-2.0
// The password that players send over RTSP, where the one of the login must never go.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fetched } from "../../api/client";
import { changes, useStreamPassword } from "../../api/queries";
import { Button } from "../../ui/button";
import { CopyField } from "../../ui/copy";
import { Confirm } from "../../ui/dialog";
import { Section } from "../../ui/page";
import { Awaited } from "../../ui/states";

export function StreamPasswordSection() {
  const client = useQueryClient();
  const [shown, setShown] = useState(false);
  const [renewing, setRenewing] = useState(false);
  const renew = async () => {
    client.setQueryData(["stream-password"], await fetched(changes.newStreamPassword()));
  };
  return (
    <Section title="Stream password" lead="For RTSP players, with your name. It opens the cameras that you may see and nothing else.">
      <Awaited query={useStreamPassword()} what="Reading the stream password">
        {({ user, password }) => (
          <div className="flex flex-wrap items-center gap-3 border-y border-line py-3">
            <div className="min-w-0 flex-1 basis-64">
              <CopyField label={`Stream password of ${user}`} text={password} shown={shown ? password : "•".repeat(16)} />
            </div>
            <Button icon="eye" aria-pressed={shown} onClick={() => setShown(!shown)}>
              {shown ? "Hide" : "Show"}
            </Button>
            <Button icon="renew" onClick={() => setRenewing(true)}>
              Make a new one
            </Button>
          </div>
        )}
      </Awaited>
      {renewing && (
        <Confirm onClose={() => setRenewing(false)} title="Make a new stream password?" word="Make a new one" action={renew}>
          Players that use the present one are refused from then on.
        </Confirm>
      )}
    </Section>
  );
}
