// The playground as somebody would use it, in a headless Chromium, opened as a file.
//
//     node tests/playground/session.mjs target/playground/index.html [--shots FOLDER]
//
// The browser is $CHROMIUM, or the first one found; exit code 77 says that there is none. The page
// must be built before, and the packages of `compiler/wasm/page` installed.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const { chromium } = createRequire(join(root, "compiler/wasm/page/package.json"))("playwright-core");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { shots: { type: "string" }, only: { type: "string" } },
});

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const places = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
const browserPath = process.env.CHROMIUM ?? places.find(existsSync);
if (!browserPath) {
  console.log("no Chromium here: install one, or name it in CHROMIUM");
  process.exit(77);
}

const url = pathToFileURL(resolve(positionals[0] ?? join(root, "target/playground/index.html"))).href;
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const example = (name, file = "tenantry.kdl") => readFileSync(join(root, "examples", name, file), "utf8");

/** How long an answer may take, on a busy machine. */
const PATIENCE = { timeout: 30_000 };

/** A fresh page; what it complains about, or asks of a network, fails the test. */
async function open(fragment = "", settings = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, ...settings });
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.stack ?? error.message));
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("request", (request) => /^(https?|wss?):/.test(request.url()) && page.complaints.push(`asks for ${request.url()}`));
  await page.goto(url + fragment);
  return page;
}

/** Waits until what is shown is of the newest text. */
async function settled(page, title = /./) {
  await page.waitForFunction(() => document.body.dataset.settled === "true", null, PATIENCE);
  await page.waitForFunction((source) => new RegExp(source).test(document.getElementById("problems-title").textContent), title.source, PATIENCE);
}

const text = (page) => page.evaluate(() => window.playground.text());
const shot = async (page, name) => {
  if (!options.shots) return;
  mkdirSync(options.shots, { recursive: true });
  await page.screenshot({ path: join(options.shots, `${name}.png`) });
};

/** Puts the cursor behind the first `needle` in the text that is shown. */
async function behind(page, needle) {
  await page.evaluate((it) => window.playground.behind(it), needle);
  await page.locator("#editor .cm-content").focus();
}

/** Whether the compiler answers such requests. */
async function offers(page, capability) {
  await page.locator('#editor [class*="sem-"]').first().waitFor(PATIENCE);
  const does = await page.evaluate((it) => window.playground.offers(it), capability);
  if (!does) page.skipped = `the compiler has no ${capability} yet`;
  return does;
}

const tests = {
  async "an example is clean, and what it yields can be read"() {
    const page = await open();
    await settled(page, /No findings/);
    const files = await page.locator("#tree button.file").allTextContents();
    assert.ok(files.some((name) => name.endsWith(".yaml")), files.join(" "));
    await page.locator('#tree button.file[data-path$=".yaml"]').last().click();
    await page.waitForFunction(() => document.querySelector("#output-text .cm-content").textContent.includes("apiVersion"));
    await shot(page, "first");
    return page;
  },

  async "a mistake is told where it is typed, mended, and gone"() {
    const page = await open("#example=first-estate");
    await settled(page, /No findings/);
    await behind(page, "edge-x86-8");
    await page.keyboard.type("z");
    await settled(page, /1 error/);
    assert.equal(await page.locator("#editor .cm-lintRange-error").first().textContent(), "edge-x86-8zc");
    assert.match(await page.locator("#problems li").first().textContent(), /edge-x86-8zc/);
    assert.equal(await page.locator("#tree button.file").count() > 0, true, "the last good output stays");
    await shot(page, "mistake");
    await page.locator("#problems li summary").first().click();
    await page.locator("#problems .fix").first().click();
    await settled(page, /No findings/);
    assert.equal(await text(page), example("first-estate"));
    return page;
  },

  async "the editor knows what words mean"() {
    const page = await open("#example=homelab");
    await settled(page, /No findings/);
    await page.locator('#editor [class*="sem-"]').first().waitFor();
    await page.locator("#editor .cm-line span", { hasText: /^cluster$/ }).first().hover();
    await page.locator(".cm-lsp-hover-tooltip").waitFor();
    assert.match(await page.locator(".cm-lsp-hover-tooltip").textContent(), /cluster/i);
    await shot(page, "hover");
    return page;
  },

  async "a text is formatted, and only its layout changes"() {
    const page = await open("#example=first-estate");
    await settled(page, /No findings/);
    await behind(page, "pool box {");
    await page.keyboard.press("Enter");
    await page.keyboard.type("        // here");
    await page.keyboard.press("Shift+Alt+F");
    await page.waitForFunction(() => window.playground.text().includes("pool box {\n    // here\n"), null, PATIENCE);
    await settled(page, /No findings/);
    return page;
  },

  async "words are completed, with what they are"() {
    const page = await open("#example=first-estate");
    await settled(page, /No findings/);
    if (!(await offers(page, "completionProvider"))) return page;
    await behind(page, "pool box {");
    await page.keyboard.press("Enter");
    await page.keyboard.type("allo");
    const offered = page.locator(".cm-tooltip-autocomplete li", { hasText: "allow" });
    await offered.first().waitFor(PATIENCE);
    await shot(page, "completion");
    // The editor takes no key for a list that has just appeared under somebody's fingers.
    await page.waitForTimeout(300);
    await page.keyboard.press("Enter");
    assert.match(await text(page), /pool box \{\n *allow "rule" because=/);
    return page;
  },

  async "lines above declarations say what becomes of them, and lead there"() {
    const page = await open("#example=first-estate");
    await settled(page, /No findings/);
    if (!(await offers(page, "codeLensProvider"))) return page;
    const lens = (words) => page.locator("#editor .lens", { hasText: words }).first();
    await lens(/^fits on 1 of 1 node/).waitFor(PATIENCE);
    await shot(page, "lenses");
    await lens("show what is emitted").click();
    await page.locator("#output-text .marked").waitFor(PATIENCE);
    await lens(/^flows: /).click();
    await page.frameLocator("#flows-frame").locator("h1").waitFor(PATIENCE);
    await behind(page, "edge-x86-8");
    await page.keyboard.type("z");
    await settled(page, /1 error/);
    await lens("no placement beside errors").waitFor(PATIENCE);
    return page;
  },

  async "a name leads to its declaration"() {
    const page = await open("#example=saas-platform");
    await settled(page);
    if (!(await offers(page, "definitionProvider"))) return page;
    await page.locator('#files [data-path="customers.kdl"]').click();
    await behind(page, "release=$rel");
    await page.keyboard.press("F12");
    await page.locator('#files [data-path="tenantry.kdl"][aria-selected="true"]').waitFor(PATIENCE);
    assert.match(await page.evaluate(() => window.playground.line()), /^param release/);
    return page;
  },

  async "a name is changed in all files"() {
    const page = await open("#example=saas-platform");
    await settled(page);
    if (!(await offers(page, "renameProvider"))) return page;
    await behind(page, "param rel");
    await page.keyboard.press("F2");
    await page.locator(".cm-panels input").waitFor(PATIENCE);
    await page.keyboard.press("Control+A");
    await page.keyboard.type("edition");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.playground.text().includes("param edition"), null, PATIENCE);
    await page.locator('#files [data-path="customers.kdl"]').click();
    assert.match(await text(page), /release=\$edition/);
    await settled(page);
    assert.doesNotMatch(await page.locator("#problems-title").textContent(), /error/);
    return page;
  },

  async "a line of the output leads to its line of the spec, and tells why"() {
    const page = await open("#example=first-estate");
    await settled(page, /No findings/);
    const file = page.locator('#tree button.file[data-path$=".yaml"]').last();
    await file.click();
    await page.waitForFunction(() => document.querySelector("#output-text .cm-content").textContent.includes("kind:"));
    await page.locator("#output-text .cm-line", { hasText: "kind:" }).first().click();
    await page.locator("#why li").first().waitFor();
    await page.locator("#editor .marked").waitFor();
    await shot(page, "why");
    return page;
  },

  async "flows and placement are drawn"() {
    const page = await open("#example=saas-platform");
    await settled(page);
    await page.locator("#flows-tab").click();
    const flows = page.frameLocator("#flows-frame");
    await flows.locator("h1").waitFor();
    await page.waitForTimeout(400);
    await shot(page, "flows");
    await page.locator("#placement-tab").click();
    await page.frameLocator("#placement-frame").locator("h1", { hasText: "Placement" }).waitFor();
    await page.waitForTimeout(400);
    await shot(page, "placement");
    return page;
  },

  async "a link holds the spec"() {
    const page = await open("#example=homelab");
    await settled(page, /No findings/);
    await page.locator("#add").click();
    await page.locator("#new-path").fill("mine/größe.kdl");
    await page.locator("#new-file button[value=add]").click();
    await page.locator("#editor .cm-content").click();
    await page.keyboard.type("// ⟨größe⟩");
    await settled(page);
    await page.locator("#share").click();
    await page.locator("#share-dialog[open]").waitFor();
    const link = await page.locator("#link").inputValue();
    assert.match(link, /#spec=[\w-]+$/);
    const other = await open(link.slice(link.indexOf("#")));
    await settled(other);
    assert.equal(await text(other), "// ⟨größe⟩");
    await other.locator('#files [data-path="tenantry.kdl"]').click();
    assert.equal(await text(other), example("homelab"));
    await page.context().close();
    const damaged = await open(link.slice(link.indexOf("#"), -40));
    await damaged.locator("#notice-text", { hasText: "damaged" }).waitFor();
    await damaged.context().close();
    return other;
  },

  async "every example compiles"() {
    const page = await open();
    await settled(page);
    const names = await page.locator("#examples option").evaluateAll((all) => all.map((it) => it.value).filter(Boolean));
    assert.ok(names.length > 4);
    for (const name of names) {
      await page.locator("#examples").selectOption(name);
      await settled(page);
      assert.doesNotMatch(await page.locator("#problems-title").textContent(), /error/, name);
      assert.notEqual(await page.locator("#tree button.file").count(), 0, name);
      console.log(`    ${name}: ${await page.locator("#status").textContent()}`);
    }
    return page;
  },

  async "it is usable on a phone, and in the dark"() {
    const page = await open("#example=first-estate", { viewport: { width: 390, height: 780 }, colorScheme: "dark" });
    await settled(page);
    await shot(page, "phone-spec");
    await page.locator('#sides [data-side="results"]').click();
    await page.locator("#output-text").waitFor({ state: "visible" });
    await shot(page, "phone-result");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide} pixels wide`);
    return page;
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  if (options.only && !name.includes(options.only)) continue;
  const begun = performance.now();
  try {
    const page = await test();
    assert.deepEqual(page.complaints, []);
    await page.context().close();
    if (page.skipped) console.log(`skipped ${name}: ${page.skipped}`);
    else console.log(`ok      ${name} (${Math.round(performance.now() - begun)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        console.log(page.complaints?.join("\n"));
        await shot(page, `failed-${failed}`);
      }
      await context.close();
    }
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
