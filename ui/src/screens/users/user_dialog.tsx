// SPDX-License-Identifier: Apache-2.0
import { useState, type FormEvent } from "react";
import { changes, useCameras, useChange } from "../../api/queries";
import type { Role, User } from "../../api/types";
import { Dialog } from "../../ui/dialog";
import { Check, Choice, Field, NewPassword } from "../../ui/field";
import { FormEnd } from "../../ui/form_end";

export function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const add = useChange(changes.addUser, ["users"]);
  const change = useChange(changes.changeUser, ["users"]);
  const cameras = useCameras(60_000);
  const [name, setName] = useState(user?.name ?? "");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>(user?.role ?? "viewer");
  const [list, setList] = useState<string[] | null>(user?.cameras ?? null);
  const saving = user ? change : add;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const allowed = role === "viewer" ? list : null;
    const sent = user
      ? change.mutateAsync({ name: user.name, role, cameras: allowed, ...(password ? { password } : {}) })
      : add.mutateAsync({ name: name.trim(), password, role, cameras: allowed });
    sent.then(onClose, () => {});
  };
  const toggle = (id: string, on: boolean) => setList((before) => (on ? [...(before ?? []), id] : (before ?? []).filter((each) => each !== id)));
  return (
    <Dialog onClose={onClose} title={user ? `Edit ${user.name}` : "Add a user"}>
      <form onSubmit={submit} className="space-y-4">
        {!user && <Field label="Name" required autoFocus autoComplete="off" autoCapitalize="none" value={name} onChange={(event) => setName(event.target.value)} />}
        <NewPassword
          label={user ? "New password" : undefined}
          required={!user}
          help={user ? "Leave empty to keep the present one" : undefined}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Choice label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
          <option value="viewer">Viewer: sees cameras</option>
          <option value="operator">Operator: sees and changes all cameras</option>
          <option value="admin">Admin: everything</option>
        </Choice>
        {role === "viewer" && (
          <fieldset className="space-y-2">
            <legend className="mb-1 text-[13px] text-ink-2">Cameras</legend>
            <Check label="All, also those to come" checked={list === null} onChange={(event) => setList(event.target.checked ? null : [])} />
            {list !== null &&
              cameras.data?.map((camera) => (
                <Check key={camera.id} label={camera.name} checked={list.includes(camera.id)} onChange={(event) => toggle(camera.id, event.target.checked)} />
              ))}
          </fieldset>
        )}
        <FormEnd change={saving} word={user ? "Save" : "Add"} onClose={onClose} />
      </form>
    </Dialog>
  );
}
