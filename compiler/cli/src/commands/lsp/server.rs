//! The main loop: it owns the session, applies what the client says in order, and hands all that
//! takes long to workers, with a snapshot that nobody changes.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::Uri;
use serde_json::{Value, json};
use tenantry_core::{Options, load::ROOT_FILE, world::World};
use tenantry_lsp::{Finished, Need, Refusal, Root, Session, Settings, decode, need};

use super::{folders, sync, wire::Wire, workers::Workers};
use crate::{disk::Disk, estate::library};

/// How long nothing comes from the client before an analysis goes deeper than while typing.
const IDLE: Duration = Duration::from_millis(300);
/// Threads that answer requests.
const ANSWERING: usize = 2;

/// What a worker has done.
enum Event {
    Finished(Box<Finished>),
    /// The analysis of that estate panicked.
    Lost(usize),
    Answered(RequestId, Result<Value, Refusal>),
}

/// An analysis that is being made.
struct Running {
    estate: usize,
    changes: u64,
    stop: Arc<AtomicBool>,
}

struct Server<'c> {
    wire: &'c Wire,
    session: Session,
    events: (Sender<Event>, Receiver<Event>),
    analysing: Workers,
    answering: Workers,
    running: Option<Running>,
    /// Requests that are not answered yet. One that the client has cancelled is not among them.
    open: BTreeSet<String>,
    /// Requests that wait for an analysis of the newest text.
    waiting: Vec<Request>,
    /// Numbers our own requests.
    asked: i32,
    is_shut_down: bool,
}

/// Serves a client until it says `exit` or is gone; whether it said `shutdown` before.
pub(super) fn serve(wire: &Wire) -> std::io::Result<bool> {
    let Some((id, params)) = introduced(wire) else {
        return Ok(false);
    };
    let targets = tenantry_targets::ALL;
    let (session, answer) = Session::new(&params, library(), targets, Options::default());
    wire.send(Response::new_ok(id, answer).into());
    let mut server = Server {
        wire,
        session,
        events: unbounded(),
        analysing: Workers::start("analysis", 1)?,
        answering: Workers::start("answer", ANSWERING)?,
        running: None,
        open: BTreeSet::new(),
        waiting: Vec::new(),
        asked: 0,
        is_shut_down: false,
    };
    for folder in folders_of(&params) {
        server.open_folder(&folder);
    }
    Ok(server.run())
}

/// Waits for the client to say who it is; none where it leaves without.
fn introduced(wire: &Wire) -> Option<(RequestId, Value)> {
    loop {
        match wire.receiver.recv().ok()? {
            Message::Request(request) if request.method == "initialize" => {
                return Some((request.id, request.params));
            }
            Message::Request(request) => {
                let words = format!("`{}` came before `initialize`", request.method);
                let code = ErrorCode::ServerNotInitialized as i32;
                wire.send(Response::new_err(request.id, code, words).into());
            }
            Message::Notification(notification) if notification.method == "exit" => return None,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
}

/// The folders that a client has open.
fn folders_of(initialize: &Value) -> Vec<String> {
    let folders = initialize.get("workspaceFolders").and_then(Value::as_array);
    let folders = folders.into_iter().flatten();
    let mut uris: Vec<String> = folders
        .filter_map(|folder| folder.get("uri")?.as_str().map(str::to_owned))
        .collect();
    if uris.is_empty() {
        let root = initialize.get("rootUri").and_then(Value::as_str);
        uris.extend(root.map(str::to_owned));
    }
    uris
}

impl Server<'_> {
    fn run(&mut self) -> bool {
        loop {
            self.pump();
            match self.next() {
                Next::Message(message) => {
                    if !self.message(message) {
                        return self.is_shut_down;
                    }
                    // Whatever came meanwhile belongs to the same batch.
                    while let Ok(message) = self.wire.receiver.try_recv() {
                        if !self.message(message) {
                            return self.is_shut_down;
                        }
                    }
                }
                Next::Event(event) => self.event(event),
                Next::Idle => self.analyse(true),
                Next::Gone => return self.is_shut_down,
            }
        }
    }

    fn next(&self) -> Next {
        let (_, events) = &self.events;
        let idle = if self.running.is_none() && self.session.can_deepen() {
            crossbeam_channel::after(IDLE)
        } else {
            crossbeam_channel::never()
        };
        select! {
            recv(self.wire.receiver) -> message => match message {
                Ok(message) => Next::Message(message),
                Err(_) => Next::Gone,
            },
            recv(events) -> event => event.map_or(Next::Gone, Next::Event),
            recv(idle) -> _ => Next::Idle,
        }
    }

    /// Stops what is of old text, starts what is due, and hands out what can be answered.
    fn pump(&mut self) {
        if let Some(running) = &self.running
            && self.session.is_outdated((running.estate, running.changes))
        {
            running.stop.store(true, Ordering::Relaxed);
        }
        self.analyse(false);
        let waiting = std::mem::take(&mut self.waiting);
        for request in waiting {
            if self.session.is_ready(&request.method, &request.params) {
                self.answer(request);
            } else if self.open.contains(&request.id.to_string()) {
                self.waiting.push(request);
            }
        }
    }

    /// Starts the next analysis, if one is due and none is being made.
    fn analyse(&mut self, idle: bool) {
        if self.running.is_some() {
            return;
        }
        let Some(job) = self.session.job(idle) else {
            return;
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (estate, changes) = job.subject();
        self.running = Some(Running {
            estate,
            changes,
            stop: Arc::clone(&stop),
        });
        let events = self.events.0.clone();
        self.analysing.give(move || {
            let stopped = || stop.load(Ordering::Relaxed);
            let run = catch_unwind(AssertUnwindSafe(|| job.run(&stopped)));
            let event = match run {
                Ok(finished) => Event::Finished(Box::new(finished)),
                Err(_) => Event::Lost(estate),
            };
            // Nobody listens any more once the server ends.
            let _ = events.send(event);
        });
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Finished(finished) => {
                self.running = None;
                let deep = finished.is_deep();
                for published in self.session.finish(*finished) {
                    self.notify("textDocument/publishDiagnostics", json!(published));
                }
                self.refresh(deep);
            }
            Event::Lost(estate) => {
                self.running = None;
                self.session.lost(estate);
                self.complain("tenantry could not analyse the estate: a bug of ours, told in the log. What was known before is kept.");
            }
            Event::Answered(id, result) => self.reply(id, result),
        }
    }

    /// Tells the client to ask again for what an analysis may have changed.
    fn refresh(&mut self, deep: bool) {
        let client = self.session.client().clone();
        if client.pulls && client.refreshes_diagnostics {
            self.ask("workspace/diagnostic/refresh", Value::Null);
        }
        if deep && client.refreshes_hints {
            self.ask("workspace/inlayHint/refresh", Value::Null);
        }
        if deep && client.refreshes_lenses {
            self.ask("workspace/codeLens/refresh", Value::Null);
        }
    }

    /// Takes a message; whether to go on.
    fn message(&mut self, message: Message) -> bool {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) if notification.method == "exit" => return false,
            Message::Notification(notification) => self.notification(notification),
            // What clients answer to ours says nothing that we act on.
            Message::Response(_) => {}
        }
        true
    }

    fn request(&mut self, request: Request) {
        let refuse = |code: ErrorCode, words: &str| {
            Response::new_err(request.id.clone(), code as i32, words.to_owned())
        };
        if self.is_shut_down {
            let words = "the server is shut down";
            return self.send(refuse(ErrorCode::InvalidRequest, words).into());
        }
        if request.method == "shutdown" {
            self.is_shut_down = true;
            return self.send(Response::new_ok(request.id, Value::Null).into());
        }
        if request.method == "initialize" {
            let words = "the server is initialized already";
            return self.send(refuse(ErrorCode::InvalidRequest, words).into());
        }
        if need(&request.method).is_none() {
            let words = format!("`{}` is not served", request.method);
            return self.send(refuse(ErrorCode::MethodNotFound, &words).into());
        }
        self.open.insert(request.id.to_string());
        let ready = self.session.is_ready(&request.method, &request.params);
        if need(&request.method) == Some(Need::Text) && ready {
            self.answer(request);
        } else {
            // The batch is not over: what follows may change the text.
            self.waiting.push(request);
        }
    }

    /// Hands a request to a worker, with the newest snapshot.
    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let question = self.session.ask(&method, params);
        let events = self.events.0.clone();
        self.answering.give(move || {
            let answered = catch_unwind(AssertUnwindSafe(|| question.answer()));
            let result = answered.unwrap_or_else(|_| {
                Err(Refusal::Broken(format!(
                    "`{method}` failed: a bug in tenantry, told in the log"
                )))
            });
            let _ = events.send(Event::Answered(id, result));
        });
    }

    fn reply(&mut self, id: RequestId, result: Result<Value, Refusal>) {
        if !self.open.remove(&id.to_string()) {
            return;
        }
        let response = match result {
            Ok(value) => Response::new_ok(id, value),
            Err(refusal) => {
                let code = match &refusal {
                    Refusal::Unknown(_) => ErrorCode::MethodNotFound,
                    Refusal::Malformed(_) => ErrorCode::InvalidParams,
                    Refusal::Impossible(_) => ErrorCode::RequestFailed,
                    Refusal::Broken(_) => ErrorCode::InternalError,
                };
                Response::new_err(id, code as i32, refusal.to_string())
            }
        };
        self.send(response.into());
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => self.watch(),
            "textDocument/didOpen" => self.did_open(&params),
            "textDocument/didChange" => self.did_change(params),
            "textDocument/didClose" => {
                if let Some(uri) = Session::document(&params) {
                    self.session.close(&uri);
                    self.forget_gone();
                }
            }
            "textDocument/didSave" => {
                // A first save of its `tenantry.kdl` may make a folder an estate.
                if let Some(uri) = Session::document(&params) {
                    self.open_around(&uri);
                }
            }
            "workspace/didChangeWatchedFiles" => self.did_touch(&params),
            "workspace/didChangeWorkspaceFolders" => {
                let added = params.pointer("/event/added").and_then(Value::as_array);
                for folder in added.into_iter().flatten() {
                    if let Some(uri) = folder.get("uri").and_then(Value::as_str) {
                        self.open_folder(uri);
                    }
                }
                let removed = params.pointer("/event/removed").and_then(Value::as_array);
                for folder in removed.into_iter().flatten() {
                    if let Some(uri) = folder.get("uri").and_then(Value::as_str) {
                        self.close_folder(uri);
                    }
                }
            }
            "workspace/didChangeConfiguration" => {
                if let Some(settings) = params.get("settings").filter(|set| set.is_object()) {
                    self.session.set(Settings::read(settings));
                    self.refresh(true);
                }
            }
            "$/cancelRequest" => self.cancel(&params),
            _ => {}
        }
    }

    fn did_open(&mut self, params: &Value) {
        let Some(uri) = Session::document(params) else {
            return;
        };
        self.open_around(&uri);
        let document = |name: &str| params.get("textDocument")?.get(name);
        let text = document("text").and_then(Value::as_str);
        let version = document("version").and_then(Value::as_i64);
        if let Some(text) = text {
            let version = version.and_then(|version| i32::try_from(version).ok());
            self.session.edit(&uri, version.unwrap_or_default(), text);
        }
    }

    fn did_change(&mut self, params: Value) {
        let Ok(params) = serde_json::from_value::<lsp_types::DidChangeTextDocumentParams>(params)
        else {
            return;
        };
        let document = params.text_document;
        let uri = document.text_document_identifier.uri;
        let Some(before) = self.session.text(&uri) else {
            return;
        };
        let encoding = self.session.client().encoding;
        let text = sync::apply(before, params.content_changes, encoding);
        self.session.edit(&uri, document.version, &text);
    }

    fn did_touch(&mut self, params: &Value) {
        let changes = params.get("changes").and_then(Value::as_array);
        for change in changes.into_iter().flatten() {
            if let Some(uri) = change.get("uri").and_then(Value::as_str) {
                let uri = Uri(uri.to_owned());
                // 3: it was deleted.
                if change.get("type") != Some(&json!(3)) {
                    self.open_around(&uri);
                }
                self.session.touched(&uri);
            }
        }
        self.forget_gone();
    }

    /// Forgets the estates whose `tenantry.kdl` is neither on the disk nor open.
    fn forget_gone(&mut self) {
        let gone = self.session.roots().filter(|root| {
            let path = folders::path_of(root.as_str());
            let is_there = path.is_none_or(|path| folders::is_estate(&path));
            !is_there && self.session.text(&root.uri(ROOT_FILE)).is_none()
        });
        let gone: Vec<Root> = gone.cloned().collect();
        self.forget(&gone);
    }

    /// Forgets the estates in a folder that is no part of the workspace any more. One of which a
    /// document is open stays.
    fn close_folder(&mut self, uri: &str) {
        let folder = Root::new(uri);
        let gone = self.session.roots().filter(|root| {
            root.as_str().starts_with(folder.as_str()) && !self.session.is_used(root)
        });
        let gone: Vec<Root> = gone.cloned().collect();
        self.forget(&gone);
    }

    fn forget(&mut self, gone: &[Root]) {
        if gone.is_empty() {
            return;
        }
        for published in self.session.forget(gone) {
            self.notify("textDocument/publishDiagnostics", json!(published));
        }
    }

    fn cancel(&mut self, params: &Value) {
        let id = match params.get("id") {
            Some(Value::String(id)) => RequestId::from(id.clone()),
            Some(Value::Number(id)) => match id.as_i64().and_then(|id| i32::try_from(id).ok()) {
                Some(id) => RequestId::from(id),
                None => return,
            },
            _ => return,
        };
        if self.open.remove(&id.to_string()) {
            let words = "cancelled by the client".to_owned();
            let response = Response::new_err(id, ErrorCode::RequestCanceled as i32, words);
            self.send(response.into());
        }
    }

    /// Opens the estates in a folder of the workspace.
    fn open_folder(&mut self, uri: &str) {
        let Some(path) = folders::path_of(&decode(uri)) else {
            return;
        };
        for estate in folders::below(&path) {
            self.open_estate(uri, &path, &estate);
        }
    }

    /// Opens the estate around a document, if it is in one and that is not open yet.
    fn open_around(&mut self, uri: &Uri) {
        let decoded = decode(&uri.0);
        let Some(file) = folders::path_of(&decoded) else {
            return;
        };
        let Some(estate) = folders::around(&file) else {
            return;
        };
        let Some(below) = file.strip_prefix(&estate).ok().and_then(Path::to_str) else {
            return;
        };
        let Some(root) = decoded.strip_suffix(&below.replace('\\', "/")) else {
            return;
        };
        self.add(Root::new(root), &estate);
    }

    fn open_estate(&mut self, folder: &str, path: &Path, estate: &Path) {
        let Some(below) = estate.strip_prefix(path).ok().and_then(Path::to_str) else {
            return;
        };
        let folder = decode(folder);
        let folder = folder.trim_end_matches('/');
        let uri = format!("{folder}/{}", below.replace('\\', "/"));
        self.add(Root::new(uri.trim_end_matches('/')), estate);
    }

    fn add(&mut self, root: Root, folder: &Path) {
        let limits = Options::default().limits;
        match Disk::open(folder, limits.file_bytes) {
            Ok(disk) => {
                let below: Arc<dyn World + Send + Sync> = Arc::new(disk);
                self.session.add_estate(root, below);
            }
            Err(_) => self.complain(&format!("cannot read {}", folder.display())),
        }
    }

    /// Asks the client to tell what changes on the disk.
    fn watch(&mut self) {
        if !self.session.client().watches {
            return;
        }
        let watchers =
            json!([{ "globPattern": "**/*.kdl" }, { "globPattern": "**/tenantry.lock" }]);
        let registration = json!({
            "id": "watch",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        let params = json!({ "registrations": [registration] });
        self.ask("client/registerCapability", params);
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        self.send(Request::new(id, method.to_owned(), params).into());
    }

    fn notify(&self, method: &str, params: Value) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    /// Shows words to whoever sits before the editor.
    fn complain(&self, words: &str) {
        self.notify("window/showMessage", json!({ "type": 1, "message": words }));
    }

    fn send(&self, message: Message) {
        self.wire.send(message);
    }
}

/// What comes next.
enum Next {
    Message(Message),
    Event(Event),
    Idle,
    Gone,
}
