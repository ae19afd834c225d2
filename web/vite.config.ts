import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { firstLoad } from "./tools/first-load.mjs";

// `npm run dev` talks to a running `offsite up`; its address comes from
// OFFSITE_URL.
const api = process.env.OFFSITE_URL ?? "http://127.0.0.1:8420";

export default defineConfig({
  plugins: [react(), firstLoad()],
  // Each icon of the library asks for its neighbour by this address.
  resolve: { alias: [{ find: /^\.\.\/components\/AntdIcon$/, replacement: fileURLToPath(new URL("src/parts/icon.tsx", import.meta.url)) }] },
  // The server puts a nonce of its own here for every page (api/pages).
  html: { cspNonce: "OFFSITE_CSP_NONCE" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The policy forbids inline scripts; hashed names let the server cache for ever.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { "/api": { target: api, changeOrigin: false } } },
});
