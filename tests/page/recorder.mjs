// SPDX-License-Identifier: Apache-2.0
// The real program with drawn cameras of `vantage sim`, in a temporary folder and on free ports. Ended by its own id.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const admin = { name: "anna", password: "correct horse battery" };
export const zone = "Europe/Berlin";

function freePort() {
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

class Process {
  constructor(command, args) {
    this.text = "";
    this.ended = false;
    this.child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
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
const drawn = {
  door: "sim:?size=640x360&fps=25&gop=25&bitrate=1500000&name=door",
  yard: "sim:?size=640x360&fps=25&gop=50&bitrate=1000000&seed=2&name=yard",
  yardsub: "sim:?size=320x180&fps=10&gop=20&bitrate=200000&seed=2&name=yard",
  spare: "sim:?size=640x360&fps=15&gop=30&bitrate=500000&seed=3&name=spare",
};

export async function startRecorder(binary) {
  const folder = mkdtempSync(join(tmpdir(), "vantage-page-"));
  const simPort = await freePort();
  const port = await freePort();
  const camera = (name) => `rtsp://127.0.0.1:${simPort}/${name}`;
  const sim = new Process(binary, ["sim", "--port", String(simPort), ...Object.entries(drawn).flatMap(([name, source]) => ["--camera", `${name}=${source}`])]);
  let recorder = null;
  const stop = async () => {
    await recorder?.stop();
    await sim.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await sim.find("the simulator's cameras", /rtsp:\/\/\S+\/spare/);
    const config = join(folder, "vantage.yaml");
    writeFileSync(
      config,
      [
        `data: ${folder}/data`,
        `time_zone: ${zone}`,
        `server: {port: ${port}, bind: 127.0.0.1}`,
        "storage: {keep_free: 1%}",
        "cameras:",
        `  door: {name: Front door, source: "${camera("door")}"}`,
        `  yard: {name: Yard, source: "${camera("yard")}", sub: {source: "${camera("yardsub")}", record: false}}`,
        `  attic: {name: Attic, source: "${camera("nothing-here")}"}`,
        "",
      ].join("\n"),
    );
    recorder = new Process(binary, ["serve", "--config", config]);
    const [, token] = await recorder.find("the set-up link", /\/setup\?token=(\S+)/);
    return { base: `http://127.0.0.1:${port}`, token, camera, stop, sim, log: () => recorder.text, footageBegan: Date.now() };
  } catch (error) {
    await stop();
    throw error;
  }
}
