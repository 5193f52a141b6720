// Runs the grammar as VS Code does, and draws what it says under the text.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { loadWASM, OnigScanner, OnigString } = require("vscode-oniguruma");
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");

const here = (path) => new URL(path, import.meta.url);

/** The grammar as it is shipped, ready to cut lines into tokens. */
export async function load() {
  await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  const path = here("../syntaxes/tenantry.tmLanguage.json").pathname;
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new OnigScanner(sources),
      createOnigString: (text) => new OnigString(text),
    }),
    loadGrammar: async (scope) =>
      scope === "source.tenantry" ? parseRawGrammar(readFileSync(path, "utf8"), path) : null,
  });
  return registry.loadGrammar("source.tenantry");
}

/**
 * The lines of a text with their tokens, and how deep in rules the text ends: 1 is the grammar
 * itself, more is a block or string that the grammar takes for unclosed.
 */
export function tokens(grammar, text) {
  let stack = INITIAL;
  const lines = text.split("\n").map((line) => {
    const result = grammar.tokenizeLine(line, stack);
    if (result.stoppedEarly) throw new Error(`too slow on: ${line}`);
    stack = result.ruleStack;
    return { line, tokens: result.tokens };
  });
  return { lines, depth: stack.depth };
}

/** What a token is called, without the grammar's name, which is in all of them. */
export function label(token) {
  const plain = token.scopes
    .map((scope) => scope.replace(/\.tenantry$/, ""))
    .filter((scope) => scope !== "source" && !scope.startsWith("meta.node"));
  return plain.join(" ");
}

/** Each line, and under it its tokens with their scopes. Blanks without any are left out. */
export function draw(grammar, text) {
  const { lines, depth } = tokens(grammar, text);
  const out = [];
  for (const { line, tokens } of lines) {
    out.push(`| ${line}`);
    for (const token of tokens) {
      const end = Math.min(token.endIndex, line.length);
      const told = label(token);
      if (end <= token.startIndex || !told) continue;
      out.push(`  ${" ".repeat(token.startIndex)}${"^".repeat(end - token.startIndex)} ${told}`);
    }
  }
  out.push(`ends at depth ${depth}`, "");
  return out.join("\n");
}
