// The language server's side of the editor: the compiler answers the same requests as
// `tenantry lsp`, in a thread of its own.

import {
  findReferencesKeymap, formatKeymap, hoverTooltips, jumpToDefinitionKeymap, LSPClient, LSPPlugin, renameKeymap,
  serverCompletion, signatureHelp, Workspace,
} from "@codemirror/lsp-client";
import { ChangeSet } from "@codemirror/state";
import { keymap } from "@codemirror/view";

import { actions } from "./actions.js";
import { sanitized } from "./html.js";
import { Lenses } from "./lenses.js";
import { hintsOf, setHints, setTokens, shown, tokensOf } from "./marks.js";

const ROOT = "file:///estate/";
const LIBRARY = "tenantry-std:/";

/** The address of a file, for the protocol. */
export function uriOf(path) {
  const encoded = path.replace(/^std:\//, "").split("/").map(encodeURIComponent).join("/");
  return (path.startsWith("std:/") ? LIBRARY : ROOT) + encoded;
}

/** The path of a file, of an address. */
export function pathOf(uri) {
  if (uri.startsWith(LIBRARY)) return `std:/${decodeURIComponent(uri.slice(LIBRARY.length))}`;
  return decodeURIComponent(uri.slice(ROOT.length));
}

/** A file as the client counts it; only the one that is shown has a view. */
class File {
  constructor(spec, path) {
    this.spec = spec;
    this.path = path;
    this.uri = uriOf(path);
    this.languageId = "tenantry-kdl";
    this.version = 0;
    this.doc = spec.states.get(path).doc;
  }

  getView() {
    return this.spec.path === this.path ? this.spec.view : null;
  }
}

/** All files of the estate, as the client sees them: what is not shown can be edited too. */
class Estate extends Workspace {
  constructor(client, { spec, flush, lead }) {
    super(client);
    this.spec = spec;
    this.flush = flush;
    this.lead = lead;
    this.known = new Map();
  }

  get files() {
    const { states } = this.spec;
    for (const path of this.known.keys()) if (!states.has(path)) this.known.delete(path);
    for (const path of states.keys()) {
      if (path.endsWith(".kdl") && !this.known.has(path)) this.known.set(path, new File(this.spec, path));
    }
    return [...this.known.values()];
  }

  /** The compiler has the newest texts once `flush` has told them; no request tells them again. */
  syncFiles() {
    this.flush();
    const updates = [];
    for (const file of this.files) {
      const { doc } = this.spec.states.get(file.path);
      const since = this.spec.since(file.path);
      if (doc === file.doc) continue;
      const changes = since?.length === file.doc.length ? since : whole(file.doc, doc);
      updates.push({ file, prevDoc: file.doc, changes });
      file.doc = doc;
      file.version += 1;
      const view = file.getView();
      if (view) LSPPlugin.get(view)?.clear();
    }
    return updates;
  }

  connected() {}

  openFile() {}

  closeFile() {}

  async requestFile(uri) {
    await this.lead(pathOf(uri));
    return this.getFile(uri);
  }

  updateFile(uri, { changes }) {
    this.spec.edit(pathOf(uri), changes);
  }

  async displayFile(uri) {
    return (await this.requestFile(uri))?.getView() ?? null;
  }
}

function whole(before, after) {
  return ChangeSet.of({ from: 0, to: before.length, insert: after }, before.length);
}

/** The edits of several files, by path, however they are written down. */
function editsOf(edit) {
  const listed = (edit?.documentChanges ?? []).filter((it) => it.textDocument).map((it) => [it.textDocument.uri, it.edits]);
  return [...listed, ...Object.entries(edit?.changes ?? {})].map(([uri, edits]) => [pathOf(uri), edits]);
}

export class Language {
  /**
   * @param {object} given
   * @param {import("./spec.js").Spec} given.spec
   * @param {() => void} given.flush tells the compiler the newest texts
   * @param {(path: string) => Promise<void>} given.lead shows a file
   * @param {(request: object) => Promise<any>} given.ask
   * @param {(report: string) => void} given.report shows flows or placement
   * @param {(path: string, line: number) => void} given.output shows a file of the output
   */
  constructor(given) {
    this.spec = given.spec;
    this.ask = given.ask;
    this.flush = given.flush;
    this.lenses = new Lenses((method, params) => this.client.request(method, params), {
      "tenantry.showReport": async (_, report) => given.report(report),
      "tenantry.showArtifact": (place) => this.emitted(place, given.output),
      "tenantry.runTest": (place, name) => this.test(place, name),
    });
    this.client = new LSPClient({
      rootUri: ROOT.slice(0, -1),
      timeout: 20_000,
      workspace: (client) => new Estate(client, given),
      sanitizeHTML: sanitized,
      extensions: [
        serverCompletion({ validFor: /^[\w.-]*$/ }),
        hoverTooltips({ hoverTime: 250 }),
        signatureHelp(),
        keymap.of([...formatKeymap, ...renameKeymap, ...jumpToDefinitionKeymap, ...findReferencesKeymap]),
        shown,
        this.lenses.extension,
        // Lenses have commands, for it has pages to show.
        { clientCapabilities: { experimental: { tenantryPages: true } } },
        actions(
          (view) => this.possible(view),
          (action) => this.act(action),
        ),
      ],
    });
  }

  /** The compiler is new: it is told again who asks. Resolves once it has answered. */
  connect() {
    if (this.client.connected) this.client.disconnect();
    const handlers = new Set();
    const reply = (answer) => handlers.forEach((handler) => handler(JSON.stringify(answer)));
    const send = async (text) => {
      const { id, method, params } = JSON.parse(text);
      if (id === undefined || method === undefined) return;
      try {
        reply({ jsonrpc: "2.0", id, result: await this.ask({ ask: "serve", method, params: params ?? null }) });
      } catch (error) {
        reply({ jsonrpc: "2.0", id, error: { code: -32803, message: error.message } });
      }
    };
    const subscribe = (handler) => handlers.add(handler);
    const unsubscribe = (handler) => handlers.delete(handler);
    this.client.connect({ send: (text) => void send(text), subscribe, unsubscribe });
    return this.client.initializing;
  }

  /** What the editor of a file can do. */
  extend(path) {
    return path.endsWith(".kdl") ? this.client.plugin(uriOf(path), "tenantry-kdl") : [];
  }

  offers(capability) {
    return Boolean(this.client.serverCapabilities?.[capability]);
  }

  /** What could be done at the cursor, or with what is selected. */
  async possible(view) {
    if (!this.offers("codeActionProvider")) return [];
    this.client.sync();
    const plugin = LSPPlugin.get(view);
    const { from, to } = view.state.selection.main;
    const range = { start: plugin.toPosition(from), end: plugin.toPosition(to) };
    const textDocument = { uri: plugin.uri };
    const told = await this.client.request("textDocument/diagnostic", { textDocument }).catch(() => null);
    const before = (one, other) => one.line < other.line || (one.line === other.line && one.character <= other.character);
    const here = (told?.items ?? []).filter((it) => before(it.range.start, range.end) && before(range.start, it.range.end));
    const asked = { textDocument, range, context: { diagnostics: here, triggerKind: 1 } };
    return (await this.client.request("textDocument/codeAction", asked).catch(() => null)) ?? [];
  }

  /** Does it: puts its edits into the texts. */
  async act(action) {
    const { resolveProvider } = Object(this.client.serverCapabilities?.codeActionProvider);
    const whole = action.edit || !resolveProvider ? action : await this.client.request("codeAction/resolve", action);
    for (const [path, edits] of editsOf(whole.edit)) {
      if (!this.spec.states.has(path)) this.spec.add(path);
      const { doc } = this.spec.states.get(path);
      const offset = ({ line, character }) => {
        const at = doc.line(Math.min(line + 1, doc.lines));
        return line >= doc.lines ? doc.length : Math.min(at.from + character, at.to);
      };
      const changes = edits.map(({ range, newText }) => ({ from: offset(range.start), to: offset(range.end), insert: newText }));
      this.spec.edit(path, changes);
    }
  }

  /** Asks what is shown within the text: what its words mean, and what they come to. */
  async look() {
    const { path, view } = this.spec;
    if (!path?.endsWith(".kdl") || !this.client.connected) return;
    await this.client.initializing;
    this.client.sync();
    const { doc } = view.state;
    const textDocument = { uri: uriOf(path) };
    const still = () => this.spec.path === path && view.state.doc === doc;
    const request = async (method, more) => {
      try {
        return await this.client.request(method, { textDocument, ...more });
      } catch {
        return null; // Whatever is shown stays.
      }
    };
    const tokens = this.client.serverCapabilities?.semanticTokensProvider;
    if (tokens) {
      const answer = await request("textDocument/semanticTokens/full", {});
      if (answer?.data && still()) view.dispatch({ effects: setTokens.of(tokensOf(answer.data, tokens.legend, doc)) });
    }
    await this.ask({ ask: "settle" });
    if (this.offers("inlayHintProvider") && still()) {
      const range = { start: { line: 0, character: 0 }, end: { line: doc.lines, character: 0 } };
      const answer = await request("textDocument/inlayHint", { range });
      if (answer && still()) view.dispatch({ effects: setHints.of(hintsOf(answer, doc)) });
    }
    if (this.offers("codeLensProvider") && still()) await this.lenses.look(view, textDocument);
  }

  execute(command, ...args) {
    return this.client.request("workspace/executeCommand", { command, arguments: args });
  }

  /** Shows the first line that is emitted for a node. */
  async emitted(place, show) {
    const [{ path, lines }] = await this.execute("tenantry.showArtifact", place);
    show(path, lines[0]);
  }

  /** Whether a test passes, in words. */
  async test(place, name) {
    const found = await this.execute("tenantry.runTest", place, name);
    const failures = found.flatMap((test) => test.failures);
    return failures.length ? `failed: ${failures.join("; ")}` : "passed";
  }
}
