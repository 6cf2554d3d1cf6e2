// SPDX-License-Identifier: Apache-2.0
import { useParams } from "react-router-dom";
import { problemFrom } from "../../api/client";
import { useCameras } from "../../api/queries";
import { streamOf, type Camera } from "../../api/types";
import { usePlayer } from "../../player/use_player";
import { PictureState } from "../../ui/picture_state";
import { Empty, Failed, Working } from "../../ui/states";

export function CameraScreen() {
  const { camera: id } = useParams();
  const cameras = useCameras();
  if (cameras.isPending) return <Working what="Opening the camera" />;
  if (!cameras.data) return <Failed problem={problemFrom(cameras.error)} retry={() => void cameras.refetch()} />;
  const camera = cameras.data.find((candidate) => candidate.id === id);
  if (!camera) return <Empty icon="camera" title="No such camera">It was removed, or you may not see it.</Empty>;
  return <Watch key={camera.id} camera={camera} />;
}

function Watch({ camera }: { camera: Camera }) {
  const { video, state } = usePlayer(camera.id, { stream: "main", fallback: streamOf(camera, "sub") ? "sub" : null });
  return (
    <div className="on-picture relative size-full bg-black">
      <h1 className="sr-only">{camera.name}</h1>
      <video ref={video} muted playsInline className="size-full object-contain" />
      {state?.phase === "connecting" && <PictureState tone="wait" title="Connecting" />}
    </div>
  );
}
