// SPDX-License-Identifier: Apache-2.0
import type { ProbeReport } from "../../api/types";
import { mediaSourceClass } from "../../player/codecs";
import { codecName, fps } from "../../ui/format";

// The first picture and what the camera sends. Says it beforehand when this browser will not be able to show that.
export function TestResult({ report }: { report: ProbeReport }) {
  const { video, audio } = report;
  const shown = video?.codec_string ? (mediaSourceClass()?.isTypeSupported(`video/mp4; codecs="${video.codec_string}"`) ?? false) : true;
  return (
    <figure className="appear overflow-hidden rounded-md border border-line" aria-label="Result of the test">
      {report.picture && <img src={report.picture} alt="First picture of the camera" className="max-h-64 w-full bg-black object-contain" />}
      <figcaption className="figure space-y-0.5 px-3 py-2.5 text-[13px]">
        <p>
          {video ? `${video.width} × ${video.height}, ${codecName(video.codec)}, ${fps(report.fps)}` : "No picture"}
          {video?.codec_string && <span className="ml-2 text-ink-3">{video.codec_string}</span>}
        </p>
        <p className="text-ink-2">{audio ? `Sound: ${codecName(audio.codec)}, ${audio.sample_rate / 1000} kHz` : "No sound"}</p>
        <p className="text-ink-2">Clock: {report.clock}</p>
        {!shown && (
          <p className="pt-1 font-[560]">
            It will be recorded, but this browser does not play {codecName(video!.codec)}: give it a second stream in H.264.
          </p>
        )}
      </figcaption>
    </figure>
  );
}
