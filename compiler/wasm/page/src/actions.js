// What could be done at the cursor: a list that opens there.

import { StateEffect, StateField } from "@codemirror/state";
import { keymap, showTooltip } from "@codemirror/view";

import { el } from "./dom.js";

const open = StateEffect.define();

const list = StateField.define({
  create: () => null,
  update(tooltip, transaction) {
    let now = transaction.docChanged || transaction.selection ? null : tooltip;
    for (const effect of transaction.effects) if (effect.is(open)) now = effect.value;
    return now;
  },
  provide: (field) => showTooltip.from(field),
});

/** The buttons, of which arrow keys choose one. */
function menu(view, actions, choose) {
  const close = () => {
    view.dispatch({ effects: open.of(null) });
    view.focus();
  };
  const buttons = actions.map((action) =>
    el(
      "button",
      {
        type: "button",
        role: "menuitem",
        disabled: Boolean(action.disabled),
        title: action.disabled?.reason,
        click: () => {
          close();
          choose(action);
        },
      },
      action.title,
    ),
  );
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const at = buttons.indexOf(document.activeElement);
      buttons[(at + step + buttons.length) % buttons.length].focus();
    } else if (event.key === "Escape") {
      close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const empty = el("span", { class: "hint", role: "status" }, "Nothing to do here");
  return el("div", { class: "actions", role: "menu", "aria-label": "What could be done here", keydown: keys }, ...(buttons.length ? buttons : [empty]));
}

/**
 * The list and its key.
 * @param {(view: import("@codemirror/view").EditorView) => Promise<object[]>} find
 * @param {(action: object) => void} choose
 */
export function actions(find, choose) {
  const show = (view) => {
    const { state } = view;
    find(view).then((found) => {
      if (view.state.doc !== state.doc) return;
      const create = () => {
        const dom = menu(view, found, choose);
        return { dom, mount: () => dom.querySelector("button:enabled")?.focus() };
      };
      view.dispatch({ effects: open.of({ pos: state.selection.main.head, create, above: false }) });
    });
    return true;
  };
  return [list, keymap.of([{ key: "Mod-.", run: show, preventDefault: true }])];
}
