// SPDX-License-Identifier: Apache-2.0
// The first visit: creates the admin. The one-time token stands in the link on the console (/setup?token=...).
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Link, useLocation } from "react-router-dom";
import { problemFrom } from "../../api/client";
import { changes, useChange, useSetupNeeded } from "../../api/queries";
import { Button } from "../../ui/button";
import { Field, NewPassword } from "../../ui/field";
import { Notice, Working } from "../../ui/states";
import { Entrance } from "../login/entrance";
import { useEnter } from "../login/login_screen";

export function SetupScreen() {
  const needed = useSetupNeeded();
  const client = useQueryClient();
  const given = new URLSearchParams(useLocation().search).get("token") ?? "";
  const setup = useChange(changes.setup);
  const enter = useEnter();
  const [token, setToken] = useState(given);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (again !== password) return;
    setup.mutateAsync({ token: token.trim(), name, password }).then(
      (me) => {
        client.setQueryData(["setup"], { needed: false });
        enter(me);
      },
      () => {},
    );
  };
  if (needed.isPending) return <Working what="Opening" />;
  if (needed.data && !needed.data.needed) {
    return (
      <Entrance title="Already set up" lead="This recorder has an admin. Whoever that is can add you under Access.">
        <Link to="/login" className="text-accent underline underline-offset-4">
          Log in
        </Link>
      </Entrance>
    );
  }
  return (
    <Entrance title="Set up this recorder" lead="Create the admin. There is no default password: these are yours alone.">
      <form onSubmit={submit} className="space-y-4">
        {!given && (
          <Field
            label="Set-up token"
            required
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            help="Vantage wrote it on the console and into its log when it started."
          />
        )}
        <Field label="Name" name="username" autoComplete="username" autoCapitalize="none" required value={name} onChange={(event) => setName(event.target.value)} />
        <NewPassword name="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />
        <Field
          label="Password again"
          type="password"
          autoComplete="new-password"
          required
          value={again}
          onChange={(event) => setAgain(event.target.value)}
          fault={differs ? "The two are not the same" : null}
        />
        {setup.isError && <Notice>{problemFrom(setup.error).detail}</Notice>}
        <Button type="submit" look="accent" busy={setup.isPending} disabled={differs} className="w-full">
          Create the admin
        </Button>
      </form>
    </Entrance>
  );
}
