// The editor: one view, a state for each file.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

import { blocks, kdl } from "./kdl.js";

/** Marks a line for whoever was led to it; null takes the mark away. */
export const markLine = StateEffect.define();

const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const { doc } = transaction.state;
      const line = effect.value && doc.line(Math.min(effect.value, doc.lines));
      now = line ? Decoration.set([Decoration.line({ class: "marked" }).range(line.from)]) : Decoration.none;
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The language of a file, by its name. */
export function languageOf(path) {
  if (path.endsWith(".kdl")) return [kdl, blocks];
  if (/\.(ya?ml|lock|tpl)$/.test(path)) return yaml();
  return [];
}

/** What every text is shown with. */
const shown = [
  lineNumbers(),
  codeFolding(),
  foldGutter(),
  drawSelection(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  bracketMatching(),
  syntaxHighlighting(classHighlighter),
  marked,
];

/** The state of a file of the spec. */
export function specState(path, text, extensions) {
  return EditorState.create({
    doc: text,
    extensions: [
      shown,
      languageOf(path),
      path.endsWith(".md") ? EditorView.lineWrapping : [],
      history(),
      lintGutter(),
      indentOnInput(),
      indentUnit.of("    "),
      closeBrackets(),
      autocompletion(),
      EditorState.allowMultipleSelections.of(true),
      EditorView.contentAttributes.of({ "aria-label": path }),
      extensions,
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...lintKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
    ],
  });
}

/** The state of a file that nobody can edit. */
export function readState(path, text, extensions) {
  return EditorState.create({
    doc: text,
    extensions: [
      shown,
      languageOf(path),
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ "aria-label": path }),
      extensions,
      keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
    ],
  });
}

/** The offset of a line and column, both from 1, a column being a character. */
export function offsetOf(doc, line, column) {
  const { from, text } = doc.line(Math.max(1, Math.min(line, doc.lines)));
  let offset = 0;
  for (const character of text) {
    if (--column < 1) break;
    offset += character.length;
  }
  return from + offset;
}
