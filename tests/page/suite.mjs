// SPDX-License-Identifier: Apache-2.0
// The least a test runner needs: tests in the order in which they were written, each with a time limit, and a picture of the page
// when one fails. They share one recorder, since its cameras take seconds to have footage: the order is part of the story.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startBrowser } from "./browser.mjs";
import { startRecorder } from "./recorder.mjs";

const tests = [];
// Thrown by a test that cannot run here.
export class Skip extends Error {}

export function test(name, body, { seconds = 60 } = {}) {
  tests.push({ name, body, seconds });
}

function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took more than ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function keepPicture(browser, name) {
  const folder = process.env.PAGE_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  for (const [n, page] of browser.pages().entries()) {
    await page.screenshot({ path: join(folder, `${name.replace(/[^a-z0-9]+/gi, "-")}-${n}.png`) }).catch(() => {});
  }
}

export async function runAll(binary, names) {
  const chosen = tests.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  let failed = 0;
  let skipped = 0;
  const recorder = await startRecorder(binary);
  const browser = await startBrowser();
  try {
    for (const { name, body, seconds } of chosen) {
      const began = Date.now();
      try {
        await within(seconds, body({ recorder, browser }));
        console.log(`ok    ${name} (${Date.now() - began} ms)`);
      } catch (error) {
        if (error instanceof Skip) {
          skipped += 1;
          console.log(`skip  ${name}: ${error.message}`);
          continue;
        }
        failed += 1;
        console.log(`FAIL  ${name}\n${error instanceof Error ? (error.stack ?? error.message) : error}`);
        await keepPicture(browser, name);
      } finally {
        await browser.closePages();
      }
    }
  } finally {
    await browser.close();
    await recorder.stop();
  }
  if (failed > 0) console.log(`--- the recorder's last lines\n${recorder.log().split("\n").slice(-30).join("\n")}`);
  console.log(`${chosen.length - failed - skipped} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed === 0 ? 0 : 1;
}
