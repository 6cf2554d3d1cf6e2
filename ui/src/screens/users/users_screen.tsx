// SPDX-License-Identifier: Apache-2.0
// Who may come in: users, for admins, and everybody's own tokens.
import { useState } from "react";
import { changes, useChange, useUsers } from "../../api/queries";
import type { Me, User } from "../../api/types";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { ago } from "../../ui/format";
import { Page, Rows, Section } from "../../ui/page";
import { RowMenu } from "../../ui/row_menu";
import { Awaited } from "../../ui/states";
import { now } from "../../ui/use_now";
import { StreamPasswordSection } from "./stream_password_section";
import { TokensSection } from "./tokens_section";
import { UserDialog } from "./user_dialog";

export function UsersScreen({ me }: { me: Me }) {
  return (
    <Page title="Access">
      {me.role === "admin" && <UsersSection me={me} />}
      <TokensSection me={me} />
      <StreamPasswordSection />
    </Page>
  );
}

function UsersSection({ me }: { me: Me }) {
  const remove = useChange(changes.removeUser, ["users", "tokens"]);
  const [open, setOpen] = useState<User | "new" | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  return (
    <Section
      title="Users"
      lead="Viewers see the cameras on their list, operators see and change all of them, admins everything."
      actions={
        <Button look="accent" icon="plus" onClick={() => setOpen("new")}>
          Add a user
        </Button>
      }
    >
      <Awaited query={useUsers()} what="Reading users">
        {(users) => (
          <Rows name="Users">
            {users.map((user) => (
              <Row key={user.name} user={user} self={user.name === me.name} onEdit={() => setOpen(user)} onRemove={() => setRemoving(user)} />
            ))}
          </Rows>
        )}
      </Awaited>
      {open && <UserDialog user={open === "new" ? null : open} onClose={() => setOpen(null)} />}
      {removing && (
        <Confirm onClose={() => setRemoving(null)} title={`Remove ${removing.name}?`} word="Remove" action={() => remove.mutateAsync(removing.name)}>
          Their sessions and tokens end at once.
        </Confirm>
      )}
    </Section>
  );
}

function camerasOf(user: User): string {
  if (user.role !== "viewer" || user.cameras === null) return "all cameras";
  if (user.cameras.length === 0) return "no cameras";
  return user.cameras.join(", ");
}

function Row({ user, self, onEdit, onRemove }: { user: User; self: boolean; onEdit: () => void; onRemove: () => void }) {
  const locked = user.locked_until !== null && Date.parse(user.locked_until) / 1000 > now();
  return (
    <li aria-label={user.name} className="grid grid-cols-[minmax(0,1.2fr)_minmax(0,1.6fr)_minmax(0,1fr)_auto] items-center gap-x-5 py-2.5 max-sm:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0">
        <span className="font-[600]">{user.name}</span>
        {self && <span className="ml-2 text-[12.5px] text-ink-3">you</span>}
        {locked && <span className="ml-2 text-[12.5px] text-alarm">locked out after wrong passwords</span>}
      </div>
      <div className="min-w-0 truncate text-ink-2 max-sm:col-start-1">
        {user.role}, {camerasOf(user)}
      </div>
      <div className="figure text-[13px] text-ink-3 max-sm:col-start-1">{user.last_login ? `here ${ago(user.last_login)}` : "never here"}</div>
      <div className="max-sm:col-start-2 max-sm:row-start-1">
        <RowMenu name={user.name} onEdit={onEdit} onRemove={onRemove} canRemove={!self} />
      </div>
    </li>
  );
}
