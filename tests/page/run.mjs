// SPDX-License-Identifier: Apache-2.0
// node run.mjs BINARY [NAME...]: drives the page of the real program in Chromium, as a person would. Prints "N passed, N failed" and
// ends with 1 when something failed. With names only the tests whose names contain one of them run.
// CHROMIUM: the browser, by default /usr/bin/chromium. PAGE_SHOTS: a folder for a picture of each failure.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [binary = join(here, "../../build/dev/vantage"), ...names] = process.argv.slice(2);
if (!existsSync(binary)) {
  console.error(`${binary}: there is no such program; build it first`);
  process.exit(2);
}
if (!existsSync(join(here, "node_modules/playwright-core"))) {
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
  if (installed.status !== 0) process.exit(2);
}

const { runAll } = await import("./suite.mjs");
for (const file of readdirSync(here).filter((name) => name.endsWith(".spec.mjs")).sort()) await import(join(here, file));
process.exit(await runAll(binary, names));
