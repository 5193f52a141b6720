// Packages the extension: `npm run package` calls this with everything installed and bundled.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

// The licences of the repository: each copy of a part of it has them.
const licences = ["LICENSE-MIT", "LICENSE-APACHE"].map((it) => readFileSync(`../../../${it}`, "utf8"));
writeFileSync("LICENSE.txt", `MIT, or Apache-2.0, as you like.\n\n${licences.join("\n\n")}`);

const { status } = spawnSync("vsce", ["package", "--no-dependencies", "--out", "tenantry.vsix"], {
  stdio: "inherit",
});
process.exit(status ?? 1);
