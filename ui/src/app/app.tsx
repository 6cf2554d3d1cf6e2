// SPDX-License-Identifier: Apache-2.0
// Who is here decides what is shown: set-up, log-in, or the screens that the role may see.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router-dom";
import { problemFrom, whenSignedOut } from "../api/client";
import { useMe, useSetupNeeded } from "../api/queries";
import type { Me } from "../api/types";
import { CameraScreen } from "../screens/camera/camera_screen";
import { CamerasScreen } from "../screens/cameras/cameras_screen";
import { ClipsScreen, LastClips } from "../screens/clips/clips_screen";
import { DayScreen } from "../screens/day/day_screen";
import { LoginScreen } from "../screens/login/login_screen";
import { SetupScreen } from "../screens/setup/setup_screen";
import { SystemScreen } from "../screens/system/system_screen";
import { UsersScreen } from "../screens/users/users_screen";
import { WallScreen } from "../screens/wall/wall_screen";
import { TrayProvider } from "../tray/tray";
import { Empty, Failed, Working } from "../ui/states";
import { ZoneProvider } from "../ui/zone_context";
import { Shell } from "./shell";

export function App() {
  const client = useQueryClient();
  const me = useMe();
  const location = useLocation();
  useEffect(() => {
    whenSignedOut(() => {
      // A session that ended elsewhere: ask who is here, which then shows the log-in.
      if (client.getQueryData(["me"])) void client.resetQueries({ queryKey: ["me"] });
    });
  }, [client]);

  const open = location.pathname === "/login" || location.pathname === "/setup";
  if (open && !me.data) {
    return (
      <Routes>
        <Route path="/setup" element={<SetupScreen />} />
        <Route path="/login" element={<LoginScreen />} />
      </Routes>
    );
  }
  if (me.isPending) return <Working what="Opening" />;
  if (!me.data) {
    const problem = problemFrom(me.error);
    if (problem.status !== 401) return <Failed problem={problem} retry={() => void me.refetch()} />;
    return <NotSignedIn from={location.pathname + location.search} />;
  }
  return <SignedIn me={me.data} />;
}

function NotSignedIn({ from }: { from: string }) {
  const setup = useSetupNeeded();
  if (setup.isPending) return <Working what="Opening" />;
  return <Navigate to={setup.data?.needed ? "/setup" : "/login"} replace state={{ from }} />;
}

function SignedIn({ me }: { me: Me }) {
  const location = useLocation();
  const from = (location.state as { from?: string } | null)?.from ?? "/";
  const operator = me.role !== "viewer";
  return (
    <ZoneProvider installation={me.time_zone}>
      <TrayProvider>
        <Routes>
          <Route path="/login" element={<Navigate to={from} replace />} />
          <Route path="/setup" element={<Navigate to="/" replace />} />
          <Route element={<Shell me={me} />}>
            <Route index element={<WallScreen canChange={operator} />} />
            <Route path="watch/:camera" element={<CameraScreen canChange={operator} />} />
            <Route path="day" element={<DayScreen />} />
            <Route path="clips" element={<LastClips />} />
            <Route path="clips/:tab" element={<ClipsScreen me={me} />} />
            <Route path="exports" element={<Navigate to="/clips/exports" replace />} />
            <Route path="cameras" element={<CamerasScreen canChange={operator} />} />
            <Route path="access" element={<UsersScreen me={me} />} />
            <Route path="system" element={<SystemScreen admin={me.role === "admin"} />} />
            <Route path="*" element={<Empty icon="search" title="There is no such page" />} />
          </Route>
        </Routes>
      </TrayProvider>
    </ZoneProvider>
  );
}
