// The words that the TextMate grammar knows are those of the compiler: which kinds have a name of their
// own, which belong to the language, whose texts are never interpolated.
//
//     node tests/editors/vocabulary.mjs target/debug/tenantry
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

import { LANGUAGE, NAMED, TEXTS } from "../../compiler/editors/vscode/grammar/tenantry.mjs";

const tenantry = resolve(process.argv[2] ?? "target/debug/tenantry");
const { stdout } = spawnSync(tenantry, ["schema", "--format", "json"], { encoding: "utf8" });
const { kinds } = JSON.parse(stdout);
const names = (keep) => new Set(kinds.filter(keep).map((kind) => kind.name));
const first = (kind) => kind.arguments[0];

const failed = [];
const same = (what, ours, theirs) => {
  for (const it of ours) if (!theirs.has(it)) failed.push(`${what}: \`${it}\` is no such kind`);
  for (const it of theirs) if (!ours.includes(it)) failed.push(`${what}: \`${it}\` is missing`);
};
// A row's key is read as text, and is its name all the same.
same(
  "NAMED",
  NAMED,
  names((kind) => {
    const name = first(kind);
    return name && !name.list && (["name", "ident"].includes(name.type) || kind.name === "row");
  }),
);
same(
  "TEXTS",
  TEXTS,
  names((kind) => kind.arguments.some((it) => it.type === "text" && it.name === "text") &&
    kind.properties.some((it) => it.name === "expand")),
);
const all = names(() => true);
for (const it of LANGUAGE) if (!all.has(it)) failed.push(`LANGUAGE: \`${it}\` is no kind`);

for (const what of failed) console.error(what);
console.log(`${all.size} kinds, ${failed.length} failures`);
process.exit(failed.length ? 1 : 0);
