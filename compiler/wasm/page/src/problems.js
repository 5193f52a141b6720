// Findings: squiggles in the text, and a list below it.

import { offsetOf } from "./editor.js";
import { byId, el, words } from "./dom.js";

const SEVERITY = { error: "error", warning: "warning", note: "info" };

/**
 * The findings of one file as the editor marks them.
 * @param {(fix: object) => void} mend applies a fix
 */
export function marks(findings, path, doc, mend) {
  const own = findings.filter((finding) => finding.path === path && finding.span);
  return own.map((finding) => {
    const { start, end } = finding.span;
    const from = offsetOf(doc, start.line, start.column);
    const to = Math.max(from, offsetOf(doc, end.line, end.column));
    return {
      from,
      to,
      severity: SEVERITY[finding.level] ?? "info",
      source: finding.rule,
      message: finding.message,
      renderMessage: () => told(finding),
      actions: finding.fixes.map((fix) => ({ name: fix.title, apply: () => mend(fix) })),
    };
  });
}

/** All that a finding says. */
function told(finding) {
  const { envs, label, why, help } = finding;
  return el(
    "div",
    { class: "finding" },
    el("p", { class: "message" }, words(finding.message), envs.length ? ` (in ${envs.join(", ")})` : null),
    label ? el("p", {}, words(label)) : null,
    why ? el("p", {}, el("b", {}, "why "), words(why)) : null,
    help ? el("p", {}, el("b", {}, "help "), words(help)) : null,
    el("p", { class: "rule" }, finding.rule),
  );
}

/** How many there are of each level, in words. */
export function counted(findings) {
  const of = (level) => findings.filter((finding) => finding.level === level).length;
  const parts = [
    [of("error"), "error"],
    [of("warning"), "warning"],
    [of("note"), "note"],
  ];
  const some = parts.filter(([count]) => count);
  return some.map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`).join(", ");
}

/** The list of findings. */
export class Problems {
  /**
   * @param {(path: string, span: object) => void} go leads to a place
   * @param {(fix: object) => void} mend applies a fix
   */
  constructor(go, mend) {
    this.go = go;
    this.mend = mend;
  }

  show(findings) {
    const list = byId("problems");
    list.replaceChildren(...findings.map((finding) => this.item(finding)));
    byId("problems-title").textContent = findings.length ? counted(findings) : "No findings";
    byId("problems-pane").dataset.level = findings[0] ? worst(findings) : "ok";
  }

  item(finding) {
    const place = (it, text) =>
      it.path &&
      el("button", { class: "place", type: "button", click: () => this.go(it.path, it.span) }, text ?? spot(it));
    const { why, help } = finding;
    return el(
      "li",
      { class: finding.level },
      el(
        "details",
        {},
        el("summary", {}, el("span", { class: "dot", "aria-label": finding.level }), el("span", {}, words(finding.message)), place(finding) ?? null),
        ...finding.labels.map((label) => el("p", {}, words(label.text), " ", place(label) ?? null)),
        why ? el("p", {}, el("b", {}, "why "), words(why)) : null,
        help ? el("p", {}, el("b", {}, "help "), words(help)) : null,
        ...finding.fixes.map((fix) =>
          el("button", { class: "fix", type: "button", click: () => this.mend(fix) }, words(fix.title)),
        ),
        el("p", { class: "rule" }, finding.rule),
      ),
    );
  }
}

function spot({ path, span }) {
  return span ? `${path}:${span.start.line}` : path;
}

function worst(findings) {
  return ["error", "warning", "note"].find((level) => findings.some((finding) => finding.level === level));
}
