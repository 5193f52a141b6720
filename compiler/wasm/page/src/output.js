// What would be written: a tree of files, the text of one, and why each of its lines is there.

import { EditorView } from "@codemirror/view";

import { byId, el, later, words } from "./dom.js";
import { markLine, readState } from "./editor.js";

/** The file that tells most to somebody who chose none: the longest of what runs. */
function telling(outputs) {
  const all = outputs.flatMap(({ env, files }) => files.map((file) => ({ env, ...file })));
  const running = all.filter(({ path }) => !/^(ansible|helm)\//.test(path));
  return running.sort((one, other) => other.bytes - one.bytes)[0];
}

/** The tree and the file that is open in it. */
export class Outputs {
  /**
   * @param {(request: object) => Promise<any>} ask
   * @param {(place: {file: string, line: number, column: number}) => void} lead shows the place in
   *   the spec that a line comes from
   */
  constructor(ask, lead) {
    this.ask = ask;
    this.lead = lead;
    this.outputs = [];
    this.open = null;
    this.folded = new Set();
    this.view = new EditorView({ parent: byId("output-text") });
    this.reason = later(120, () => this.why());
  }

  /** Shows another build. What was open stays so while it is there. */
  show(outputs) {
    this.outputs = outputs;
    byId("tree").replaceChildren(...outputs.map((output) => this.folder(output)));
    const count = outputs.reduce((sum, output) => sum + output.files.length, 0);
    byId("tree-empty").hidden = count > 0;
    const files = outputs.flatMap((output) => output.files.map((file) => ({ env: output.env, path: file.path })));
    const same = (file) => this.open && file.env === this.open.env && file.path === this.open.path;
    const next = files.find(same) ?? telling(outputs) ?? files[0];
    if (next) this.choose(next.env, next.path, true);
    else this.close();
  }

  close() {
    this.open = null;
    this.origins = [];
    byId("output-path").textContent = "";
    byId("why").replaceChildren();
    this.view.setState(readState("", "", []));
  }

  folder({ env, files }) {
    const root = { folders: new Map(), files: [] };
    for (const file of files) {
      const parts = file.path.split("/");
      const name = parts.pop();
      let at = root;
      for (const part of parts) {
        if (!at.folders.has(part)) at.folders.set(part, { folders: new Map(), files: [] });
        at = at.folders.get(part);
      }
      at.files.push({ name, ...file });
    }
    return el("ul", { class: "folder" }, env ? this.branch(env, root, env, env) : this.leaves(root, env, ""));
  }

  branch(name, node, env, key) {
    const details = el("details", { open: !this.folded.has(key) }, el("summary", {}, `${name}/`), el("ul", {}, this.leaves(node, env, key)));
    details.addEventListener("toggle", () => (details.open ? this.folded.delete(key) : this.folded.add(key)));
    return el("li", {}, details);
  }

  leaves(node, env, key) {
    const folders = [...node.folders].map(([name, inner]) => this.branch(name, inner, env, `${key}/${name}`));
    const files = node.files.map((file) =>
      el(
        "li",
        {},
        el(
          "button",
          { type: "button", class: "file", "data-env": env ?? "", "data-path": file.path, click: () => this.choose(env, file.path, false) },
          file.name,
        ),
      ),
    );
    return [...folders, ...files];
  }

  async choose(env, path, stay) {
    const was = this.open;
    this.open = { env, path };
    for (const button of byId("tree").querySelectorAll("button.file")) {
      const on = button.dataset.path === path && button.dataset.env === (env ?? "");
      button.setAttribute("aria-current", String(on));
      if (on && !stay) button.scrollIntoView({ block: "nearest" });
    }
    let found;
    try {
      found = await this.ask({ ask: "output", env, path });
    } catch {
      return; // Another build is on its way, and shows itself.
    }
    if (this.open?.path !== path || this.open?.env !== env) return;
    this.origins = found.origins;
    byId("output-path").textContent = env ? `${env}/${path}` : path;
    const same = was?.path === path && was?.env === env;
    if (same && this.view.state.doc.toString() === found.text) return;
    const top = same ? this.view.scrollDOM.scrollTop : 0;
    this.view.setState(readState(path, found.text, [this.listen()]));
    this.view.scrollDOM.scrollTop = top;
    byId("why").replaceChildren(el("p", { class: "hint" }, "Click a line to see which line of the spec it comes from, and why."));
  }

  /** Shows a line of a file, of the first environment that has it. */
  async find(path, number) {
    const output = this.outputs.find(({ files }) => files.some((file) => file.path === path));
    if (!output) return;
    await this.choose(output.env, path, false);
    const { doc } = this.view.state;
    const line = doc.line(Math.min(number, doc.lines));
    this.view.dispatch({ effects: [EditorView.scrollIntoView(line.from, { y: "center" }), markLine.of(line.number)] });
  }

  listen() {
    return EditorView.updateListener.of((update) => {
      const chosen = update.transactions.some((transaction) => transaction.isUserEvent("select"));
      if (!chosen) return;
      const place = this.placeOf(this.line());
      if (place) this.lead(place);
      this.reason();
    });
  }

  /** The line under the cursor, from 1. */
  line() {
    const { state } = this.view;
    return state.doc.lineAt(state.selection.main.head).number;
  }

  placeOf(line) {
    const row = this.origins.findLast(([from]) => from <= line);
    return row?.[1] ?? null;
  }

  /** Tells why the line under the cursor is as it is. */
  async why() {
    if (!this.open) return;
    const { env, path } = this.open;
    const line = this.line();
    let document;
    try {
      document = await this.ask({ ask: "why", env, path, line });
    } catch (error) {
      byId("why").replaceChildren(el("p", { class: "hint" }, words(error.message)));
      return;
    }
    const [answer] = document.answers;
    byId("why").replaceChildren(
      el("p", {}, `Line ${line}`, answer?.path ? [" of ", el("code", {}, answer.path)] : null),
      el("ol", {}, ...(answer?.chain ?? []).map((step) => this.step(step))),
    );
  }

  step({ words: text, place }) {
    if (!place) return el("li", {}, words(text));
    const go = () => this.lead(place, true);
    return el(
      "li",
      {},
      words(text),
      " ",
      el("button", { class: "place", type: "button", click: go }, `${place.file}:${place.line}`),
      el("code", { class: "line" }, place.text.trim()),
    );
  }
}
