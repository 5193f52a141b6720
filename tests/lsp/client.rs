//! A client of the language server: the real binary, over its pipe.

use std::{
    collections::BTreeMap,
    io::{BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// Longer than any answer takes on a busy machine; whoever waits so long waits for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server, and what it has said so far.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    said: Receiver<Value>,
    next: i64,
    /// The folder's URI.
    pub(crate) root: String,
    /// The newest diagnostics of each file.
    pub(crate) diagnostics: BTreeMap<String, Value>,
    /// What the server notified or asked, other than diagnostics.
    pub(crate) heard: Vec<Value>,
    /// What `initialize` was answered.
    pub(crate) capabilities: Value,
}

/// What most clients say of themselves today.
pub(crate) fn modern() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "completion": {
                "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"] },
            },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "signatureHelp": { "signatureInformation": { "documentationFormat": ["markdown"] } },
        },
        "workspace": {
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "workspaceEdit": { "documentChanges": true },
        },
    })
}

impl Client {
    /// Starts a server; nothing is said to it yet.
    pub(crate) fn silent(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, said) = channel();
        thread::spawn(move || {
            let mut output = output;
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let folder = folder.canonicalize().unwrap();
        Self {
            input: child.stdin.take(),
            child,
            said,
            next: 0,
            root: format!("file://{}", folder.to_str().unwrap()),
            diagnostics: BTreeMap::new(),
            heard: Vec::new(),
            capabilities: Value::Null,
        }
    }

    /// Starts a server and opens a folder.
    pub(crate) fn open(folder: &Path, capabilities: Value) -> Self {
        let mut client = Self::silent(folder);
        let folders = json!([{ "uri": client.root, "name": "estate" }]);
        let params = json!({ "capabilities": capabilities, "workspaceFolders": folders });
        client.capabilities = client.request("initialize", params).unwrap();
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks without waiting for the answer.
    pub(crate) fn post(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Asks and waits; an error is the whole error object.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.post(method, params);
        self.answer(id)
    }

    /// Waits for the answer to what was posted.
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            let message = self
                .hear(PATIENCE)
                .unwrap_or_else(|| panic!("no answer to {id}"));
            if message.get("method").is_none() && message["id"] == json!(id) {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    pub(crate) fn did_open(&mut self, path: &str, text: &str) {
        let document = json!({
            "uri": self.uri(path), "languageId": "tenantry-kdl", "version": 1, "text": text,
        });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// The document reads otherwise as a whole.
    pub(crate) fn did_change(&mut self, path: &str, version: i32, text: &str) {
        let document = json!({ "uri": self.uri(path), "version": version });
        let changes = json!([{ "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Waits until what is said of a file is as `wanted`.
    pub(crate) fn until(&mut self, path: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = self.uri(path);
        loop {
            let known = self.diagnostics.get(&uri).and_then(Value::as_array);
            if let Some(known) = known
                && wanted(known)
            {
                return known.clone();
            }
            if self.hear(PATIENCE).is_none() {
                panic!("{path} stays at {:?}", self.diagnostics.get(&uri));
            }
        }
    }

    /// Takes the next thing that the server says, if it says one in time.
    pub(crate) fn hear(&mut self, patience: Duration) -> Option<Value> {
        let message = match self.said.recv_timeout(patience) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        };
        let method = message.get("method").and_then(Value::as_str);
        if let (Some(_), Some(id)) = (method, message.get("id")) {
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": null });
            self.send(&answer);
        }
        match method {
            Some("textDocument/publishDiagnostics") => {
                let params = &message["params"];
                let uri = params["uri"].as_str().unwrap().to_owned();
                self.diagnostics.insert(uri, params["diagnostics"].clone());
            }
            Some(_) => self.heard.push(message.clone()),
            None => {}
        }
        Some(message)
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.raw(message.to_string().as_bytes());
    }

    /// Sends a body as it is.
    pub(crate) fn raw(&mut self, body: &[u8]) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
        input.write_all(body).unwrap();
        input.flush().unwrap();
    }

    /// Ends the session as the protocol says; the exit code.
    pub(crate) fn shut_down(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null).unwrap();
        self.notify("exit", Value::Null);
        self.child.wait().unwrap().code()
    }

    /// Closes the pipe, or says `exit` alone first; the exit code.
    pub(crate) fn leave(mut self, exit: bool) -> Option<i32> {
        if exit {
            self.notify("exit", Value::Null);
        }
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("Content-Length:") {
            length = bytes.trim().parse::<usize>().ok();
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
