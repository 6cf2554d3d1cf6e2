// SPDX-License-Identifier: Apache-2.0
// Tokens let programs in with the rights of their user. Each is shown once, when it is made.
import { useRef, useState, type FormEvent } from "react";
import { changes, useChange, useTokens } from "../../api/queries";
import type { Me, Token } from "../../api/types";
import { Button, IconButton } from "../../ui/button";
import { useCopy } from "../../ui/copy";
import { Confirm, Dialog } from "../../ui/dialog";
import { Choice, Field } from "../../ui/field";
import { FormEnd } from "../../ui/form_end";
import { ago, span } from "../../ui/format";
import { Rows, Section } from "../../ui/page";
import { Awaited } from "../../ui/states";
import { now } from "../../ui/use_now";

export function TokensSection({ me }: { me: Me }) {
  const remove = useChange(changes.removeToken, ["tokens"]);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Token | null>(null);
  return (
    <Section
      title="Tokens"
      lead="For programs: as a bearer token, or as the password of HTTP Basic on media addresses."
      actions={
        <Button icon="plus" onClick={() => setAdding(true)}>
          Make a token
        </Button>
      }
    >
      <Awaited query={useTokens()} what="Reading tokens">
        {(tokens) =>
          tokens.length === 0 ? (
            <p className="border-y border-line py-6 text-center text-ink-3">No tokens</p>
          ) : (
            <Rows name="Tokens">
              {tokens.map((token) => (
                <li key={token.id} aria-label={token.name} className="grid grid-cols-[minmax(0,1.2fr)_minmax(0,1.6fr)_minmax(0,1fr)_auto] items-center gap-x-5 py-2.5 max-sm:grid-cols-[minmax(0,1fr)_auto]">
                  <span className="truncate font-[600]">{token.name}</span>
                  <span className="text-ink-2 max-sm:col-start-1">
                    {token.user !== me.name && `of ${token.user}, `}
                    {token.expires ? expiry(token.expires) : "does not expire"}
                  </span>
                  <span className="figure text-[13px] text-ink-3 max-sm:col-start-1">{token.last_used ? `used ${ago(token.last_used)}` : "never used"}</span>
                  <span className="max-sm:col-start-2 max-sm:row-start-1">
                    <IconButton name={`Remove ${token.name}`} icon="trash" onClick={() => setRemoving(token)} />
                  </span>
                </li>
              ))}
            </Rows>
          )
        }
      </Awaited>
      {adding && <TokenDialog onClose={() => setAdding(false)} />}
      {removing && (
        <Confirm onClose={() => setRemoving(null)} title={`Remove ${removing.name}?`} word="Remove" action={() => remove.mutateAsync(removing.id)}>
          Programs that use it are shut out at once.
        </Confirm>
      )}
    </Section>
  );
}

function expiry(iso: string): string {
  const left = Date.parse(iso) / 1000 - now();
  return left > 0 ? `expires in ${span(left)}` : "expired";
}

function TokenDialog({ onClose }: { onClose: () => void }) {
  const add = useChange(changes.addToken, ["tokens"]);
  const [name, setName] = useState("");
  const [days, setDays] = useState("");
  const made = useRef<HTMLDivElement>(null);
  const { copied, copy } = useCopy(made);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expires = days ? { expires: new Date((now() + Number(days) * 86_400) * 1000).toISOString() } : {};
    add.mutate({ name: name.trim(), ...expires });
  };
  if (add.data) {
    const { token } = add.data;
    return (
      <Dialog onClose={onClose} title="Your token" description="Shown now and never again.">
        <div ref={made} className="space-y-4">
          <output aria-label="Token" className="block rounded-md border border-line bg-raised px-3 py-2.5 font-mono text-[13.5px] break-all select-all">
            {token}
          </output>
          <div className="flex justify-end gap-2">
            <Button icon={copied ? "check" : "copy"} onClick={() => copy(token)}>
              {copied ? "Copied" : "Copy"}
            </Button>
            <Button look="accent" onClick={onClose}>
              Done
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} title="Make a token">
      <form onSubmit={submit} className="space-y-4">
        <Field label="What is it for?" required autoFocus placeholder="Home automation" value={name} onChange={(event) => setName(event.target.value)} />
        <Choice label="It works" value={days} onChange={(event) => setDays(event.target.value)}>
          <option value="">until it is removed</option>
          <option value="1">for a day</option>
          <option value="30">for 30 days</option>
          <option value="365">for a year</option>
        </Choice>
        <FormEnd change={add} word="Make" onClose={onClose} />
      </form>
    </Dialog>
  );
}
