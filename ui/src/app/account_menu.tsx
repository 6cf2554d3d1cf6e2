// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router-dom";
import { changes, useChange } from "../api/queries";
import type { Me } from "../api/types";
import { Dialog } from "../ui/dialog";
import { Field, NewPassword } from "../ui/field";
import { FormEnd } from "../ui/form_end";
import { Icon } from "../ui/icons";
import * as Menu from "../ui/menu";
import { setTheme, theme, type Theme } from "../ui/memory";
import { useZone } from "../ui/zone_context";

export function AccountMenu({ me }: { me: Me }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const logout = useChange(changes.logout);
  const { ownZone, setOwnZone, installation, viewer } = useZone();
  const [look, setLook] = useState<Theme>(theme);
  const [password, setPassword] = useState(false);
  const leave = async () => {
    await logout.mutateAsync(undefined).catch(() => {});
    client.clear();
    navigate("/login", { replace: true });
  };
  return (
    <>
      <Menu.Root>
        <Menu.Trigger
          aria-label={`Account of ${me.name}`}
          className="flex h-8 items-center gap-1 rounded-md border border-line px-2.5 text-[13.5px] hover:bg-hover"
        >
          <span className="max-w-32 truncate">{me.name}</span>
          <Icon name="chevron" size={14} className="text-ink-3" />
        </Menu.Trigger>
        <Menu.Panel align="end">
          <Menu.Heading>
            {me.name}, {me.role}
          </Menu.Heading>
          <Menu.Choices
            name="Theme"
            value={look}
            options={[
              { value: "system", text: "Theme of this device" },
              { value: "light", text: "Light" },
              { value: "dark", text: "Dark" },
            ]}
            onChange={(next) => {
              setTheme(next as Theme);
              setLook(next as Theme);
            }}
          />
          {viewer !== installation && (
            <>
              <Menu.Line />
              <Menu.Choices
                name="Times"
                value={ownZone ? "viewer" : "installation"}
                options={[
                  { value: "installation", text: `Times of the cameras: ${installation}` },
                  { value: "viewer", text: `My times: ${viewer}` },
                ]}
                onChange={(next) => setOwnZone(next === "viewer")}
              />
            </>
          )}
          <Menu.Line />
          <Menu.Item icon="lock" onSelect={() => setPassword(true)}>
            Change password
          </Menu.Item>
          <Menu.Item icon="out" onSelect={() => void leave()}>
            Log out
          </Menu.Item>
        </Menu.Panel>
      </Menu.Root>
      {password && <PasswordDialog onClose={() => setPassword(false)} />}
    </>
  );
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const change = useChange(changes.password);
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await change.mutateAsync({ old, new: next }).then(onClose, () => {});
  };
  return (
    <Dialog onClose={onClose} title="Change password" description="Ends your sessions on other devices.">
      <form onSubmit={submit} className="space-y-4">
        <Field label="Present password" type="password" autoComplete="current-password" required value={old} onChange={(event) => setOld(event.target.value)} />
        <NewPassword label="New password" value={next} onChange={(event) => setNext(event.target.value)} />
        <FormEnd change={change} word="Change" onClose={onClose} />
      </form>
    </Dialog>
  );
}
