// SPDX-License-Identifier: Apache-2.0
// A camera in other programs: an address for each kind of player, for those who log in and as a link that ends.
import { useState, type ReactNode } from "react";
import { Link } from "react-router-dom";
import { address, problemFrom } from "../../api/client";
import { useStreamPassword, useSystem } from "../../api/queries";
import { streamOf, type Camera, type FeedStream } from "../../api/types";
import { streamNames } from "../../player/quality";
import { useConverts } from "../../player/use_player";
import { Button, Segmented } from "../../ui/button";
import { CopyField } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Choice } from "../../ui/field";
import { Notice, Working } from "../../ui/states";
import { mediaAddresses, rtspAddress } from "./addresses";
import { DurationChoice, durations, LinkRow } from "./link_row";

type Way = "login" | "link";

export function AddressesDialog({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const [way, setWay] = useState<Way>("login");
  const [seconds, setSeconds] = useState(durations[1]!);
  const [stream, setStream] = useState<FeedStream>("main");
  const converts = useConverts();
  const streams = (Object.keys(streamNames) as FeedStream[]).filter((each) => (each === "sub" ? streamOf(camera, "sub") : each === "main" || converts));
  return (
    <Dialog onClose={onClose} title={`${camera.name} elsewhere`} description="Addresses for players, televisions and other programs." wide>
      <div className="space-y-5">
        <Segmented name="Who opens it" value={way} onChange={setWay} options={{ login: "Who can log in", link: "Who has the link" }} />
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          <Choice label="Stream" value={stream} onChange={(event) => setStream(event.target.value as FeedStream)}>
            {streams.map((each) => (
              <option key={each} value={each}>
                {streamNames[each]}
              </option>
            ))}
          </Choice>
          {way === "link" && <DurationChoice value={seconds} onChange={setSeconds} />}
        </div>
        {way === "login" && (
          <p className="text-[13px] text-ink-3">
            A player that asks for name and password takes any name, and a{" "}
            <Link to="/access" className="text-ink-2 underline underline-offset-4">
              token
            </Link>{" "}
            as the password.
          </p>
        )}
        {mediaAddresses(camera.id, stream).map(({ name, use, path }) => (
          <Entry key={name} name={name} use={use}>
            {way === "login" ? <CopyField label={name} text={address(path)} /> : <LinkRow key={`${path} ${seconds}`} label={name} url={address(path)} seconds={seconds} />}
          </Entry>
        ))}
        <Entry name="RTSP" use="VLC, NVRs, home automation: the least delay. With your stream password, which can be made anew under Access.">
          <Rtsp camera={camera.id} stream={stream} />
        </Entry>
      </div>
    </Dialog>
  );
}

function Entry({ name, use, children }: { name: string; use: string; children: ReactNode }) {
  return (
    <section aria-label={name}>
      <h3 className="text-[14px]">{name}</h3>
      <p className="mb-1.5 text-[13px] text-ink-3">{use}</p>
      {children}
    </section>
  );
}

function Rtsp({ camera, stream }: { camera: string; stream: FeedStream }) {
  const system = useSystem(60_000);
  const password = useStreamPassword();
  const [shown, setShown] = useState(false);
  if (system.isPending || password.isPending) return <Working what="Asking for the stream password" />;
  if (password.isError) return <Notice>{problemFrom(password.error).detail}</Notice>;
  const of = (secure: boolean) => rtspAddress(camera, stream, location.hostname, system.data?.rtsp, password.data, secure);
  const plain = of(false);
  const secure = of(true);
  if (!plain && !secure) return <Notice tone="quiet">This recorder&rsquo;s RTSP server is switched off in its configuration.</Notice>;
  return (
    <div className="space-y-2">
      {plain && <CopyField label="RTSP" text={plain.text} shown={shown ? plain.text : plain.shown} />}
      {secure && <CopyField label="RTSP with TLS" text={secure.text} shown={shown ? secure.text : secure.shown} />}
      <Button look="quiet" icon="eye" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? "Hide the password" : "Show the password"}
      </Button>
    </div>
  );
}
