import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { described } from "./described.ts";

/** Packs each file beside itself; the service sends what the browser takes. */
const pack: Plugin = {
  name: "pack",
  apply: "build",
  closeBundle() {
    const folder = join(import.meta.dirname, "dist/assets");
    for (const name of readdirSync(folder).filter((name) => /\.(js|css|svg)$/.test(name))) {
      const text = readFileSync(join(folder, name));
      writeFileSync(join(folder, `${name}.gz`), gzipSync(text, { level: 9 }));
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    }
  },
};

/** The page names the theme and the icon, which the service fills in; the built links go where `./assets/` stands. */
const links: Plugin = {
  name: "links",
  transformIndexHtml: { order: "post", handler: (page) => page.replaceAll(" crossorigin", "") },
};

export default defineConfig({
  // Relative, so that the console works below any path.
  base: "./",
  plugins: [described, svelte(), links, pack],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    cssCodeSplit: true,
    reportCompressedSize: false,
  },
});
