// The TextMate grammar, source.tenantry. JSON holds no comments, and regular expressions without any
// cannot be read: this is the text that is edited, and `npm run grammar` writes
// syntaxes/tenantry.tmLanguage.json from it.
//
// A grammar of this sort sees one line at a time and cannot ask the compiler. What can only be known
// from the estate (whether a word is a reference, which call is a define) is coloured by the server's
// semantic tokens on top; this one stands alone where there is no server.

const re = String.raw;

// What a word is made of: everything but space and what KDL gives a meaning to.
const CHAR = re`[^\s\\/(){};\[\]"#=]`;
// A word does not begin like a number.
const WORD = re`(?![+-]?\.?[0-9])${CHAR}+`;
// A quoted or raw string that ends on its line, as a name of a node or property.
const QUOTED = re`"(?!"")(?:[^"\\]|\\.)*"`;
const RAW = re`(#+)"(?!"").*?"\1`;
const TYPE = re`(\()([^()]*)(\))\s*`;
// Where a word or number ends.
const END = re`(?=[\s;{}()"=]|\\\s|//|/\*|/-|$)`;

// What any block may hold: these say when and how often there is something, not what. The server's
// tokens tell them apart from kinds in the same way.
export const LANGUAGE = ["allow", "annotation", "each", "in", "label", "omit", "slot"];

// Kinds whose first argument is a name of their own, not one that they refer to.
export const NAMED = [
  "alert", "arg", "backup", "backup-store", "capability", "cluster", "column", "component",
  "config", "cpu-model", "define", "device", "disk", "each", "entry", "estate", "external",
  "gpu-model", "image", "init", "installed", "key", "let", "network", "nic", "node",
  "package", "param", "pool", "port", "priority", "profile", "queue", "raw", "role", "row", "rule",
  "secret", "sidecar", "site", "slot", "storage", "table", "tenant", "tier", "var", "volume",
  "workload",
];

// Kinds whose argument is an expression from end to end, without `${ }`.
const CONDITIONS = ["when", "expect"];
// Kinds of the type `text`: scripts and files of others, whose dollar signs are their own.
export const TEXTS = ["run", "write", "file", "object"];

// Units of quantities, as docs/reference/values.md lists them; `Gi` is understood as well.
const UNIT =
  re`[KMGTP]i?B|kB|[KMGTP]i|[kMGT]?bit(?:/s)?|ms|[smhdw]|%|(?:[A-Z]{3}(?:/(?:h|day|month|year|GiB·day|core·h))?)`;
const AMOUNT = re`[+-]?[0-9][0-9_]*(?:\.[0-9]+)?`;

const name = (scope) => ({ name: `${scope}.tenantry` });
const include = (...names) => names.map((it) => ({ include: `#${it}` }));
const words = (list) => list.map((it) => it.replace(/-/g, re`\-`)).join("|");

// The head of a node: its type annotation, if any, and its kind. Each sort of kind is a rule of its
// own, for what follows is read differently; all end where the node ends.
const node = (head, captures, patterns) => ({
  name: "meta.node.tenantry",
  begin: re`(?:${TYPE})?${head}`,
  beginCaptures: {
    1: name("punctuation.definition.annotation.begin"),
    2: name("storage.type.annotation"),
    3: name("punctuation.definition.annotation.end"),
    ...captures,
  },
  // The line ends its node, unless a backslash continues it: that is taken by `continuation` first.
  end: re`(?=[;}\n])`,
  patterns,
});

const kind = (list) => re`(${words(list)})${END}`;
const KIND = { 4: name("entity.name.tag.kind") };
const CONTROL = { 4: name("keyword.control") };

// What may be escaped in a string with one or three quotes. A backslash before the line's end swallows
// the blank text after it.
const escapes = [
  { ...name("constant.character.escape"), match: re`\\(?:[nrtsbf"\\]|u\{[0-9A-Fa-f]{1,6}\})` },
  { ...name("constant.character.escape.blank"), match: re`\\\s+` },
  { ...name("invalid.illegal.escape"), match: re`\\.` },
];

// `${…}` in a string that ends with `close`, and `$name` where that is all of it.
const template = (open, close) => [
  { ...name("constant.character.escape.dollar"), match: re`\$\$` },
  {
    name: "meta.interpolation.tenantry",
    begin: re`\$\{`,
    beginCaptures: { 0: name("punctuation.definition.template-expression.begin") },
    // Unclosed, an expression ends with its string and does not colour the rest of the file.
    end: re`\}|(?=${close})`,
    endCaptures: { 0: name("punctuation.definition.template-expression.end") },
    contentName: "meta.embedded.expression.cel.tenantry",
    patterns: include("cel"),
  },
  {
    match: re`(?<=${open})(\$)([A-Za-z_][\w.-]*)(?=${close})`,
    captures: {
      1: name("punctuation.definition.variable"),
      2: name("variable.other.readwrite"),
    },
  },
];

// The four spellings of a string, whose inside is what `inside(open, close, escapes)` says.
const strings = (inside, content) => [
  {
    name: "string.quoted.raw.multi.tenantry",
    begin: re`(#+)"""`,
    beginCaptures: { 0: name("punctuation.definition.string.begin") },
    end: re`"""\1`,
    endCaptures: { 0: name("punctuation.definition.string.end") },
    ...content,
    patterns: inside(re`#"""`, re`"""#`, []),
  },
  {
    name: "string.quoted.raw.tenantry",
    begin: re`(#+)"`,
    beginCaptures: { 0: name("punctuation.definition.string.begin") },
    end: re`"\1|(?=\n)`,
    endCaptures: { 0: name("punctuation.definition.string.end") },
    ...content,
    patterns: inside(re`#"`, re`"#`, []),
  },
  {
    name: "string.quoted.multi.tenantry",
    begin: re`"""`,
    beginCaptures: { 0: name("punctuation.definition.string.begin") },
    end: re`"""`,
    endCaptures: { 0: name("punctuation.definition.string.end") },
    ...content,
    patterns: inside(re`"""`, re`"""`, escapes),
  },
  {
    name: "string.quoted.double.tenantry",
    begin: re`"`,
    beginCaptures: { 0: name("punctuation.definition.string.begin") },
    // A string with one quote ends on its line, unless a backslash swallows the line's end: that is
    // taken by the escapes before this is asked.
    end: re`"|(?=\n)`,
    endCaptures: { 0: name("punctuation.definition.string.end") },
    ...content,
    patterns: inside(re`"`, re`"`, escapes),
  },
];

export const grammar = {
  $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
  name: "Tenantry",
  scopeName: "source.tenantry",
  fileTypes: ["kdl"],
  patterns: include("nodes"),
  repository: {
    nodes: {
      patterns: include(
        "comments", "dead-node", "call", "condition", "text", "named", "control", "other-kind", "stray",
      ),
    },
    block: {
      begin: re`\{`,
      beginCaptures: { 0: name("punctuation.section.block.begin") },
      end: re`\}`,
      endCaptures: { 0: name("punctuation.section.block.end") },
      patterns: include("nodes"),
    },
    // What goes with a node beside its head.
    rest: {
      patterns: include(
        "comments", "continuation", "dead-entry", "block", "annotation", "formula-property", "property",
        "quantity", "string", "keyword", "number", "variable", "word", "stray",
      ),
    },

    // Heads. `hosting.customer`: a definition of a package, by the package's name and its own.
    call: node(re`(${WORD.replace(CHAR, re`[^\s\\/(){};\[\]"#=.]`)})(\.)(${WORD})${END}`, {
      4: name("entity.name.namespace"),
      5: name("punctuation.accessor"),
      6: name("entity.name.function.call"),
    }, include("rest")),
    condition: node(kind(CONDITIONS), KIND, include("formula", "rest")),
    // `expand=#true` asks for what is otherwise not done: then a text is like any string.
    text: node(re`(${words(TEXTS)})${END}(?!.*\bexpand\s*=\s*#true)`, KIND, include("plain", "rest")),
    named: {
      patterns: [
        node(re`(${words(NAMED.filter((it) => LANGUAGE.includes(it)))})(?:\s+(${CHAR}+|${QUOTED}))?${END}`,
          { ...CONTROL, 5: { patterns: include("own-name") } }, include("rest")),
        node(re`(${words(NAMED.filter((it) => !LANGUAGE.includes(it)))})(?:\s+(${CHAR}+|${QUOTED}))?${END}`,
          { ...KIND, 5: { patterns: include("own-name") } }, include("rest")),
      ],
    },
    control: node(kind(LANGUAGE), CONTROL, include("rest")),
    "other-kind": node(re`(-(?=\s)|${WORD}|${QUOTED}|${RAW.replace(re`\1`, re`\5`)})`, KIND, include("rest")),
    // The name that a node gives itself. One with a parameter in it is that parameter.
    "own-name": {
      patterns: [
        ...include("property", "variable", "string", "number"),
        { ...name("entity.name.type"), match: re`${WORD}` },
      ],
    },

    // Values.
    annotation: {
      match: TYPE,
      captures: {
        1: name("punctuation.definition.annotation.begin"),
        2: name("storage.type.annotation"),
        3: name("punctuation.definition.annotation.end"),
      },
    },
    // `if=` is an expression, and so is what `each` goes through where it is no name.
    "formula-property": {
      begin: re`(?<=\s)(if|in)\s*(=)\s*(?=["#])`,
      beginCaptures: {
        1: name("keyword.control.conditional"),
        2: name("keyword.operator.assignment"),
      },
      end: re`(?<=["#])|(?=[\s;{}])`,
      patterns: include("formula"),
    },
    property: {
      match: re`(${WORD}|${QUOTED})\s*(=)(?!=)`,
      captures: {
        1: name("entity.other.attribute-name"),
        2: name("keyword.operator.assignment"),
      },
    },
    // A number in quotes because of its unit: "128GiB", "1h30m", "25%", "50 CNY/h".
    quantity: {
      name: "string.quoted.double.quantity.tenantry",
      match: re`(")(?:(${AMOUNT})\s*(${UNIT})|((?:[0-9]+(?:[dhms]))+))(")`,
      captures: {
        1: name("punctuation.definition.string.begin"),
        2: name("constant.numeric"),
        3: name("keyword.other.unit"),
        4: {
          patterns: [
            { ...name("constant.numeric"), match: "[0-9]+" },
            { ...name("keyword.other.unit"), match: "[a-z]+" },
          ],
        },
        5: name("punctuation.definition.string.end"),
      },
    },
    string: { patterns: strings((open, close, escapes) => [...template(open, close), ...escapes]) },
    plain: { patterns: strings((open, close, escapes) => escapes) },
    formula: {
      patterns: strings(
        (open, close, escapes) => [...escapes, ...include("cel")],
        { contentName: "meta.embedded.expression.cel.tenantry" },
      ),
    },
    keyword: {
      patterns: [
        { ...name("constant.language.boolean"), match: re`#(?:true|false)${END}` },
        { ...name("constant.language.null"), match: re`#null${END}` },
        { ...name("constant.numeric.float"), match: re`#(?:-?inf|nan)${END}` },
        { ...name("invalid.illegal.keyword"), match: re`#${CHAR}+` },
        // KDL 1 wrote them so; here they need their `#`.
        { ...name("invalid.illegal.keyword"), match: re`(?:true|false|null|-?inf|nan)${END}` },
      ],
    },
    number: {
      patterns: [
        { ...name("constant.numeric.hex"), match: re`[+-]?0x[0-9A-Fa-f][0-9A-Fa-f_]*${END}` },
        { ...name("constant.numeric.octal"), match: re`[+-]?0o[0-7][0-7_]*${END}` },
        { ...name("constant.numeric.binary"), match: re`[+-]?0b[01][01_]*${END}` },
        {
          ...name("constant.numeric.decimal"),
          match: re`[+-]?[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?${END}`,
        },
        // What begins like a number and is none: 8Gi, 10.0.0.0/8, 1.34.2. It belongs in quotes.
        { ...name("invalid.illegal.number"), match: re`[+-]?\.?[0-9][^\s;{}()"=\[\]]*` },
      ],
    },
    variable: {
      match: re`(\$)([A-Za-z_]${CHAR}*)`,
      captures: {
        1: name("punctuation.definition.variable"),
        2: name("variable.other.readwrite"),
      },
    },
    word: { ...name("string.unquoted"), match: WORD },
    continuation: {
      match: re`(\\)\s*(?:(//.*)|(/\*.*?\*/)\s*)?$\n?`,
      captures: {
        1: name("punctuation.separator.continuation"),
        2: name("comment.line.double-slash"),
        3: name("comment.block"),
      },
    },
    stray: { ...name("invalid.illegal.stray"), match: re`[\[\]]` },

    // Comments; those with `/*` nest.
    comments: {
      patterns: [
        { ...name("comment.line.double-slash"), match: re`//.*$` },
        { include: "#block-comment" },
      ],
    },
    "block-comment": {
      name: "comment.block.tenantry",
      begin: re`/\*`,
      end: re`\*/`,
      patterns: include("block-comment"),
    },
    // `/-` makes a comment of the node, value or block behind it. Inside, only what could hide its end
    // is read.
    "dead-node": {
      name: "comment.block.slashdash.tenantry",
      begin: re`/-`,
      end: re`(?=[;}])|(?<!/-)(?=\n)`,
      patterns: [{ match: re`(?<=/-)\s*(?://.*)?\n` }, ...include("dead-parts")],
    },
    "dead-entry": {
      name: "comment.block.slashdash.tenantry",
      begin: re`/-\s*(?:\([^()]*\)\s*)?`,
      end: re`(?<=\})|(?=[\s;}])|(?!\G)(?=\{)`,
      patterns: include("dead-parts"),
    },
    "dead-parts": {
      patterns: [
        { match: re`//.*$` },
        { begin: re`/\*`, end: re`\*/`, patterns: include("block-comment") },
        { match: re`\\\s*(?://.*)?\n` },
        { begin: re`\{`, end: re`\}`, patterns: include("dead-parts") },
        { begin: re`(#+)"""`, end: re`"""\1` },
        { begin: re`(#+)"`, end: re`"\1|(?=\n)` },
        { begin: re`"""`, end: re`"""`, patterns: [{ match: re`\\.` }] },
        { begin: re`"`, end: re`"|(?=\n)`, patterns: [{ match: re`\\(?:.|\s+)` }] },
      ],
    },

    // Expressions: CEL, with the functions of its macros.
    cel: {
      patterns: [
        { ...name("comment.line.double-slash"), match: re`//.*$` },
        {
          ...name("string.quoted.single.cel"),
          match: re`[rRbB]{0,2}'(?:[^'\\"]|\\.)*'`,
        },
        // In a string of KDL, quotes of CEL's other sort are escaped.
        { ...name("string.quoted.double.cel"), match: re`\\"(?:[^"\\])*\\"` },
        { ...name("constant.language.cel"), match: re`\b(?:true|false|null)\b` },
        { ...name("keyword.operator.logical.cel"), match: re`\bin\b|&&|\|\||!(?!=)` },
        { ...name("keyword.operator.comparison.cel"), match: re`[=!<>]=|[<>]` },
        { ...name("keyword.operator.arithmetic.cel"), match: re`[-+*/%]` },
        { ...name("keyword.operator.ternary.cel"), match: re`[?:]` },
        {
          ...name("support.function.cel"),
          match: re`\b(?:all|exists|exists_one|filter|has|map|matches|size)(?=\()`,
        },
        { ...name("entity.name.function.cel"), match: re`\b[A-Za-z_]\w*(?=\()` },
        { ...name("constant.numeric.cel"), match: re`\b(?:0x[0-9A-Fa-f]+|[0-9]+)u?\b` },
        {
          match: re`(\.)([A-Za-z_]\w*)`,
          captures: { 1: name("punctuation.accessor.cel"), 2: name("variable.other.property.cel") },
        },
        { ...name("variable.other.readwrite.cel"), match: re`\b[A-Za-z_]\w*` },
        // The braces of a map go in pairs, so that its own does not end a `${`.
        { begin: re`\{`, end: re`\}|(?=")`, patterns: include("cel") },
      ],
    },
  },
};
