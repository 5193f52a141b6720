// One file for the extension and all it stands on, so that the package needs no node_modules.
import { build } from "esbuild";

await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  // What the oldest VS Code that package.json admits runs on.
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  legalComments: "eof",
});
