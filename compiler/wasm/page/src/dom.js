// Elements without markup: what is text stays text, whatever it holds.

/** An element with attributes (functions listen) and children (texts and elements). */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A sentence in which what stands between backticks is a name. */
export function words(text) {
  return text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
}

export const byId = (id) => document.getElementById(id);

/** Waits until nothing was asked for so many milliseconds. */
export function later(milliseconds, work) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}

/**
 * Makes a row of tabs of the buttons in an element: arrow keys move, and one of them is pressed.
 * @param {(button: HTMLElement) => void} chosen
 */
export function tabs(row, chosen) {
  const all = () => [...row.querySelectorAll('[role="tab"]')];
  row.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) chosen(tab);
  });
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const list = all();
    const next = list[(list.indexOf(document.activeElement) + step + list.length) % list.length];
    next.focus();
    chosen(next);
    event.preventDefault();
  });
}

/** Shows which tab of a row is chosen. */
export function press(row, chosen) {
  for (const tab of row.querySelectorAll('[role="tab"]')) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
}
