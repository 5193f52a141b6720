// Builds the playground: one page with the compiler, the examples and everything else in it, that
// works from a folder as well as from a server.
//
//     npm ci && npm run build            into target/playground/index.html
//     node build.mjs --module FILE --out FOLDER
//
// With `--module` the compiler is not built but taken from a file.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const { values: options } = parseArgs({
  options: { module: { type: "string" }, out: { type: "string", default: join(target, "playground") } },
});

/** The compiler as a module, built unless given. */
function module() {
  if (options.module) return readFileSync(options.module);
  const wasm = "wasm32-unknown-unknown";
  const what = ["--package", "tenantry-wasm", "--crate-type", "cdylib", "--profile", "wasm", "--target", wasm];
  // Threads of the command have this much stack; a linker for WebAssembly gives a sixteenth of it.
  const stack = ["-C", `link-arg=-zstack-size=${16 << 20}`];
  execFileSync("cargo", ["rustc", ...what, "--", ...stack], { cwd: root, stdio: "inherit" });
  return readFileSync(join(target, wasm, "wasm", "tenantry_wasm.wasm"));
}

/** The examples of the repository, smallest first: what a spec may be made of, by name. */
function examples() {
  const folder = join(root, "examples");
  const all = readdirSync(folder).map((name) => ({ name, files: files(join(folder, name)) }));
  const size = ({ files }) => Object.values(files).join("").length;
  const title = ({ files }) => /^# (.+)$/m.exec(files["README.md"] ?? "")?.[1];
  return all
    .sort((one, other) => size(one) - size(other) || one.name.localeCompare(other.name))
    .map((example) => ({ ...example, title: title(example) ?? example.name }));
}

function files(folder) {
  const found = {};
  const walk = (at) => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else found[relative(folder, path).replaceAll("\\", "/")] = readFileSync(path, "utf8");
    }
  };
  walk(folder);
  return found;
}

const shared = {
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "inline",
  absWorkingDir: here,
};

/** `import text from "worker:./file.js"` gives the bundled file as text. */
const workers = {
  name: "workers",
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice("worker:".length)),
      namespace: "worker",
    }));
    build.onLoad({ filter: /./, namespace: "worker" }, async ({ path }) => {
      const made = await build.esbuild.build({ ...shared, entryPoints: [path] });
      return { contents: made.outputFiles[0].text, loader: "text" };
    });
  },
};

/** The hash by which a policy allows a script. */
const allowed = (script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`;

/**
 * The scripts of the pages that are shown within ours: frames are held to our policy. Each begins
 * with what all pages share, as `render/html.rs` of the command writes it.
 */
function frames() {
  const command = (path) => readFileSync(join(root, "compiler/cli/src", path), "utf8");
  const base = command("render/html/base.js");
  return ["flows", "place"].map((name) => allowed(`\n${base}${command(`commands/${name}/page/page.js`)}`));
}

/** Data within a page: nothing in it can end its element. */
const data = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");

const made = await build({ ...shared, entryPoints: ["src/main.js"], plugins: [workers] });
const script = made.outputFiles[0].text.replaceAll("</script", "<\\/script");
const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8").split("[workspace.package]")[1])[1];
const policy = [
  "default-src 'none'",
  `script-src ${[allowed(script), ...frames()].join(" ")} 'wasm-unsafe-eval' blob:`,
  "worker-src blob:",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = {
  POLICY: policy,
  STYLE: readFileSync(join(here, "style.css"), "utf8"),
  VERSION: version,
  EXAMPLES: data(examples()),
  MODULE: gzipSync(module(), { level: 9 }).toString("base64"),
  SCRIPT: script,
};
const template = readFileSync(join(here, "index.html"), "utf8");
const page = template.replace(/\{\{([A-Z]+)\}\}/g, (_, name) => parts[name]);
mkdirSync(options.out, { recursive: true });
const written = join(options.out, "index.html");
writeFileSync(written, page);
console.log(`${relative(process.cwd(), written)}: ${(page.length / 1e6).toFixed(1)} MB`);
