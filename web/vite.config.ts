import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Lists the files of the app, so that the service worker can keep them all. */
function shell(): Plugin {
  return {
    name: "shell",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle)
        .filter((f) => f.startsWith("assets/"))
        .map((f) => `/${f}`);
      this.emitFile({
        type: "asset",
        fileName: "shell.json",
        source: JSON.stringify([...files.sort(), "/icon.svg"]),
      });
    },
  };
}

export default defineConfig({
  plugins: [react(), shell()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": process.env.ECRM_URL ?? "http://127.0.0.1:8080" } },
  test: { environment: "node", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
