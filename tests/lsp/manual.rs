//! The page of the protocol: what is served, from the table of requests and the server's own answer
//! to `initialize`, and a line about each, which a test misses where it is not there.
//!
//! ```text
//! TENANTRY_UPDATE=1 cargo test -p tenantry-cli --test lsp manual     # write the page anew
//! ```

use std::{env, fmt::Write as _, fs, path::Path};

use serde_json::{Value, json};
use tenantry_lsp::{Need, methods, need};

use crate::client::{Client, modern};

const PAGE: &str = "docs/reference/lsp.md";

/// What each request gives.
const REQUESTS: &[(&str, &str)] = &[
    (
        "callHierarchy/incomingCalls",
        "who connects to a workload or needs it",
    ),
    (
        "callHierarchy/outgoingCalls",
        "to whom it connects and what it needs",
    ),
    (
        "codeAction/resolve",
        "the edits of an action that mends a whole file",
    ),
    (
        "codeLens/resolve",
        "what a line says, in the environment that is set, and its command",
    ),
    (
        "completionItem/resolve",
        "the documentation of one completion",
    ),
    (
        "tenantry/text",
        "our own: the text of a file of the standard library, whose URI begins with `tenantry-std:`; the parameters are `{ textDocument: { uri } }`, the answer is a string or null",
    ),
    (
        "textDocument/codeAction",
        "mends of findings, what is missing elsewhere, `allow` with a reason (as a snippet where the client's edits can be some), a profile of what is selected; `source.fixAll` if it is asked for",
    ),
    (
        "textDocument/codeLens",
        "the lines above pools, quotas, workloads and tests; what they say is resolved one by one",
    ),
    (
        "textDocument/completion",
        "kinds, properties, words, names, units, and what an expression may say; a list that is too long is marked as incomplete",
    ),
    (
        "textDocument/definition",
        "where a name is declared: of a workload that a row makes, the row",
    ),
    (
        "textDocument/diagnostic",
        "the findings of a document; who asks is not sent them as well",
    ),
    (
        "textDocument/documentHighlight",
        "where a name stands in the document",
    ),
    (
        "textDocument/documentLink",
        "the files of packages that are used",
    ),
    ("textDocument/documentSymbol", "what is declared, as a tree"),
    (
        "textDocument/foldingRange",
        "blocks, comments and texts of several lines",
    ),
    (
        "textDocument/formatting",
        "what `tenantry fmt` writes; of broken text nothing is changed",
    ),
    (
        "textDocument/hover",
        "a kind, a property, a value or a name: what it is, what it comes to and why",
    ),
    (
        "textDocument/inlayHint",
        "values from elsewhere, sizes that follow from others, chosen nodes",
    ),
    (
        "textDocument/onTypeFormatting",
        "the layout of a block that was just closed",
    ),
    (
        "textDocument/prepareCallHierarchy",
        "the workload under the cursor",
    ),
    (
        "textDocument/prepareRename",
        "the name under the cursor, or why it cannot be another",
    ),
    (
        "textDocument/rangeFormatting",
        "the same, of the lines that are selected",
    ),
    (
        "textDocument/references",
        "where a name is said, in all files",
    ),
    (
        "textDocument/rename",
        "edits of all files, of what expressions, rules and tests say too, or why none are right; what has a place already keeps it by `was`",
    ),
    (
        "textDocument/selectionRange",
        "word, value, node, block, and so outwards",
    ),
    (
        "textDocument/semanticTokens/full",
        "what each word means, for colours",
    ),
    ("textDocument/semanticTokens/range", "the same, of a range"),
    (
        "textDocument/signatureHelp",
        "the arguments of a definition, a kind or a function, and which one is being written",
    ),
    ("workspace/executeCommand", "see [commands](#commands)"),
    (
        "workspace/symbol",
        "what is declared anywhere, by a part of its name",
    ),
];

/// What each command takes and gives.
const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "tenantry.showArtifact",
        "`{ uri, position }`",
        "what is emitted for the node there: a list of `{ path, text, lines }`, `lines` being those that are its own",
    ),
    (
        "tenantry.showGraph",
        "`{ uri }`",
        "`{ env, dot }`: what is emitted and what waits for what, for Graphviz",
    ),
    (
        "tenantry.runTest",
        "`{ uri }`, and the name of one `test`",
        "a list of `{ name, passed, failures }`, of all tests unless one is named",
    ),
    (
        "tenantry.fixAll",
        "`{ uri }`",
        "an edit of all files of the estate with every mend that is certain; it is not applied",
    ),
];

const NOTIFICATIONS: &[(&str, &str)] = &[
    (
        "textDocument/didOpen",
        "the text counts instead of the file's; a folder with a `tenantry.kdl`, or one below it, becomes an open estate",
    ),
    ("textDocument/didChange", "by ranges or as a whole"),
    ("textDocument/didClose", "the file counts again"),
    (
        "textDocument/didSave",
        "a first `tenantry.kdl` makes a folder an estate",
    ),
    (
        "workspace/didChangeWatchedFiles",
        "what came, changed or went is read again",
    ),
    (
        "workspace/didChangeWorkspaceFolders",
        "estates in new folders are opened",
    ),
    (
        "workspace/didChangeConfiguration",
        "the [settings](../guide/editors.md#settings), if they are sent along",
    ),
    (
        "$/cancelRequest",
        "the request is refused at once, and its work stops where it can",
    ),
    (
        "exit",
        "the process ends: with 0 after `shutdown`, else with 1",
    ),
];

/// What goes to the client, and when.
const SENT: &[(&str, &str)] = &[
    (
        "textDocument/publishDiagnostics",
        "after each analysis, for the files whose findings differ: of the whole estate, in all environments. For open documents only if the client does not ask by `textDocument/diagnostic`",
    ),
    (
        "client/registerCapability",
        "to watch `**/*.kdl` and `**/tenantry.lock`, if `workspace.didChangeWatchedFiles.dynamicRegistration`",
    ),
    (
        "workspace/diagnostic/refresh",
        "after an analysis, if the client asks for diagnostics and has `workspace.diagnostics.refreshSupport`",
    ),
    (
        "workspace/inlayHint/refresh",
        "after a whole analysis, if `workspace.inlayHint.refreshSupport`",
    ),
    (
        "workspace/codeLens/refresh",
        "after a whole analysis, if `workspace.codeLens.refreshSupport`",
    ),
    (
        "window/showMessage",
        "when something cannot be read or we have failed",
    ),
];

/// What a client says of itself, and what follows.
const CLIENT: &[(&str, &str)] = &[
    (
        "general.positionEncodings",
        "with `utf-8` columns are bytes, else units of UTF-16",
    ),
    (
        "textDocument.hover.contentFormat",
        "with `markdown` hovers are Markdown, else plain text; likewise `documentationFormat` of completion items and of signatures",
    ),
    (
        "textDocument.completion.completionItem.snippetSupport",
        "completions have places to fill in",
    ),
    (
        "textDocument.diagnostic",
        "diagnostics of open documents are left to be asked for",
    ),
    (
        "workspace.workspaceEdit.snippetEditSupport",
        "and `documentChanges`: the reason of an `allow`, which is left to its author, is a place to fill in",
    ),
    (
        "experimental.commands.commands",
        "with `editor.action.triggerSuggest` a completion that opens the next one says so",
    ),
    (
        "experimental.tenantryPages",
        "lenses have the client's own commands `tenantry.showReport` (`{ uri, position }`, and `place` or `flows`), `tenantry.showArtifact` and `tenantry.runTest`; without it they are words",
    ),
];

#[test]
fn the_manual_tells_all_that_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let mut capabilities = modern();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let client = Client::open(folder.path(), capabilities);
    let page = page(&client.capabilities["capabilities"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let written = fs::read_to_string(&path).unwrap_or_default();
    if env::var_os("TENANTRY_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
        return;
    }
    assert!(
        written == page,
        "{PAGE} is stale: TENANTRY_UPDATE=1 cargo test -p tenantry-cli --test lsp manual"
    );
}

fn page(offered: &Value) -> String {
    let mut text = String::from(
        "<!-- Generated from the table of requests. To write it anew:\n     \
         TENANTRY_UPDATE=1 cargo test -p tenantry-cli --test lsp manual -->\n\n\
         # The language server\n\n\
         `tenantry lsp` speaks the Language Server Protocol 3.17 over standard input and output. \
         [In the editor](../guide/editors.md) tells how editors are set up; this page is for who \
         writes a client.\n\n\
         `initialize` is answered before any file is read. An estate is opened with the \
         workspace's folders or with its first document, wherever a `tenantry.kdl` lies, and \
         forgotten with that file or that folder. What is no message is refused, and the session \
         goes on; after `shutdown` every request is refused.\n\n",
    );
    text += &requests(offered);
    text += "## Notifications\n\n";
    text += &table(["from the client", "what follows"], NOTIFICATIONS);
    text += "Others are ignored.\n\n";
    text += &table(["to the client", "when"], SENT);
    text += &commands(offered);
    text += "## What a client says of itself\n\n";
    text += &table(["capability", "if it has it"], CLIENT);
    text += "`initializationOptions` are [settings](../guide/editors.md#settings), with or without \
             `tenantry` around them. What is not understood is as if it were not said.\n\n";
    text += FINDINGS;
    text
}

fn requests(offered: &Value) -> String {
    let mut text = String::from(
        "## Requests\n\n\
         *At once* is from the newest text, with the names of the newest analysis; *analysed* \
         waits until the newest text is analysed.\n\n\
         | request | answered | what it gives |\n|---|---|---|\n",
    );
    let mut served: Vec<&str> = methods().collect();
    served.sort_unstable();
    let told: Vec<&str> = REQUESTS.iter().map(|(method, _)| *method).collect();
    assert_eq!(served, told, "each request has its line, in their order");
    for (method, gives) in REQUESTS {
        let when = match need(method) {
            Some(Need::Estate) => "analysed",
            _ => "at once",
        };
        let _ = writeln!(text, "| `{method}` | {when} | {gives} |");
    }
    text += "\nA request that cannot be answered is refused: with `-32601` where it is not served, \
             `-32602` where its parameters are not what the protocol says, `-32803` where what it \
             asks cannot be done (a name that is taken, say; the message is for people), `-32800` \
             where the client has cancelled it, and `-32603` where we have failed. No failure ends \
             the session.\n\n";
    let of = |place: &str| words(offered.pointer(place));
    let _ = write!(
        text,
        "Characters that ask for completion: {}. For signatures: {}. Code actions are of the \
         kinds {}.\n\nTokens have the types {}, and the modifiers {}.\n\n",
        of("/completionProvider/triggerCharacters"),
        of("/signatureHelpProvider/triggerCharacters"),
        of("/codeActionProvider/codeActionKinds"),
        of("/semanticTokensProvider/legend/tokenTypes"),
        of("/semanticTokensProvider/legend/tokenModifiers"),
    );
    text
}

fn commands(offered: &Value) -> String {
    let mut text = String::from(
        "## Commands\n\n\
         What `workspace/executeCommand` takes. The first argument tells the document that it is \
         about.\n\n\
         | command | arguments | what it gives |\n|---|---|---|\n",
    );
    let told: Vec<&str> = COMMANDS.iter().map(|(command, ..)| *command).collect();
    let served = offered.pointer("/executeCommandProvider/commands");
    assert_eq!(served, Some(&json!(told)), "each command has its line");
    for (command, arguments, gives) in COMMANDS {
        let _ = writeln!(text, "| `{command}` | {arguments} | {gives} |");
    }
    text.push('\n');
    text
}

fn table(head: [&str; 2], rows: &[(&str, &str)]) -> String {
    let mut text = format!("| {} | {} |\n|---|---|\n", head[0], head[1]);
    for (name, about) in rows {
        let _ = writeln!(text, "| `{name}` | {about} |");
    }
    text.push('\n');
    text
}

/// Words of a list, as code.
fn words(list: Option<&Value>) -> String {
    let all = list.and_then(Value::as_array).unwrap();
    let all = all.iter().map(|one| match one.as_str().unwrap() {
        " " => "a blank".to_owned(),
        word => format!("`{word}`"),
    });
    all.collect::<Vec<_>>().join(", ")
}

const FINDINGS: &str = "## Findings\n\n\
A finding is a `Diagnostic`: `source` is `tenantry`, `code` the [rule](rules/index.md), the message \
says what is wrong, and in further lines why and what to write instead; `relatedInformation` are the \
other places that are to blame. One that only some environments have names them. `data` is for \
`textDocument/codeAction`, which knows by it what it mends. A note is of the severity *information*.\n";
