#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build_page.sh UI DIST: builds the web page in UI into DIST. Fetches packages only when package-lock.json changed.
set -eu
ui=$(cd "$1" && pwd)
mkdir -p "$2"
dist=$(cd "$2" && pwd)
cd "$ui"
stamp=node_modules/.lock-of-install
if ! cmp -s package-lock.json "$stamp"; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$stamp"
fi
node node_modules/typescript/bin/tsc --noEmit
node node_modules/vite/bin/vite.js build --logLevel warn --emptyOutDir --outDir "$dist"
