// SPDX-License-Identifier: Apache-2.0
// Log-in by name and password, or by a link that works once (/login?link=TOKEN).
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useLocation, useNavigate } from "react-router-dom";
import { problemFrom, setCsrf } from "../../api/client";
import { changes, useChange } from "../../api/queries";
import type { Me, Problem } from "../../api/types";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { span } from "../../ui/format";
import { Notice } from "../../ui/states";
import { Entrance } from "./entrance";

// What went wrong, in words for whoever stands before the door.
function words(problem: Problem): string {
  if (problem.status === 429) {
    return `Too many attempts. Try again${problem.retry_after ? ` in ${span(problem.retry_after)}` : " later"}.`;
  }
  if (problem.status === 401) return "Name or password is wrong.";
  return problem.detail || problem.title;
}

// Takes who has signed in into the page and goes on to where they wanted to go.
export function useEnter() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const from = (useLocation().state as { from?: string } | null)?.from ?? "/";
  return (me: Me) => {
    setCsrf(me.csrf);
    client.setQueryData(["me"], me);
    navigate(from, { replace: true });
  };
}

export function LoginScreen() {
  const location = useLocation();
  const link = new URLSearchParams(location.search).get("link");
  const login = useChange(changes.login);
  const enter = useEnter();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [linkFault, setLinkFault] = useState<string | null>(null);
  const used = useRef(false);

  useEffect(() => {
    if (!link || used.current) return;
    used.current = true; // it works once, and effects run twice in development
    login.mutateAsync({ link_token: link }).then(enter, (error: unknown) => {
      const problem = problemFrom(error);
      setLinkFault(problem.status === 401 ? "This link was used already or has expired. Log in with name and password." : words(problem));
    });
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setLinkFault(null);
    login.mutateAsync({ name, password }).then(enter, () => setPassword(""));
  };
  const fault = linkFault ?? (login.isError ? words(problemFrom(login.error)) : null);
  if (link && !linkFault) {
    return (
      <Entrance title="Opening">
        <div role="status" className="sweep relative h-0.5 overflow-hidden rounded-full bg-line" aria-label="Logging in with the link" />
      </Entrance>
    );
  }
  return (
    <Entrance title="Log in">
      <form onSubmit={submit} className="space-y-4">
        <Field label="Name" name="username" autoComplete="username" autoCapitalize="none" required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        {fault && <Notice>{fault}</Notice>}
        <Button type="submit" look="accent" busy={login.isPending} className="w-full">
          Log in
        </Button>
      </form>
    </Entrance>
  );
}
