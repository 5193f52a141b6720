// Lines above declarations: how full a pool is, where a workload stands, who may talk to it, what
// is emitted for it, whether a test passes.

import { Decoration, EditorView, WidgetType } from "@codemirror/view";

import { el, later } from "./dom.js";
import { layer } from "./marks.js";

const [setLenses, field] = layer();

/** After so many milliseconds without scrolling, what came into sight is asked for. */
const REST = 120;

/** One line above a declaration; it has its height before it is known what it says. */
class Line extends WidgetType {
  /** @param {{ title: string, press?: () => void }[]} parts */
  constructor(indent, parts) {
    super();
    this.indent = indent;
    this.parts = parts;
  }

  eq({ indent, parts }) {
    return indent === this.indent && parts.length === this.parts.length && parts.every((part, at) => part.title === this.parts[at].title);
  }

  get estimatedHeight() {
    return 18;
  }

  toDOM() {
    const parts = this.parts.map(({ title, press }) =>
      press ? el("button", { type: "button", class: "lens", click: press }, title) : el("span", { class: "lens" }, title),
    );
    return el("div", { class: "lenses", style: `padding-left: ${this.indent + 1}ch` }, ...parts);
  }

  ignoreEvent() {
    return true;
  }
}

/** The lines of the file that is shown. */
export class Lenses {
  /**
   * @param {(method: string, params: object) => Promise<any>} request
   * @param {Record<string, (...given: any[]) => Promise<string?>>} commands what a press does, by the command's
   *   name; what one gives back is written in the place of the line's words
   */
  constructor(request, commands) {
    this.request = request;
    this.commands = commands;
    this.lenses = [];
    this.doc = null;
    const seen = later(REST, (view) => this.tell(view));
    this.extension = [field, EditorView.updateListener.of((update) => update.viewportChanged && !update.docChanged && seen(update.view))];
  }

  /** Asks which lines there are in the newest text, and what those say that can be seen. */
  async look(view, textDocument) {
    const { doc } = view.state;
    const lenses = (await this.request("textDocument/codeLens", { textDocument })) ?? [];
    if (view.state.doc !== doc) return;
    this.doc = doc;
    this.lenses = lenses.filter(({ range }) => range.start.line < doc.lines).map((lens) => ({ lens, said: null }));
    await this.tell(view);
  }

  /** Asks what the lines say that can be seen and were not asked yet. */
  async tell(view) {
    const { doc } = this;
    if (!doc || view.state.doc !== doc) return;
    const { from, to } = view.viewport;
    const [first, last] = [doc.lineAt(from).number - 1, doc.lineAt(to).number - 1];
    const asked = this.lenses.filter(({ lens, said }) => !said && lens.range.start.line >= first && lens.range.start.line <= last);
    await Promise.all(
      asked.map(async (it) => {
        it.said = (await this.request("codeLens/resolve", it.lens))?.command ?? null;
      }),
    );
    if (view.state.doc === doc && this.doc === doc) this.draw(view);
  }

  draw(view) {
    const { doc } = this;
    const byLine = new Map();
    for (const it of this.lenses) {
      const number = it.lens.range.start.line;
      byLine.set(number, [...(byLine.get(number) ?? []), it]);
    }
    const marks = [...byLine].map(([number, lenses]) => {
      const line = doc.line(number + 1);
      const indent = line.text.search(/\S|$/);
      const parts = lenses.map((it) => ({ title: it.said?.title ?? "…", press: this.press(view, it) }));
      return Decoration.widget({ widget: new Line(indent, parts), side: -1, block: true }).range(line.from);
    });
    view.dispatch({ effects: setLenses.of(Decoration.set(marks, true)) });
  }

  /** What a press on a line does; nothing where it only tells. */
  press(view, it) {
    const command = this.commands[it.said?.command];
    if (!command) return undefined;
    return async () => {
      const title = await command(...it.said.arguments).catch((error) => error.message);
      if (!title) return;
      it.said = { ...it.said, title };
      if (view.state.doc === this.doc) this.draw(view);
    };
  }
}
