import { defineConfig } from "vite";

/** Where `npm run dev` sends calls of the API: a running `jieming serve` or `jieming demo`. */
const server = process.env["JIEMING_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    // The build of MapLibre whose worker is a file of its own, so that the page runs under `worker-src 'self'`.
    alias: [{ find: /^maplibre-gl$/, replacement: "maplibre-gl/dist/maplibre-gl-csp.js" }],
  },
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: { "/api": server, "/tiles": server },
  },
});
