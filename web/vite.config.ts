import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  // CAIRN_SERVER: where a running `cairn up` answers, for `npm run dev`.
  const server = loadEnv(mode, ".", "CAIRN_")["CAIRN_SERVER"] ?? "http://127.0.0.1:8080";
  return {
    plugins: [react()],
    server: { proxy: { "/api": server, "/charter": server } },
    build: {
      target: "es2022",
      assetsInlineLimit: 0, // the served pages may load only what has an address of its own
      modulePreload: { polyfill: false },
      license: { fileName: "licences/packages.md" },
    },
  };
});
