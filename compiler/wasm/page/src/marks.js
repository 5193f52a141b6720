// What the compiler shows within the text: the meaning of words as colours, and values that are
// not written.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

import { el } from "./dom.js";

/** Puts a set of decorations in the place of the last one. */
export function layer() {
  const set = StateEffect.define();
  const field = StateField.define({
    create: () => Decoration.none,
    update(marks, transaction) {
      let now = marks.map(transaction.changes);
      for (const effect of transaction.effects) if (effect.is(set)) now = effect.value;
      return now;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
  return [set, field];
}

export const [setTokens, tokenField] = layer();
export const [setHints, hintField] = layer();

/** Both, as an extension. */
export const shown = [tokenField, hintField];

/** Semantic tokens as the protocol packs them: five numbers each, from the one before. */
export function tokensOf(data, { tokenTypes, tokenModifiers }, doc) {
  const marks = [];
  let line = 0;
  let character = 0;
  for (let at = 0; at + 4 < data.length; at += 5) {
    const [down, right, length, type, modifiers] = data.slice(at, at + 5);
    line += down;
    character = down ? right : character + right;
    if (line >= doc.lines) break;
    const begin = doc.line(line + 1);
    const from = Math.min(begin.from + character, begin.to);
    const to = Math.min(from + length, begin.to);
    if (from >= to) continue;
    const of = tokenModifiers.filter((_, bit) => modifiers & (1 << bit));
    const classes = [tokenTypes[type], ...of].map((name) => `sem-${name}`).join(" ");
    marks.push(Decoration.mark({ class: classes }).range(from, to));
  }
  return Decoration.set(marks, true);
}

class Hint extends WidgetType {
  constructor(text, title) {
    super();
    this.text = text;
    this.title = title;
  }

  eq(other) {
    return other.text === this.text && other.title === this.title;
  }

  toDOM() {
    return el("span", { class: "hint-inlay", title: this.title }, this.text);
  }
}

/** Values that are not written, behind what they belong to. */
export function hintsOf(hints, doc) {
  const marks = hints.flatMap(({ position, label, tooltip, paddingLeft }) => {
    if (position.line >= doc.lines) return [];
    const begin = doc.line(position.line + 1);
    const text = typeof label === "string" ? label : label.map((part) => part.value).join("");
    const title = typeof tooltip === "string" ? tooltip : (tooltip?.value ?? "");
    const widget = new Hint(`${paddingLeft ? " " : ""}${text}`, title);
    return [Decoration.widget({ widget, side: 1 }).range(Math.min(begin.from + position.character, begin.to))];
  });
  return Decoration.set(marks, true);
}
