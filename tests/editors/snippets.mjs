// Every snippet of the VS Code extension, with its placeholders as they come, compiles: put where it
// belongs in an estate, the compiler finds no error, and the formatter nothing to change.
//
//     node tests/editors/snippets.mjs target/debug/tenantry
import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = new URL("../../", import.meta.url).pathname;
const tenantry = resolve(process.argv[2] ?? join(root, "target/debug/tenantry"));
const snippets = JSON.parse(
  readFileSync(join(root, "compiler/editors/vscode/snippets/tenantry.json"), "utf8"),
);

// The ground of the rules' examples: an estate, then one cluster and its pools.
const base = readFileSync(join(root, "tests/rules/base.kdl"), "utf8");
const ESTATE = base.slice(base.indexOf("estate "), base.indexOf("cluster "));
const GROUND = base.slice(base.indexOf("cluster "));
const CLUSTER = GROUND.slice(0, GROUND.indexOf("pool "));
const POOLS = GROUND.slice(GROUND.indexOf("pool "));
const without = (text, kind, name) =>
  text.replace(new RegExp(`^${kind} ${name} [^]*?^}\n`, "m"), "");

const WEB = `container image="registry.example.com/acme/web:1.0.0"
on general
cpu "250m" limit="500m"
memory "256MiB"`;
const VM = `vm image="registry.example.com/vm/postgres:16.4"
on general
cpu cores=2
memory "4GiB"
disk root "20GiB" storage=fast`;
const DB = `workload db {\n${VM}\nport sql 5432\n}`;
const OFFSITE = `backup-store offsite {
s3 bucket=b endpoint="https://s3.example.com" secret="vault:secret/b"
}`;

// What an estate is in which a snippet stands, `it` being its text.
const top = (it) => [ESTATE, GROUND, it];
const tenant = (it, more = "") => [ESTATE, GROUND, `tenant acme {\n${it}\n}`, more];
const within = (body, more, top) => (it) =>
  tenant(`workload web {\n${body}\n${it}\n}\n${more ?? ""}`, top);
const PLACES = {
  Estate: (it) => [it, GROUND],
  "Kubernetes cluster": (it) => [ESTATE, it, POOLS],
  "Proxmox cluster": (it) => [
    ESTATE,
    it,
    `pool pve {\nnodes 1 prefix=pve\ncpu epyc-9354\nmemory "256GiB"\n}`,
  ],
  Pool: (it) => [ESTATE, CLUSTER, without(POOLS, "pool", "general"), it],
  "Pool with GPUs": (it) => [ESTATE, CLUSTER, without(POOLS, "pool", "gpu"), it],
  Storage: (it) => [ESTATE, CLUSTER, without(POOLS, "storage", "fast"), it],
  Network: top,
  "External system": (it) => tenant(`workload web {\n${WEB}\nconnect object-store port=https\n}`, it),
  Image: top,
  "Backup store": top,
  Tenant: top,
  "Workload: container": (it) => tenant(it),
  "Workload: virtual machine": (it) => tenant(it),
  "Workload: job": (it) => tenant(it),
  "Port with a probe": within(WEB),
  Disk: within(VM),
  Connect: within(WEB, DB),
  "Connect to the internet": within(WEB),
  Offer: within(`${WEB}\nport http 8080`, "", `tenant beta {
workload site {
${WEB}
connect acme.web port=http
}
}`),
  // Both halves, laid over the tenants that they belong to.
  "Flow between tenants": (it) => [
    ESTATE,
    GROUND,
    it
      .replace("workload api {", `workload api {\n${WEB}\nport http 8080`)
      .replace("workload web {", `workload web {\n${WEB}`),
  ],
  Expose: (it) =>
    within(`${WEB}\nport http 8080`)(it).map((part) =>
      part.replace("ingress class=", 'installed envoy-gateway "1.8.0"\ningress class='),
    ),
  Backup: (it) =>
    within(`${VM}\ndisk data "100GiB" storage=fast`, "", OFFSITE)(it).map((part) =>
      part.replace("storage fast access=rwx", "$& snapshots=#true"),
    ),
  "Cloud-init": within(VM),
  Profile: top,
  Define: (it) => [ESTATE, GROUND, it, "tenant acme {\nservice books copies=3\n}"],
  Parameter: top,
  Let: top,
  "Table and loop": top,
  "In an environment": (it) =>
    within(WEB)(it).map((part) => part.replace("tenantry \">=0.1\"", "tenantry \">=0.1\"\nenv prod")),
  Rule: top,
  Test: (it) => [...tenant(DB), it],
  "Test of an error": (it) => [...tenant(DB), it],
  Allow: within(WEB.replace(":1.0.0", ":latest")),
};

/** The text as VS Code inserts it when every placeholder is left as it is. */
export function plain(body) {
  let text = body.join("\n").replace(/\t/g, "    ");
  // From the inside outwards, since placeholders may hold placeholders.
  for (let before; before !== text; ) {
    before = text;
    text = text
      .replace(/(?<!\\)\$\{\d+\|([^,|]*)[^|]*\|\}/g, "$1")
      .replace(/(?<!\\)\$\{\d+:([^{}]*)\}/g, "$1");
  }
  return text.replace(/(?<!\\)\$\{?\d+\}?/g, "").replace(/\\\$/g, "$$");
}

function run(...args) {
  const { status, stdout, stderr } = spawnSync(tenantry, args, { encoding: "utf8" });
  return { status, told: `${stdout}${stderr}` };
}

const folder = mkdtempSync(join(tmpdir(), "snippets-"));
const failed = [];
const names = Object.keys(snippets);
for (const name of names) {
  const place = PLACES[name];
  const text = plain(snippets[name].body);
  const estate = join(folder, name.replace(/\W+/g, "-"));
  mkdirSync(estate);
  writeFileSync(join(estate, "snippet.kdl"), `${text.replace(/^\s*\n/gm, "")}\n`);
  const formatted = run("fmt", "--check", join(estate, "snippet.kdl"));
  rmSync(join(estate, "snippet.kdl"));
  writeFileSync(join(estate, "tenantry.kdl"), `${(place ?? top)(text).join("\n")}\n`);
  const checked = run(/^Test/.test(name) ? "test" : "check", estate);
  if (!place) failed.push(`${name}: the test does not know where it stands`);
  if (formatted.status !== 0) failed.push(`${name}: not formatted\n${formatted.told}`);
  if (checked.status !== 0 || /^(error|warning)/m.test(checked.told)) {
    failed.push(`${name}: not clean\n${text}\n${checked.told}`);
  }
}
for (const name of Object.keys(PLACES)) {
  if (!names.includes(name)) failed.push(`${name}: no such snippet`);
}
rmSync(folder, { recursive: true });
for (const what of failed) console.error(what);
console.log(`${names.length} snippets, ${failed.length} failures`);
process.exit(failed.length ? 1 : 0);
