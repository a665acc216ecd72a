import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
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

/** Puts each file that gets smaller by it beside itself in compressed form; the server chooses. */
function compressed(): Plugin {
  return {
    name: "compressed",
    // From the files as they were written: other plugins change them until the last moment.
    writeBundle({ dir = "dist" }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!name.startsWith("assets/") || !/\.(js|css|svg|json)$/.test(name)) continue;
        const file = join(dir, name);
        const source = readFileSync(file);
        if (source.length < 1024) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(source));
        writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}

/**
 * What the first page needs in any case, and the start page and lists, to which most people come, in one
 * file: a browser that waits for forty small ones paints a third of a second later.
 */
const ROOTS = ["index.html", "src/pages/home/HomePage.tsx", "src/views/list/ListPage.tsx"];
const reached = new Set<string>();
function first(id: string, graph: { getModuleInfo(id: string): GraphNode | null }): string | null {
  if (!reached.size) {
    const waiting = ROOTS.map((name) => fileURLToPath(new URL(name, import.meta.url)));
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(...(graph.getModuleInfo(next)?.importedIds ?? []));
    }
  }
  return reached.has(id) ? "app" : null;
}
interface GraphNode {
  importedIds: readonly string[];
}

export default defineConfig({
  plugins: [react(), shell(), compressed()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: first }] } } },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": process.env.ECRM_URL ?? "http://127.0.0.1:8080" } },
  test: { environment: "node", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
