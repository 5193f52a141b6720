// The grammar over hard cases, drawn and held to snapshots, and over every example and every file of
// the standard library, where nothing may look wrong. UPDATE=1 accepts what is drawn now.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { draw, label, load, tokens } from "./scopes.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../../../");
const grammar = await load();

function kdl(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return kdl(path);
      return entry.name.endsWith(".kdl") ? [path] : [];
    })
    .sort();
}

const drawn = [
  ...kdl(here("cases")),
  join(root, "examples/first-estate/tenantry.kdl"),
  join(root, "examples/ai-cloud/tenants/acme.kdl"),
];
for (const path of drawn) {
  const name = path.startsWith(here("cases")) ? path.split("/").at(-1) : path.split("/").slice(-2).join("-");
  test(`scopes of ${name}`, () => {
    const snapshot = here(`snapshots/${name}.txt`);
    const now = draw(grammar, readFileSync(path, "utf8"));
    if (process.env.UPDATE) writeFileSync(snapshot, now);
    assert.ok(existsSync(snapshot), `no ${snapshot}: UPDATE=1 npm test`);
    assert.equal(now, readFileSync(snapshot, "utf8"));
  });
}

const sound = ["examples", "stdlib"].flatMap((folder) => kdl(join(root, folder)));
for (const path of sound) {
  test(`nothing looks wrong in ${path.slice(root.length)}`, () => {
    const { lines, depth } = tokens(grammar, readFileSync(path, "utf8"));
    for (const { line, tokens } of lines) {
      for (const token of tokens) {
        const told = label(token);
        assert.ok(!told.includes("invalid"), `${told} in: ${line}`);
      }
    }
    assert.equal(depth, 1, "a rule is still open at the end of the file");
  });
}

test("the examples are found", () => assert.ok(sound.length > 20, `${sound.length} files`));
