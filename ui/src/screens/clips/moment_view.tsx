// SPDX-License-Identifier: Apache-2.0
// A moment that is there: the film, the GIF while the camera has no newer one, and how to take them along.
import { useState } from "react";
import { serverAddress } from "../../api/client";
import type { Moment } from "../../api/clips";
import { fileName } from "../../tray/snapshot";
import { Button, DownloadLink, Segmented } from "../../ui/button";
import { useZone } from "../../ui/zone_context";
import { LinkDialog, type Target } from "../share/link_dialog";
import { Film } from "./film";
import { secondsOf } from "./words";

type Form = "mp4" | "gif";

// What a link to it may open.
export function targetsOf({ mp4, gif }: Pick<Moment, "mp4" | "gif">): Target[] {
  return [...(mp4 ? [{ text: "Film (MP4)", url: mp4 }] : []), ...(gif ? [{ text: "GIF", url: gif }] : [])];
}

export function MomentView({ moment, camera }: { moment: Moment; camera: string }) {
  const { zone } = useZone();
  const [form, setForm] = useState<Form>("mp4");
  const [sharing, setSharing] = useState(false);
  const shown = form === "gif" && moment.gif ? { form: "gif" as const, url: moment.gif } : { form: "mp4" as const, url: moment.mp4 };
  if (!shown.url) return null;
  const url = serverAddress(shown.url);
  const targets = shown.form === "gif" ? targetsOf(moment).reverse() : targetsOf(moment);
  return (
    <div className="space-y-2.5">
      {shown.form === "gif" ? (
        <img src={url} alt={`GIF of ${camera}`} className="aspect-video w-full rounded-md bg-black object-contain" />
      ) : (
        <Film src={url} name={`Moment of ${camera}`} loop />
      )}
      <div className="flex flex-wrap items-center gap-2">
        {moment.gif && (
          <Segmented name="Form" value={form} onChange={setForm} options={{ mp4: "Film", gif: "GIF" }} />
        )}
        <span className="ml-auto flex gap-2">
          <Button icon="link" aria-label="Copy link" onClick={() => setSharing(true)}>
            Link
          </Button>
          <DownloadLink look="accent" href={url} download={fileName(camera, secondsOf(moment.start), zone, shown.form)}>
            Download
          </DownloadLink>
        </span>
      </div>
      {sharing && <LinkDialog title="Link to this moment" targets={targets} onClose={() => setSharing(false)} />}
    </div>
  );
}
