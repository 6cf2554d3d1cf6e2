// SPDX-License-Identifier: Apache-2.0
// The thumbnail of an instant as a picture of the page: asked for when it comes on the screen, and kept for a while.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useOnScreen } from "../ui/use_size";
import { fetchThumbnail } from "./thumbnails";

// Null: there is none. `away`: how far it may be from the instant, in seconds.
export function useThumbnail(camera: string, at: number, away: number, enabled: boolean) {
  return useQuery({
    queryKey: ["thumbnail", camera, at, away],
    queryFn: ({ signal }) => fetchThumbnail(camera, at, away, signal),
    staleTime: 300_000,
    enabled,
  });
}

function useObjectUrl(data: Blob | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!data) return setUrl(null);
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return url;
}

interface Props {
  camera: string;
  at: number; // Unix seconds
  away: number;
  alt: string;
  missing?: ReactNode; // in place of a picture that does not exist
  className?: string;
}

export function Still({ camera, at, away, alt, missing, className = "" }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const thumbnail = useThumbnail(camera, at, away, useOnScreen(frame));
  const url = useObjectUrl(thumbnail.data?.data);
  return (
    <div ref={frame} className={`relative size-full ${className}`}>
      {url && <img src={url} alt={alt} className="size-full object-contain" />}
      {(thumbnail.data === null || thumbnail.isError) && missing}
    </div>
  );
}
