// The look of KDL while it is typed. What words mean, the compiler says; this only knows strings,
// comments, numbers, and where a node begins.

import { foldService, StreamLanguage } from "@codemirror/language";

const WORD = /^[^\s{}()[\]/\\"#;=,]+/u;

/** Reads on within a string; `${…}` in it is told apart. */
function string(stream, state) {
  const { close, raw } = state.string;
  if (!raw && stream.match("${")) {
    let depth = 1;
    while (depth && !stream.eol()) {
      const c = stream.next();
      depth += c === "{" ? 1 : c === "}" ? -1 : 0;
    }
    return "variableName.special";
  }
  while (!stream.eol()) {
    if (stream.match(close)) {
      state.string = null;
      return "string";
    }
    if (!raw && stream.peek() === "$" && stream.match("${", false)) return "string";
    if (stream.next() === "\\" && !raw) stream.next();
  }
  // A string of one line ends with it, closed or not; else one quote would colour the rest.
  if (!state.string.lines) state.string = null;
  return "string";
}

function comment(stream, state) {
  while (state.comment && !stream.eol()) {
    if (stream.match("/*")) state.comment += 1;
    else if (stream.match("*/")) state.comment -= 1;
    else stream.next();
  }
  return "comment";
}

function opening(stream, state) {
  const found = stream.match(/^(#*)("""|")/);
  if (!found) return null;
  const [, hashes, quotes] = found;
  state.string = { close: quotes + hashes, raw: hashes !== "", lines: quotes.length === 3 };
  return string(stream, state);
}

function token(stream, state) {
  if (state.comment) return comment(stream, state);
  if (state.string) return string(stream, state);
  if (stream.sol()) {
    state.start = !state.goesOn;
    state.goesOn = false;
  }
  if (stream.eatSpace()) return null;
  if (stream.match("//")) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match("/*")) {
    state.comment = 1;
    return comment(stream, state);
  }
  if (stream.match("/-")) return "comment";
  if (stream.match("\\")) {
    state.goesOn = true;
    return "operator";
  }
  if (stream.match(/^[{};]/)) {
    state.start = true;
    return "punctuation";
  }
  if (stream.match(/^\([^)\s]*\)/)) return "typeName";
  const start = state.start;
  state.start = false;
  const quoted = opening(stream, state);
  if (quoted) return stream.match("=", false) ? "propertyName" : quoted;
  if (stream.match(/^#(true|false|null|inf|-inf|nan)\b/)) return "bool";
  if (stream.match(/^\$[\w-]+/)) return "variableName.special";
  if (stream.match(/^[+-]?\d[\w.%+-]*/)) return "number";
  if (stream.match(WORD)) {
    if (stream.match("=", false)) return "propertyName";
    return start ? "keyword" : "atom";
  }
  stream.next();
  return "punctuation";
}

export const kdl = StreamLanguage.define({
  name: "tenantry-kdl",
  startState: () => ({ comment: 0, string: null, start: true, goesOn: false }),
  token,
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["{", "(", '"'] },
    indentOnInput: /^\s*\}$/,
    wordChars: "-",
  },
  indent: (_state, textAfter, context) => {
    const line = context.lineAt(context.pos, -1);
    const above = context.state.doc.lineAt(Math.max(0, line.from - 1)).text;
    const indent = /^\s*/.exec(above)[0].length;
    const opens = /\{\s*(\/\/.*)?$/.test(above) ? context.unit : 0;
    const closes = /^\s*\}/.test(textAfter) ? context.unit : 0;
    return Math.max(0, indent + opens - closes);
  },
});

/** A block folds up to the line that closes it: the next one that is indented no further. */
export const blocks = foldService.of((state, from) => {
  const first = state.doc.lineAt(from);
  if (!/\{\s*(\/\/.*)?$/.test(first.text)) return null;
  const indent = /^\s*/.exec(first.text)[0].length;
  for (let number = first.number + 1; number <= state.doc.lines; number += 1) {
    const line = state.doc.line(number);
    if (/\S/.test(line.text) && /^\s*/.exec(line.text)[0].length <= indent) {
      return line.text.trimStart().startsWith("}") ? { from: first.to, to: line.from - 1 } : null;
    }
  }
  return null;
});
