// Writes syntaxes/tenantry.tmLanguage.json; with --check only says whether it is as the source says.
import { readFileSync, writeFileSync } from "node:fs";

import { grammar } from "./tenantry.mjs";

const path = new URL("../syntaxes/tenantry.tmLanguage.json", import.meta.url);
const text = `${JSON.stringify(grammar, null, 2)}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(path, text);
} else if (readFileSync(path, "utf8") !== text) {
  console.error("syntaxes/tenantry.tmLanguage.json is stale: npm run grammar");
  process.exit(1);
}
