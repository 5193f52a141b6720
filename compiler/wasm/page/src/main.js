// The page: examples and links in, findings, output, flows and placement out.

import { byId, el, later, press, tabs } from "./dom.js";
import { offsetOf } from "./editor.js";
import { Compiler, Defect, Restarted } from "./compiler.js";
import { Language } from "./language.js";
import { isPath, read as readLink, write as writeLink } from "./link.js";
import { Outputs } from "./output.js";
import { marks, Problems } from "./problems.js";
import { ROOT, Spec } from "./spec.js";

/** After so many milliseconds without a key, the estate is compiled. */
const PAUSE = 180;
/** After so many milliseconds of work one may stop it. */
const PATIENCE = 3000;

const examples = JSON.parse(byId("examples-data").textContent);
const FRAMES = { flows: "Flows", placement: "Placement" };

/** Builds, and draws pages. */
let compiler;
/** Answers the editor, so that no key waits for a build. */
let server;
let findings = [];
/** The example as it is shown, while nothing in it was changed. */
let example = null;
/** Counts what is compiled, so that an answer about an older text is not shown. */
let round = 0;
let face = "output";
const drawn = {};

/** Files whose newest text the compilers were not told. */
const stale = new Set();
const spec = new Spec(
  (path) => {
    if (path) {
      stale.add(path);
      example = null;
      remember();
    }
    renderFiles();
    soon();
  },
  (path) => language.extend(path),
);
const language = new Language({
  spec,
  flush,
  lead: (path) => goTo(path, null, false),
  ask: (request) => server.ask(request),
  report: (name) => {
    turn(byId(`${name === "place" ? "placement" : name}-tab`));
    side("results");
  },
  output: (path, line) => {
    turn(byId("output-tab"));
    side("results");
    outputs.find(path, line);
  },
});
const problems = new Problems((path, span) => goTo(path, span), mend);
const outputs = new Outputs(
  (request) => compiler.ask(request),
  (place, focus) => goTo(place.file, { start: place }, focus ?? false),
);

/** Leads to a place, also of the standard library. */
async function goTo(path, span, focus = true) {
  if (path.startsWith("std:") && !spec.states.has(path)) {
    spec.read(path, await compiler.ask({ ask: "read", path }));
  }
  if (span) spec.lead(path, { ...span.start, end: span.end }, focus);
  else spec.show(path);
  if (focus) side("spec");
}

/** Puts a fix into the text. */
function mend(fix) {
  const files = new Map();
  for (const { path, span, text } of fix.edits) {
    if (!spec.states.has(path) || !span) continue;
    const { doc } = spec.states.get(path);
    const [from, to] = [span.start, span.end].map(({ line, column }) => offsetOf(doc, line, column));
    files.set(path, [...(files.get(path) ?? []), { from, to, insert: text }]);
  }
  for (const [path, changes] of files) spec.edit(path, changes);
}

// What is open

async function openFiles(files, open, named) {
  example = named ?? null;
  byId("examples").value = named ?? "";
  stale.clear();
  spec.open(files, open);
  for (const it of [compiler, server]) tellAll(it);
}

/** Tells a compiler all files. */
function tellAll(it) {
  tell(it, { ask: "open", files: spec.files() });
}

function openExample(name) {
  const found = examples.find((it) => it.name === name) ?? examples[0];
  return openFiles(found.files, ROOT, found.name);
}

async function openLink() {
  let held = null;
  try {
    held = await readLink(location.hash);
  } catch (error) {
    say(error.message);
  }
  if (held?.files) await openFiles(held.files, held.open);
  else await openExample(held?.example);
}

/** Keeps the address such that a reload shows the same, where it is not too long for that. */
const remember = later(700, async () => {
  const fragment = await writeLink({ files: spec.files(), open: spec.path, example });
  if (fragment) history.replaceState(null, "", fragment);
});

// Compiling

const pause = later(PAUSE, compile);

/** Compiles after a pause. Until then, and until it has, what is shown is of an older text. */
function soon() {
  document.body.dataset.settled = "false";
  pause();
}

/** Tells a compiler something; if it is started anew meanwhile, it is told all. */
function tell(it, request) {
  it.ask(request).catch(() => {});
}

/** Tells both compilers the newest texts. */
function flush() {
  for (const path of stale) {
    const text = spec.states.get(path)?.doc.toString() ?? null;
    for (const it of [compiler, server]) tell(it, { ask: "edit", path, text });
  }
  stale.clear();
}

async function compile() {
  const own = ++round;
  flush();
  look();
  try {
    const built = await compiler.ask({ ask: "build" });
    if (own !== round) return;
    showBuilt(built);
    await draw();
    if (own === round) document.body.dataset.settled = "true";
  } catch (error) {
    if (error instanceof Restarted) return;
    if (error instanceof Defect) defect(error);
    else say(error.message);
  }
}

/** What the editor shows beside the text. A defect there is told once, by the build. */
function look() {
  language.look().catch(() => {});
}

function showBuilt(built) {
  findings = built.findings.findings;
  problems.show(findings);
  spec.mark((path, doc) => marks(findings, path, doc, mend));
  const wrong = findings.some((finding) => finding.level === "error");
  byId("results").dataset.stale = String(wrong && !built.outputs.length);
  if (built.outputs.length || !wrong) outputs.show(built.outputs);
  byId("stale-note").hidden = !(wrong && !built.outputs.length);
  renderFiles();
  const { summary } = built.findings;
  const sizes = ["cluster", "tenant", "workload"].map((what) => [summary[`${what}s`], what]);
  const text = sizes.filter(([count]) => count).map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`);
  byId("status").textContent = `${text.join(", ")}${text.length ? " · " : ""}${Math.round(compiler.took)} ms`;
}

/** Draws the page that is shown, if it is of another text. */
async function draw() {
  if (!(face in FRAMES) || drawn[face] === round) return;
  const [own, shown] = [round, face];
  const frame = byId(`${shown}-frame`);
  const note = byId(`${shown}-note`);
  try {
    const page = await compiler.ask({ ask: shown });
    if (own !== round) return;
    drawn[shown] = own;
    frame.srcdoc = page;
    frame.hidden = false;
    note.hidden = true;
  } catch (error) {
    if (error instanceof Restarted) return;
    frame.hidden = true;
    note.hidden = false;
    note.textContent = error.message;
  }
}

function defect(error) {
  say(`This is a bug in tenantry, not in your spec: ${error.message}. The compiler was started anew.`);
}

/** Says something above all else, until it is closed. */
function say(text) {
  byId("notice-text").textContent = text;
  byId("notice").hidden = false;
}

setInterval(() => {
  byId("stop").hidden = !(Math.max(compiler?.busy ?? 0, server?.busy ?? 0) > PATIENCE);
  byId("busy").hidden = !(compiler?.busy > 150);
}, 250);

// Files

function renderFiles() {
  const row = byId("files");
  const level = (path) => ["error", "warning", "note"].find((it) => findings.some((finding) => finding.level === it && finding.path === path));
  const foreign = spec.path && spec.isForeign(spec.path) ? [spec.path] : [];
  row.replaceChildren(
    ...[...spec.paths(), ...foreign].map((path) =>
      el("button", { type: "button", role: "tab", id: `file-${path}`, "data-path": path, "data-level": level(path) ?? false, "aria-controls": "editor" }, path),
    ),
  );
  const shown = row.querySelector(`[data-path="${CSS.escape(spec.path ?? "")}"]`);
  press(row, shown);
  shown?.scrollIntoView({ block: "nearest", inline: "nearest" });
  byId("remove").disabled = !spec.path || spec.path === ROOT || spec.isForeign(spec.path);
}

spec.onShow = () => {
  renderFiles();
  look();
};
tabs(byId("files"), (tab) => {
  spec.show(tab.dataset.path);
  byId("files").querySelector('[aria-selected="true"]')?.focus();
});

byId("add").addEventListener("click", () => byId("new-file").showModal());
byId("new-file").addEventListener("close", () => {
  const dialog = byId("new-file");
  const path = byId("new-path").value.trim();
  if (dialog.returnValue !== "add" || !path) return;
  if (!isPath(path) || spec.states.has(path)) say(`${path} is there already, or is no path below the estate's root.`);
  else spec.add(path);
  byId("new-path").value = "";
});
byId("remove").addEventListener("click", () => {
  byId("remove-name").textContent = spec.path;
  byId("remove-file").showModal();
});
byId("remove-file").addEventListener("close", () => {
  if (byId("remove-file").returnValue === "remove") spec.remove(spec.path);
});

// Results

function turn(tab) {
  face = tab.dataset.face;
  press(byId("faces"), tab);
  for (const panel of document.querySelectorAll("#results > [role=tabpanel]")) {
    panel.hidden = panel.id !== `${face}-face`;
  }
  draw();
}
tabs(byId("faces"), turn);

/** Where there is room for one side only: which. */
function side(which) {
  document.body.dataset.side = which;
  for (const button of document.querySelectorAll("#sides button")) {
    button.setAttribute("aria-pressed", String(button.dataset.side === which));
  }
}
for (const button of document.querySelectorAll("#sides button")) {
  button.addEventListener("click", () => side(button.dataset.side));
}

// The head

for (const { name, title } of examples) byId("examples").append(el("option", { value: name }, title));
byId("examples").addEventListener("change", (event) => {
  if (event.target.value) openExample(event.target.value).then(remember);
});
byId("share").addEventListener("click", async () => {
  const fragment = await writeLink({ files: spec.files(), open: spec.path, example });
  if (!fragment) {
    say("This estate is too large for a link. Save it as files, and share those.");
    return;
  }
  const link = byId("link");
  link.value = location.href.split("#")[0] + fragment;
  history.replaceState(null, "", fragment);
  byId("link-size").textContent = `${link.value.length.toLocaleString("en")} characters. The spec is behind the #, which browsers send to nobody.`;
  byId("share-dialog").showModal();
  link.select();
});
byId("copy").addEventListener("click", async () => {
  byId("link").select();
  try {
    await navigator.clipboard.writeText(byId("link").value);
    byId("copy").textContent = "Copied";
  } catch {
    document.execCommand("copy");
  }
});
byId("share-dialog").addEventListener("close", () => (byId("copy").textContent = "Copy"));
byId("help").addEventListener("click", () => byId("help-dialog").showModal());
byId("notice-close").addEventListener("click", () => (byId("notice").hidden = true));
byId("stop").addEventListener("click", () => {
  compiler.start();
  server.start();
  say("The compiler was stopped. It goes on with your next change.");
});
window.addEventListener("hashchange", openLink);

/** Light and dark: as the system says, until somebody chooses. */
function theme(chosen) {
  document.documentElement.dataset.theme = chosen;
}
const dark = matchMedia("(prefers-color-scheme: dark)");
theme(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => theme(dark.matches ? "dark" : "light"));
byId("theme").addEventListener("click", () => {
  theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
});

/** The border between the two sides, for pointers and arrow keys. */
const border = byId("border");
function share(percent) {
  const now = Math.max(20, Math.min(80, percent));
  byId("work").style.setProperty("--share", `${now}%`);
  border.setAttribute("aria-valuenow", String(Math.round(now)));
}
border.addEventListener("pointerdown", (event) => {
  border.setPointerCapture(event.pointerId);
  document.body.classList.add("dragging");
});
border.addEventListener("pointermove", (event) => {
  if (!border.hasPointerCapture(event.pointerId)) return;
  const { left, width } = byId("work").getBoundingClientRect();
  share(((event.clientX - left) / width) * 100);
});
border.addEventListener("lostpointercapture", () => document.body.classList.remove("dragging"));
border.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -3, ArrowRight: 3 }[event.key];
  if (step) share(Number(border.getAttribute("aria-valuenow")) + step);
});

/** The module, which lies in the page as text. */
async function unpack() {
  const packed = Uint8Array.from(atob(byId("module").textContent.trim()), (c) => c.charCodeAt(0));
  byId("module").remove();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

async function begin() {
  side("spec");
  const module = await unpack();
  compiler = new Compiler(module, () => compiler && tellAll(compiler));
  server = new Compiler(module, () => {
    if (!server) return;
    tellAll(server);
    language.connect().catch(() => {});
  });
  language.connect().catch(() => {});
  await openLink();
  turn(byId("faces").querySelector("[role=tab]"));
}

/** For scripts that drive the page: the editor draws only the lines that can be seen. */
window.playground = {
  text: () => spec.view.state.doc.toString(),
  line: () => spec.view.state.doc.lineAt(spec.view.state.selection.main.head).text,
  offers: (capability) => language.offers(capability),
  behind: (needle) => {
    const at = spec.view.state.doc.toString().indexOf(needle);
    if (at < 0) throw new Error(`there is no ${needle}`);
    spec.view.dispatch({ selection: { anchor: at + needle.length }, scrollIntoView: true });
  },
};

begin().catch((error) => say(`The compiler does not start in this browser: ${error.message}`));
