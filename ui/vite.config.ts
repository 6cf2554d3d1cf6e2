// SPDX-License-Identifier: Apache-2.0
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licenses } from "./licenses";

// VANTAGE_SERVER: a running Vantage that the development server forwards to, so that the page can be worked on with real cameras.
const server = process.env.VANTAGE_SERVER ?? "http://127.0.0.1:6478";

export default defineConfig({
  base: "./",
  plugins: [react(), tailwindcss(), licenses()],
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: {
    proxy: {
      "/api": server,
      "^/[^/]+/feed$": { target: server, ws: true },
      "^/[^/]+/(main|sub|stream)/": server,
      "^/[^/]+/(mjpeg|snapshot\\.jpg|frame|thumbnail|thumbnailGroup)": server,
      "^/[^/]+/(moment|timelapse|day)/": server,
      "^/(exports|link|timelapses|recordings)/.+": server,
    },
  },
});
