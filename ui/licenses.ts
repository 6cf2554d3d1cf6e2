// SPDX-License-Identifier: Apache-2.0
// Collects the licences of what goes into the page into licenses.txt beside it: they ask for that.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

// Packages that reach the page through style sheets, where the bundler does not list them.
const styled = ["node_modules/@fontsource-variable/archivo", "node_modules/tailwindcss"];

function packageOf(id: string): string | null {
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replace(/^\0/, ""));
  return match ? match[1]! : null;
}

function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${name} ${version} (${license})\n\n${text}`;
}

export function licenses(): Plugin {
  return {
    name: "licenses",
    apply: "build",
    generateBundle(_options, bundle) {
      const folders = new Set(styled.filter((folder) => existsSync(folder)));
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of Object.keys(chunk.modules)) {
          const folder = packageOf(id);
          if (folder) folders.add(folder);
        }
      }
      const byName = new Map([...folders].map((folder) => [folder.replace(/^.*node_modules\//, ""), folder]));
      const source = [...byName.keys()].sort().map((name) => notice(byName.get(name)!)).join(`\n\n${"-".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source: `${source}\n` });
    },
  };
}
