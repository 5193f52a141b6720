//! What the protocol asks of any server: encodings, order, cancelling, ends, and files that come
//! and go.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, modern};

/// An estate without a finding.
const ESTATE: &str = "estate demo {\n    // é 😀\n}\n\ncluster c1 kind=kubernetes\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

fn is(rule: &'static str) -> impl Fn(&[Value]) -> bool {
    move |diagnostics| codes(diagnostics).contains(&rule)
}

#[test]
fn a_mistake_comes_and_goes_with_the_text() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("tenantry.kdl", ESTATE);
    client.did_change(
        "tenantry.kdl",
        2,
        &ESTATE.replace("cluster c1", "clutser c1"),
    );
    let found = client.until("tenantry.kdl", is("unknown-kind"));
    assert_eq!(
        found[0]["range"]["start"],
        json!({ "line": 4, "character": 0 })
    );
    assert_eq!(found[0]["source"], "tenantry");
    client.did_change("tenantry.kdl", 3, ESTATE);
    client.until("tenantry.kdl", |found| !is("unknown-kind")(found));
    assert_eq!(client.shut_down(), Some(0));
}

#[test]
fn files_that_are_not_open_have_diagnostics_too() {
    let folder = folder(&[("tenantry.kdl", ESTATE), ("more.kdl", "clutser c2\n")]);
    let mut client = Client::open(folder.path(), modern());
    client.until("more.kdl", is("unknown-kind"));
}

#[test]
fn columns_are_counted_as_was_agreed() {
    let text = "estate demo\n// é 😀\nlet a \"é😀\" ; clutser c1\n";
    let folder = folder(&[("tenantry.kdl", text)]);
    for (encodings, name, column) in [
        (json!(["utf-16"]), "utf-16", 14),
        (json!(["utf-16", "utf-8"]), "utf-8", 17),
        (Value::Null, "utf-16", 14),
    ] {
        let mut capabilities = modern();
        capabilities["general"]["positionEncodings"] = encodings;
        let mut client = Client::open(folder.path(), capabilities);
        assert_eq!(
            client.capabilities["capabilities"]["positionEncoding"],
            name
        );
        let found = client.until("tenantry.kdl", is("unknown-kind"));
        let at = found
            .iter()
            .find(|one| one["code"] == "unknown-kind")
            .unwrap();
        assert_eq!(
            at["range"]["start"],
            json!({ "line": 2, "character": column })
        );
    }
}

#[test]
fn changes_by_range_are_made_in_their_order() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    for (encoding, behind) in [("utf-8", 11), ("utf-16", 9)] {
        let mut capabilities = modern();
        capabilities["general"]["positionEncodings"] = json!([encoding]);
        let mut client = Client::open(folder.path(), capabilities);
        // CR LF, a lone CR, and a byte order mark are lines and text like any other.
        client.did_open(
            "tenantry.kdl",
            "\u{feff}estate demo\r\n// é😀x\rclutser c1\r\n",
        );
        client.until("tenantry.kdl", is("unknown-kind"));
        let change = |line: u32, from: u32, to: u32, text: &str| {
            json!({
                "range": {
                    "start": { "line": line, "character": from },
                    "end": { "line": line, "character": to },
                },
                "text": text,
            })
        };
        let uri = client.uri("tenantry.kdl");
        let changes = [
            // The `x` behind the emoji, then the name, then something beyond the end.
            change(1, behind - 2, behind - 1, ""),
            change(2, 0, 7, "cluster"),
            change(2, 999, 9_999, " kind=kubernetes"),
            change(99, 0, 0, "\n"),
        ];
        let document = json!({ "uri": uri, "version": 2 });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        client.notify("textDocument/didChange", params);
        client.until("tenantry.kdl", |found| !is("unknown-kind")(found));
        let position = json!({ "line": 2, "character": 1 });
        let params = json!({ "textDocument": { "uri": uri }, "position": position });
        let hover = client.request("textDocument/hover", params).unwrap();
        assert!(
            hover["contents"]["value"]
                .as_str()
                .unwrap()
                .contains("cluster"),
            "{hover}"
        );
    }
}

#[test]
fn what_is_not_served_or_not_understood_is_refused_by_its_code() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    for (method, params, code) in [
        ("textDocument/nonsense", json!({}), -32601),
        ("textDocument/hover", json!({ "position": 7 }), -32602),
    ] {
        let error = client.request(method, params).unwrap_err();
        assert_eq!(error["code"], code, "{error}");
    }
    // A notification that nobody knows is passed over.
    client.notify("$/nonsense", json!({}));
    // A place that is not there, in a file that is not there, is no mistake of the client's.
    let elsewhere = json!({ "textDocument": { "uri": "file:///nowhere/x.kdl" },
        "position": { "line": 1_000_000, "character": 1_000_000 } });
    assert_eq!(
        client.request("textDocument/hover", elsewhere),
        Ok(Value::Null)
    );
    assert_eq!(client.shut_down(), Some(0));
}

#[test]
fn a_cancelled_request_is_answered_once_as_cancelled() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("tenantry.kdl", ESTATE);
    // It waits for the analysis of this change, and is cancelled before.
    client.did_change("tenantry.kdl", 2, &ESTATE.replace("demo", "demo2"));
    let uri = client.uri("tenantry.kdl");
    let id = client.post(
        "textDocument/diagnostic",
        json!({ "textDocument": { "uri": uri } }),
    );
    client.notify("$/cancelRequest", json!({ "id": id }));
    match client.answer(id) {
        Ok(_) => {}
        Err(error) => assert_eq!(error["code"], -32800),
    }
    let shutdown = client.post("shutdown", Value::Null);
    while let Some(message) = client.hear(Duration::from_secs(120)) {
        assert_ne!(message["id"], json!(id), "answered twice");
        if message["id"] == json!(shutdown) {
            break;
        }
    }
}

#[test]
fn a_session_ends_as_the_protocol_says() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let client = Client::open(folder.path(), modern());
    assert_eq!(client.shut_down(), Some(0));
    let client = Client::open(folder.path(), modern());
    assert_eq!(client.leave(true), Some(1), "`exit` without `shutdown`");
    let client = Client::open(folder.path(), modern());
    assert_eq!(client.leave(false), Some(1), "a pipe that ends");
}

#[test]
fn files_come_and_go_on_the_disk() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("tenantry.kdl", ESTATE);
    let touched = |client: &mut Client, kind: u32| {
        let uri = client.uri("more.kdl");
        let changes = json!([{ "uri": uri, "type": kind }]);
        client.notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": changes }),
        );
    };
    write(folder.path(), "more.kdl", "clutser c2\n");
    touched(&mut client, 1);
    client.until("more.kdl", is("unknown-kind"));
    fs::remove_file(folder.path().join("more.kdl")).unwrap();
    touched(&mut client, 3);
    client.until("more.kdl", <[Value]>::is_empty);
    let asked = client
        .heard
        .iter()
        .any(|one| one["method"] == "client/registerCapability");
    assert!(asked, "the client is asked to watch");
}

#[test]
fn a_file_that_was_never_saved_belongs_to_its_estate() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("new/unsaved.kdl", "clutser c2\n");
    client.until("new/unsaved.kdl", is("unknown-kind"));
    let uri = client.uri("new/unsaved.kdl");
    client.notify(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": uri } }),
    );
    client.until("new/unsaved.kdl", <[Value]>::is_empty);
}

#[test]
fn each_estate_of_a_workspace_is_its_own() {
    let folder = folder(&[
        ("one/tenantry.kdl", ESTATE),
        ("two/tenantry.kdl", "estate two\nclutser c1\n"),
        ("loose.kdl", "clutser c1\n"),
    ]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("loose.kdl", "clutser c1\n");
    client.did_open("one/tenantry.kdl", &ESTATE.replace("cluster", "clutser"));
    client.until("one/tenantry.kdl", is("unknown-kind"));
    client.until("two/tenantry.kdl", is("unknown-kind"));
    let loose = client.uri("loose.kdl");
    assert!(
        !client.diagnostics.contains_key(&loose),
        "it belongs to no estate"
    );
}

#[test]
fn a_folder_becomes_an_estate_when_its_first_file_is_opened() {
    let folder = folder(&[("readme.txt", "nothing yet")]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("tenantry.kdl", "estate demo\nclutser c1\n");
    client.until("tenantry.kdl", is("unknown-kind"));
}

#[test]
fn a_client_that_asks_for_diagnostics_is_not_told_twice() {
    let broken = "estate demo\nclutser c1\n";
    let folder = folder(&[("tenantry.kdl", broken), ("more.kdl", "clutser c2\n")]);
    let mut capabilities = modern();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::open(folder.path(), capabilities);
    client.did_open("tenantry.kdl", broken);
    client.until("more.kdl", is("unknown-kind"));
    let uri = client.uri("tenantry.kdl");
    let params = json!({ "textDocument": { "uri": uri } });
    let report = client.request("textDocument/diagnostic", params).unwrap();
    assert_eq!(report["items"][0]["code"], "unknown-kind");
    let pushed = client.diagnostics.get(&uri).and_then(Value::as_array);
    assert!(pushed.is_none_or(Vec::is_empty), "{pushed:?}");
}

/// Two tenants, of which one has no quota.
const TENANTS: &str = r#"
tenant acme {
    quota cpu=8 memory="16GiB" pods=20
}
tenant beta {
    workload hello {
        container image="registry.example.com/demo/hello:1.0.0"
        cpu "250m" limit="500m"
        memory "128MiB"
        port http 8080
    }
}
"#;

#[test]
fn a_reason_is_selected_where_an_edit_can_have_a_place_to_fill_in() {
    let ground = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/lsp/estates/ground.kdl"
    ))
    .unwrap();
    let estate = format!("estate demo\n{ground}\n{TENANTS}");
    let folder = folder(&[("tenantry.kdl", &estate)]);
    for (fills_in, wanted) in [
        (true, "because=\"${1:why this is meant}\""),
        (false, "because=\"TODO: why this is meant\""),
    ] {
        let mut capabilities = modern();
        capabilities["workspace"]["workspaceEdit"]["snippetEditSupport"] = json!(fills_in);
        let mut client = Client::open(folder.path(), capabilities);
        client.did_open("tenantry.kdl", &estate);
        let found = client.until("tenantry.kdl", is("tenant-without-quota"));
        let found = found
            .iter()
            .find(|one| one["code"] == "tenant-without-quota");
        let params = json!({
            "textDocument": { "uri": client.uri("tenantry.kdl") },
            "range": found.unwrap()["range"],
            "context": { "diagnostics": [] },
        });
        let actions = client.request("textDocument/codeAction", params).unwrap();
        let mut actions = actions.as_array().unwrap().iter();
        let title = |one: &&Value| one["title"].as_str().unwrap().starts_with("allow `");
        let edit = actions.find(title).unwrap()["edit"].clone();
        let text = match fills_in {
            true => edit["documentChanges"][0]["edits"][0]["snippet"]["value"].clone(),
            false => edit["changes"][client.uri("tenantry.kdl")][0]["newText"].clone(),
        };
        assert!(text.as_str().unwrap().contains(wanted), "{edit}");
    }
}

#[test]
fn what_is_no_message_is_refused_and_the_session_goes_on() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    for (body, code, id) in [
        (&b"[]"[..], -32600, json!(null)),
        (b"{}", -32600, json!(null)),
        (br#"{"jsonrpc":"2.0","id":71}"#, -32600, json!(71)),
        (b"{\"jsonrpc\"", -32700, json!(null)),
        (b"\"\xff\"", -32700, json!(null)),
    ] {
        client.raw(body);
        let refused = loop {
            let said = client.hear(Duration::from_secs(120)).unwrap();
            if said.get("error").is_some() {
                break said;
            }
        };
        assert_eq!(refused["error"]["code"], code, "{refused}");
        assert_eq!(refused["id"], id);
    }
    let again = client.request("initialize", json!({})).unwrap_err();
    assert_eq!(again["code"], -32600);
    assert_eq!(client.shut_down(), Some(0));
}

#[test]
fn requests_around_initialize_are_answered() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::silent(folder.path());
    let early = client.request("workspace/symbol", json!({ "query": "" }));
    let early = early.unwrap_err();
    assert_eq!(early["code"], -32002);
    assert_eq!(
        early["message"],
        "`workspace/symbol` came before `initialize`"
    );
    let folders = json!([{ "uri": client.root, "name": "estate" }]);
    let params = json!({ "capabilities": modern(), "workspaceFolders": folders });
    client.request("initialize", params).unwrap();
    // Before `initialized`.
    let found = client.request("workspace/symbol", json!({ "query": "c1" }));
    assert_eq!(found.unwrap()[0]["name"], "c1");
    client.notify("initialized", json!({}));
    assert_eq!(client.shut_down(), Some(0));
}

#[test]
fn an_estate_that_is_deleted_is_forgotten_and_comes_back() {
    let folder = folder(&[("tenantry.kdl", ESTATE), ("more.kdl", "clutser c2\n")]);
    let mut client = Client::open(folder.path(), modern());
    client.did_open("more.kdl", "clutser c2\n");
    client.until("more.kdl", is("unknown-kind"));
    let touched = |client: &mut Client, kind: u32| {
        let uri = client.uri("tenantry.kdl");
        let changes = json!([{ "uri": uri, "type": kind }]);
        let params = json!({ "changes": changes });
        client.notify("workspace/didChangeWatchedFiles", params);
    };
    fs::remove_file(folder.path().join("tenantry.kdl")).unwrap();
    touched(&mut client, 3);
    client.until("more.kdl", <[Value]>::is_empty);
    client.did_change("more.kdl", 2, "clutser c3\n");
    write(folder.path(), "tenantry.kdl", ESTATE);
    touched(&mut client, 1);
    // What was typed meanwhile counts.
    let found = client.until("more.kdl", is("unknown-kind"));
    assert!(found[0]["message"].as_str().unwrap().contains("clutser"));
}

#[test]
fn a_folder_that_leaves_the_workspace_is_forgotten() {
    let folder = folder(&[
        ("one/tenantry.kdl", ESTATE),
        ("two/tenantry.kdl", "estate two\nclutser c1\n"),
    ]);
    let mut client = Client::open(folder.path(), modern());
    client.until("two/tenantry.kdl", is("unknown-kind"));
    let gone = json!([{ "uri": client.uri("two"), "name": "two" }]);
    let params = json!({ "event": { "added": [], "removed": gone } });
    client.notify("workspace/didChangeWorkspaceFolders", params);
    client.until("two/tenantry.kdl", <[Value]>::is_empty);
    let found = client.request("workspace/symbol", json!({ "query": "two" }));
    assert_eq!(found, Ok(json!([])));
}

#[test]
fn a_document_is_called_as_the_client_called_it() {
    let folder = folder(&[("tenantry.kdl", ESTATE), ("a+b.kdl", "clutser c2\n")]);
    let mut client = Client::open(folder.path(), modern());
    client.until("a+b.kdl", is("unknown-kind"));
    client.did_open("a%2Bb.kdl", "clutser c2\n");
    client.until("a%2Bb.kdl", is("unknown-kind"));
    client.until("a+b.kdl", <[Value]>::is_empty);
}

#[test]
fn a_mark_of_the_byte_order_is_no_column() {
    let folder = folder(&[("tenantry.kdl", ESTATE), ("a.kdl", "\u{feff}clutser c2\n")]);
    let mut client = Client::open(folder.path(), modern());
    let found = client.until("a.kdl", is("unknown-kind"));
    let start = json!({ "line": 0, "character": 0 });
    assert_eq!(found[0]["range"]["start"], start);
    let end = json!({ "line": 0, "character": 7 });
    assert_eq!(found[0]["range"]["end"], end);
}

/// A package and an estate that uses it.
const PACKED: &[(&str, &str)] = &[
    ("tenantry.kdl", "estate demo\n"),
    (
        "a.kdl",
        "use \"packages/pg\"\nuse \"vendor/my\"\ncluster c1 kind=kubernetes {\n    like pg.small\n    like my.small\n}\n",
    ),
    (
        "packages/pg/tenantry.kdl",
        "package pg version=\"1.0.0\"\nprofile small for=cluster {\n}\n",
    ),
    (
        "vendor/my/tenantry.kdl",
        "package my version=\"1.0.0\"\nprofile small for=cluster {\n}\n",
    ),
];

#[test]
fn a_package_knows_who_uses_it() {
    let folder = folder(PACKED);
    let mut client = Client::open(folder.path(), modern());
    let at = |client: &mut Client, path: &str| {
        let text = PACKED.iter().find(|(own, _)| *own == path).unwrap().1;
        client.did_open(path, text);
        json!({ "textDocument": { "uri": client.uri(path) },
            "position": { "line": 1, "character": 10 },
            "newName": "tiny", "context": { "includeDeclaration": true } })
    };
    let params = at(&mut client, "packages/pg/tenantry.kdl");
    let found = client.request("textDocument/references", params.clone());
    assert_eq!(found.unwrap().as_array().unwrap().len(), 2);
    let edits = client.request("textDocument/rename", params).unwrap();
    let uses = client.uri("a.kdl");
    assert_eq!(edits["changes"][&uses][0]["newText"], "tiny");
    let params = at(&mut client, "vendor/my/tenantry.kdl");
    let refused = client.request("textDocument/rename", params).unwrap_err();
    let words = refused["message"].as_str().unwrap();
    assert!(words.contains("not yours to change"), "{words}");
}

#[test]
fn a_command_that_cannot_be_run_says_why() {
    let folder = folder(&[("tenantry.kdl", ESTATE)]);
    let mut client = Client::open(folder.path(), modern());
    let own = client.uri("tenantry.kdl");
    for (command, arguments, words) in [
        ("tenantry.nonsense", json!([]), "there is no command"),
        ("tenantry.runTest", json!([]), "the first argument"),
        (
            "tenantry.runTest",
            json!([{ "uri": "file:///nowhere/x.kdl" }]),
            "file:///nowhere/x.kdl is in no estate",
        ),
        (
            "tenantry.runTest",
            json!([{ "uri": own }, "gone"]),
            "no test is called `gone`",
        ),
    ] {
        let params = json!({ "command": command, "arguments": arguments });
        let refused = client.request("workspace/executeCommand", params);
        let refused = refused.unwrap_err();
        let said = refused["message"].as_str().unwrap();
        assert!(said.starts_with(words), "{said}");
    }
}
