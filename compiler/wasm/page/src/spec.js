// The files of the estate: which there are, which one is shown, and what was not yet told to the
// compiler.

import { setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";

import { byId } from "./dom.js";
import { markLine, offsetOf, readState, specState } from "./editor.js";

/** The file in which an estate begins. */
export const ROOT = "tenantry.kdl";

export class Spec {
  /**
   * @param {(path?: string) => void} changed is called after each change, with the file that is
   *   another, has come or gone; without one when all of them are others
   * @param {(path: string) => any} extend gives further extensions of a file's editor
   */
  constructor(changed, extend) {
    this.changed = changed;
    this.extend = extend;
    /** @type {Map<string, import("@codemirror/state").EditorState>} */
    this.states = new Map();
    /** What was changed since somebody asked, by path. */
    this.changes = new Map();
    this.path = null;
    this.view = new EditorView({
      parent: byId("editor"),
      dispatchTransactions: (transactions, view) => {
        view.update(transactions);
        this.states.set(this.path, view.state);
        for (const { changes, docChanged } of transactions) if (docChanged) this.note(this.path, changes);
      },
    });
  }

  note(path, changes) {
    const before = this.changes.get(path);
    this.changes.set(path, before ? before.compose(changes) : changes);
    this.changed(path);
  }

  /** What was changed in a file since this was asked last. */
  since(path) {
    const changes = this.changes.get(path);
    this.changes.delete(path);
    return changes;
  }

  /** Takes these files and forgets the others. */
  open(files, open) {
    this.states = new Map(Object.entries(files).map(([path, text]) => [path, this.state(path, text)]));
    this.changes.clear();
    this.path = null;
    this.show(this.states.has(open) ? open : this.states.has(ROOT) ? ROOT : this.paths()[0]);
    this.changed();
  }

  state(path, text) {
    return specState(path, text, this.extend(path));
  }

  /** The paths: the root file first, then other specs, then what lies beside. */
  paths() {
    const rank = (path) => (path === ROOT ? 0 : path.endsWith(".kdl") ? 1 : path.includes("/") ? 3 : 2);
    const own = [...this.states.keys()].filter((path) => !this.isForeign(path));
    return own.sort((one, other) => rank(one) - rank(other) || one.localeCompare(other));
  }

  /** Whether a path is of the standard library, which can be read and not edited. */
  isForeign(path) {
    return path.startsWith("std:");
  }

  /** The texts, by path. */
  files() {
    return Object.fromEntries(this.paths().map((path) => [path, this.states.get(path).doc.toString()]));
  }

  show(path) {
    if (path === this.path && this.view.state === this.states.get(path)) return;
    this.path = path;
    this.view.setState(this.states.get(path));
    this.onShow?.(path);
  }

  /** Shows a place; lines and columns count from 1. */
  lead(path, { line, column, end }, focus) {
    if (!this.states.has(path)) return false;
    this.show(path);
    const { doc } = this.view.state;
    const from = offsetOf(doc, line, column ?? 1);
    const to = end ? offsetOf(doc, end.line, end.column) : from;
    this.view.dispatch({
      selection: focus ? { anchor: from, head: to } : undefined,
      effects: [EditorView.scrollIntoView(from, { y: "center" }), markLine.of(focus ? null : line)],
    });
    if (focus) this.view.focus();
    return true;
  }

  /** A file of the library, to read. */
  read(path, text) {
    this.states.set(path, readState(path, text, this.extend(path)));
  }

  add(path, text = "") {
    this.states.set(path, this.state(path, text));
    this.changed(path);
    this.show(path);
  }

  remove(path) {
    this.states.delete(path);
    this.changes.delete(path);
    if (this.path === path) this.show(this.paths()[0]);
    this.changed(path);
  }

  /** Puts edits into the text of a file: `{from, to, insert}`, by offset. */
  edit(path, changes) {
    if (path === this.path) {
      this.view.dispatch({ changes, userEvent: "input.fix" });
    } else {
      const transaction = this.states.get(path).update({ changes });
      this.states.set(path, transaction.state);
      this.note(path, transaction.changes);
    }
  }

  /** Marks what was found in each file. */
  mark(marksOf) {
    for (const [path, state] of this.states) {
      const spec = setDiagnostics(state, marksOf(path, state.doc));
      if (path === this.path) this.view.dispatch(spec);
      else this.states.set(path, state.update(spec).state);
    }
  }
}
