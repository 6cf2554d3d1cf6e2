// SPDX-License-Identifier: Apache-2.0
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licenses } from "./licenses";

// VANTAGE_SERVER: a running Vantage that the development server forwards to, so that the page can be worked on with real cameras.
// Host is forwarded as the browser sent it: the recorder compares Origin with it and refuses other sites, here as everywhere.
const recorder = { target: process.env.VANTAGE_SERVER ?? "http://127.0.0.1:6478", changeOrigin: false };

export default defineConfig({
  base: "./",
  plugins: [react(), tailwindcss(), licenses()],
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: {
    proxy: {
      "/api": recorder,
      "^/[^/]+/feed$": { ...recorder, ws: true },
      "^/[^/]+/(main|sub|stream)/": recorder,
      "^/[^/]+/(mjpeg|snapshot\\.jpg|frame|thumbnail|thumbnailGroup)": recorder,
      "^/[^/]+/(moment|timelapse|day)/": recorder,
      "^/(exports|link|timelapses|recordings)/.+": recorder,
    },
  },
});
