// SPDX-License-Identifier: Apache-2.0
// The real program with drawn cameras of `vantage sim`, in a temporary folder and on free ports. Ended by its own id.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const admin = { name: "anna", password: "correct horse battery" };
export const zone = "Europe/Berlin";

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function until(what, condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    last = await condition();
    if (last) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${seconds} s for ${what}; last: ${JSON.stringify(last)}`);
}

export class Process {
  constructor(command, args, env = {}) {
    this.text = "";
    this.ended = false;
    this.child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (data) => (this.text += data));
    this.gone = new Promise((resolve) => this.child.on("exit", (code) => resolve((this.ended = true) && code)));
  }
  async find(what, pattern, seconds = 30) {
    return until(what, () => {
      const found = pattern.exec(this.text);
      if (!found && this.ended) throw new Error(`it ended before ${what}:\n${this.text.slice(-3000)}`);
      return found;
    }, seconds);
  }
  async stop() {
    if (this.ended) return;
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await this.gone;
    clearTimeout(timer);
  }
}

// Cameras of the simulator: what the recorder's file declares, and one that is left for the page to add.
const everywhere = {
  door: "sim:?size=640x360&fps=25&gop=25&bitrate=1500000&name=door",
  yard: "sim:?size=640x360&fps=25&gop=50&bitrate=1000000&seed=2&name=yard",
  yardsub: "sim:?size=320x180&fps=10&gop=20&bitrate=200000&seed=2&name=yard",
  spare: "sim:?size=640x360&fps=15&gop=30&bitrate=500000&seed=3&name=spare",
};

// Real footage with sound, which is not part of the project; without it the test that needs it is skipped.
const media = process.env.VANTAGE_TEST_MEDIA ?? join(dirname(fileURLToPath(import.meta.url)), "../../../shared/media");
const withSound = join(media, "footage/sgjava_traffic.mp4");
if (existsSync(withSound)) everywhere.street = `file:${withSound}`;

// A clip of a test picture, of so many seconds; false where there is no such encoder.
function makeClip(path, size, rate, seconds, ...encoder) {
  const picture = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
  return spawnSync("ffmpeg", ["-v", "error", "-y", ...picture, ...encoder, "-preset", "ultrafast", path]).status === 0;
}

// H.265, which Debian's Chromium does not play.
function makeH265(path) {
  return makeClip(path, "320x180", 10, 2, "-c:v", "libx265", "-x265-params", "log-level=none:keyint=10:bframes=0", "-tag:v", "hvc1");
}

// Twenty minutes that are renewed bit by bit behind one IDR frame, which whoever comes later does not get.
function makeIntraRefresh(path) {
  return makeClip(path, "160x90", 5, 1200, "-c:v", "libx264", "-x264-params", "log-level=none:intra-refresh=1:keyint=10:bframes=0");
}

// One high-definition camera of noise, eight megabytes a second: what takes long on the disk.
function makeHeavy(path) {
  return makeClip(path, "1280x720", 25, 2, "-vf", "noise=alls=70:allf=t", "-c:v", "libx264", "-b:v", "64M", "-minrate", "64M", "-maxrate", "64M", "-bufsize", "8M", "-g", "25", "-bf", "0");
}

// The recorder with these cameras (lines of its file), which keeps everything in `folder`. `basePath`: as behind a proxy that serves it
// under that address. `conversions`: so many at once for viewers. `wall`: another site, whose pages may read media.
async function startServer(binary, folder, cameras, { basePath = "", conversions = 2, wall = "http://127.0.0.1:1" } = {}) {
  const port = await freePort();
  const config = join(folder, "vantage.yaml");
  writeFileSync(
    config,
    [
      `data: ${folder}/data`,
      `time_zone: ${zone}`,
      `server: {port: ${port}, bind: 127.0.0.1, cors_origins: ["${wall}"]${basePath && `, base_path: ${basePath}`}}`,
      "storage: {keep_free: 1%}",
      `transcode: {most: ${conversions}, encoder: x264}`,
      "cameras:",
      ...cameras,
      "",
    ].join("\n"),
  );
  const serve = () => new Process(binary, ["serve", "--config", config]);
  let server = serve();
  const stop = () => server.stop();
  try {
    const [, token] = await server.find("the set-up link", /\/setup\?token=(\S+)/);
    return {
      base: `http://127.0.0.1:${port}${basePath}`,
      wall,
      binary,
      token,
      stop,
      log: () => server.text,
      signal: (name) => server.child.kill(name),
      // The recorder goes and comes back, as with an update; `meanwhile` gets its folder and its file.
      restart: async (meanwhile) => {
        await server.stop();
        await meanwhile?.(folder, config);
        server = serve();
        await server.find("the recorder to listen", /listening at/);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const newFolder = () => mkdtempSync(join(tmpdir(), "vantage-page-"));
const drop = (folder) => rmSync(folder, { recursive: true, force: true });

// With the cameras that `prepare` makes in its folder, and no simulator.
export async function startAlone(binary, prepare) {
  const folder = newFolder();
  try {
    const server = await startServer(binary, folder, prepare(folder));
    return { ...server, stop: () => server.stop().finally(() => drop(folder)) };
  } catch (error) {
    drop(folder);
    throw error;
  }
}

// With one camera of noise, which is called heavy.
export function startHeavy(binary) {
  return startAlone(binary, (folder) => {
    if (!makeHeavy(join(folder, "heavy.mp4"))) throw new Error("ffmpeg made no clip");
    return [`  heavy: {name: Heavy, source: "file:${folder}/heavy.mp4"}`];
  });
}

// With all cameras, of a simulator that can go and come back. `options` as above.
export async function startRecorder(binary, options = {}) {
  const folder = newFolder();
  const simPort = await freePort();
  const hasH265 = makeH265(join(folder, "h265.mp4"));
  const drawn = { ...everywhere };
  if (hasH265) drawn.roof = `file:${join(folder, "h265.mp4")}`;
  const hasIntraRefresh = makeIntraRefresh(join(folder, "refresh.mp4"));
  const wall = `http://127.0.0.1:${await freePort()}`;
  const camera = (name) => `rtsp://127.0.0.1:${simPort}/${name}`;
  const simulate = (cameras) => new Process(binary, ["sim", "--port", String(simPort), ...Object.entries(cameras).flatMap(([name, source]) => ["--camera", `${name}=${source}`])]);
  let sim = simulate(drawn);
  let server = null;
  const stop = async () => {
    await server?.stop();
    await sim.stop();
    drop(folder);
  };
  try {
    await sim.find("the simulator's cameras", /rtsp:\/\/\S+\/spare/);
    const cameras = [
      `  door: {name: Front door, source: "${camera("door")}", location: {place: Entrance, latitude: 52.52, longitude: 13.405}}`,
      `  yard: {name: Yard, source: "${camera("yard")}", sub: {source: "${camera("yardsub")}", record: false}}`,
      `  attic: {name: Attic, source: "${camera("nothing-here")}"}`,
      ...(drawn.street ? [`  street: {name: Street, source: "${camera("street")}", record: false}`] : []),
      ...(hasIntraRefresh ? [`  cellar: {name: Cellar, source: "file:${folder}/refresh.mp4", record: false}`] : []),
      ...(hasH265
        ? [
            `  roof: {name: Roof, source: "${camera("roof")}", sub: {source: "${camera("yardsub")}", record: false}}`,
            `  tower: {name: Tower, source: "${camera("roof")}"}`,
          ]
        : []),
    ];
    server = await startServer(binary, folder, cameras, { ...options, wall });
    return {
      ...server,
      camera,
      hasSound: "street" in drawn,
      hasIntraRefresh,
      hasH265,
      stop,
      stopCameras: () => sim.stop(),
      // The cameras come back, those named with another source.
      startCameras: async (changed = {}) => {
        sim = simulate({ ...drawn, ...changed });
        await sim.find("the simulator's cameras", /rtsp:\/\/\S+\/spare/);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
