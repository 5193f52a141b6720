//! What a client has opened, and how far it is analysed.

use std::{collections::BTreeMap, sync::Arc};

use lsp_types::{Diagnostic, PublishDiagnosticsParams, Uri};
use serde_json::Value;
use tenantry_core::{Options, compile::Depth, load::Library, target::Target, world::World};
use tenantry_ide::{Done, Host, Snapshot, Work};
use tenantry_syntax::lines::Encoding;

use crate::{
    Files, Need, Refusal, Settings,
    capabilities::{self, Client},
    convert::Converter,
    diagnostics, handlers,
    uri::{Root, decode},
};

/// What a client has opened.
pub struct Session {
    library: Library,
    targets: &'static [&'static dyn Target],
    options: Options,
    client: Client,
    settings: Settings,
    estates: Vec<Estate>,
    /// The open documents by their decoded URIs, whether an estate has them or not.
    documents: BTreeMap<String, Document>,
    /// How many estates there have been.
    numbered: usize,
}

/// A document that the client has open.
struct Document {
    uri: Uri,
    version: i32,
    text: Arc<str>,
}

struct Estate {
    /// Estates come and go; none has the number of another.
    number: usize,
    root: Root,
    host: Host,
    files: Files,
    versions: BTreeMap<String, i32>,
    /// Counts the changes, so that an analysis knows whether it is of the newest text.
    changes: u64,
    /// The changes that the newest analysis has seen, and how far it went.
    analysed: Option<(u64, Depth)>,
    /// Whether an analysis is being made.
    is_running: bool,
    /// What was told of each file, and by which name of it.
    published: BTreeMap<Arc<str>, (Uri, Vec<Diagnostic>)>,
}

impl Estate {
    /// Whether it is analysed as it is now.
    fn is_current(&self) -> bool {
        let analysed = self.analysed;
        analysed.is_some_and(|(changes, _)| changes == self.changes)
    }

    /// A document of it is open, and reads so.
    fn edit(&mut self, path: &str, document: &Document) {
        self.files.open(path, Arc::clone(&document.text));
        self.host.change(path, Arc::clone(&document.text));
        self.versions.insert(path.to_owned(), document.version);
        self.root.say(path, &document.uri);
        self.changes += 1;
    }
}

/// An analysis to be made; it may be made elsewhere.
pub struct Job {
    estate: usize,
    changes: u64,
    depth: Depth,
    files: Files,
    work: Work,
}

/// An analysis that was made or stopped.
pub struct Finished {
    estate: usize,
    changes: u64,
    depth: Depth,
    stopped: bool,
    done: Done,
}

impl Finished {
    /// Whether it went as far as `check` does, to its end.
    pub fn is_deep(&self) -> bool {
        self.depth == Depth::Plan && !self.stopped
    }
}

impl Job {
    /// Analyses, until `stop` says that nobody waits any more.
    pub fn run(self, stop: &(dyn Fn() -> bool + Sync)) -> Finished {
        let done = self.work.run(&self.files, self.depth, stop);
        Finished {
            estate: self.estate,
            changes: self.changes,
            depth: self.depth,
            stopped: !done.is_whole(),
            done,
        }
    }

    /// Which estate it is of, and of which of its changes: for [`Session::is_outdated`] and
    /// [`Session::lost`].
    pub fn subject(&self) -> (usize, u64) {
        (self.estate, self.changes)
    }
}

/// What a request is answered from: one estate, as it is, and how its client counts.
#[derive(Clone)]
pub struct Context {
    /// The estate.
    pub snapshot: Snapshot,
    /// Its folder.
    pub root: Root,
    /// What a column counts.
    pub encoding: Encoding,
    /// What the client can show.
    pub client: Client,
    /// What it set.
    pub settings: Settings,
    /// The estate's files, for what must be compiled anew.
    pub files: Files,
}

impl Context {
    /// For turning places into positions and back.
    pub(crate) fn converter(&self) -> Converter<'_> {
        Converter::new(&self.snapshot, &self.root, self.encoding)
    }

    /// The path of a document.
    pub(crate) fn path(&self, uri: &Uri) -> Option<String> {
        self.root.path(uri)
    }
}

/// A request with all that its answer needs.
pub struct Question {
    method: String,
    params: Value,
    contexts: Vec<Context>,
}

impl Question {
    /// Answers it.
    ///
    /// # Errors
    /// The request cannot be answered; why is for the client's log.
    pub fn answer(self) -> Result<Value, Refusal> {
        handlers::answer(&self.contexts, &self.method, self.params)
    }
}

impl Session {
    /// A session with a client that says of itself what `initialize` has brought; what is
    /// answered to that.
    pub fn new(
        initialize: &Value,
        library: Library,
        targets: &'static [&'static dyn Target],
        options: Options,
    ) -> (Self, Value) {
        let client = Client::of(initialize);
        let answer = capabilities::answer(&client);
        let set = initialize.get("initializationOptions");
        let session = Self {
            library,
            targets,
            options,
            settings: set.map(Settings::read).unwrap_or_default(),
            client,
            estates: Vec::new(),
            documents: BTreeMap::new(),
            numbered: 0,
        };
        (session, answer)
    }

    /// Opens the estate in a folder, unless it is open already.
    pub fn add_estate(&mut self, root: Root, below: Arc<dyn World + Send + Sync>) {
        if self.estates.iter().any(|estate| estate.root == root) {
            return;
        }
        self.numbered += 1;
        let mut estate = Estate {
            number: self.numbered,
            host: Host::new(self.library, self.targets, self.options.clone()),
            files: Files::new(below),
            root,
            versions: BTreeMap::new(),
            changes: 1,
            analysed: None,
            is_running: false,
            published: BTreeMap::new(),
        };
        for document in self.documents.values() {
            let path = estate.root.path(&document.uri);
            if let Some(path) = path.filter(|path| is_spec(path)) {
                estate.edit(&path, document);
            }
        }
        self.estates.push(estate);
    }

    /// The folders of the open estates.
    pub fn roots(&self) -> impl Iterator<Item = &Root> {
        self.estates.iter().map(|estate| &estate.root)
    }

    /// Whether a document of the estate in a folder is open.
    pub fn is_used(&self, root: &Root) -> bool {
        let mut open = self.documents.values();
        open.any(|document| root.path(&document.uri).is_some_and(|path| is_spec(&path)))
    }

    /// Forgets the estates in some folders; returns what takes back all that was told of them.
    /// Those around may have to tell of their files now.
    pub fn forget(&mut self, gone: &[Root]) -> Vec<PublishDiagnosticsParams> {
        let all = std::mem::take(&mut self.estates).into_iter();
        let (gone, left): (Vec<_>, Vec<_>) = all.partition(|estate| gone.contains(&estate.root));
        self.estates = left;
        for estate in self.estates.iter_mut().filter(|_| !gone.is_empty()) {
            estate.changes += 1;
        }
        let told = gone.into_iter().flat_map(|estate| estate.published);
        told.map(|(_, (uri, _))| PublishDiagnosticsParams::new(uri, None, Vec::new()))
            .collect()
    }

    fn position(&self, number: usize) -> Option<usize> {
        let mut estates = self.estates.iter();
        estates.position(|estate| estate.number == number)
    }

    /// The estates that read a document: a package's files are its own and of who uses it.
    fn estates_of(&self, uri: &Uri) -> Vec<(usize, String)> {
        let estates = self.estates.iter().enumerate();
        let holding = estates.filter_map(|(at, estate)| Some((at, estate.root.path(uri)?)));
        holding.collect()
    }

    /// The estate that a document belongs to: the innermost folder that holds it.
    fn estate_of(&self, uri: &Uri) -> Option<(usize, String)> {
        let holding = self.estates_of(uri).into_iter();
        holding.max_by_key(|(at, _)| self.estates[*at].root.as_str().len())
    }

    /// The widest estate that reads a document: one that uses the package which has it.
    fn estate_around(&self, uri: &Uri) -> Option<(usize, String)> {
        let holding = self.estates_of(uri).into_iter();
        let reading = holding.filter(|(at, path)| {
            let known = self.estates[*at].host.snapshot();
            known.file(path).is_some_and(|file| file.id.is_some())
        });
        reading.min_by_key(|(at, _)| self.estates[*at].root.as_str().len())
    }

    /// Whether a document belongs to an estate that is open.
    pub fn knows(&self, uri: &Uri) -> bool {
        self.estate_of(uri).is_some()
    }

    /// A document is open, or its open text changed.
    pub fn edit(&mut self, uri: &Uri, version: i32, text: &str) {
        let document = Document {
            uri: uri.clone(),
            version,
            text: text.into(),
        };
        for (at, path) in self.estates_of(uri) {
            if is_spec(&path) {
                self.estates[at].edit(&path, &document);
            }
        }
        self.documents.insert(decode(&uri.0), document);
    }

    /// The text of an open document, for a client that sends changes by range.
    pub fn text(&self, uri: &Uri) -> Option<Arc<str>> {
        let document = self.documents.get(&decode(&uri.0))?;
        Some(Arc::clone(&document.text))
    }

    /// A document is closed: what the disk has counts again.
    pub fn close(&mut self, uri: &Uri) {
        self.documents.remove(&decode(&uri.0));
        for (at, path) in self.estates_of(uri) {
            let estate = &mut self.estates[at];
            estate.files.close(&path);
            estate.host.forget(&path);
            estate.versions.remove(&path);
            estate.changes += 1;
        }
    }

    /// A file below changed, came or went.
    pub fn touched(&mut self, uri: &Uri) {
        for (at, path) in self.estates_of(uri) {
            let estate = &mut self.estates[at];
            estate.files.forget(&path);
            estate.changes += 1;
        }
    }

    /// The client set something.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// What the client can show.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether all estates, or the one of a document, are analysed as they are now.
    pub fn is_current(&self, uri: Option<&Uri>) -> bool {
        let of = uri.and_then(|uri| self.estate_of(uri)).map(|(at, _)| at);
        let estates = self.estates.iter().enumerate();
        let mut wanted = estates.filter(|(at, _)| of.is_none_or(|of| of == *at));
        wanted.all(|(_, estate)| estate.is_current())
    }

    /// Whether an analysis of this estate is of old text by now, and better stopped.
    pub fn is_outdated(&self, job: (usize, u64)) -> bool {
        let estate = self.position(job.0).and_then(|at| self.estates.get(at));
        estate.is_none_or(|estate| estate.changes != job.1)
    }

    /// The next analysis to make: of what changed first, and, `idle`, deeper than while typing.
    pub fn job(&mut self, idle: bool) -> Option<Job> {
        let waits = |estate: &Estate| {
            !estate.is_running
                && estate
                    .analysed
                    .is_none_or(|(changes, _)| changes != estate.changes)
        };
        let shallow = |estate: &Estate| {
            !estate.is_running && matches!(estate.analysed, Some((_, Depth::Lower)))
        };
        let changed = self.estates.iter().position(waits);
        let (at, depth) = match changed {
            Some(at) => (at, Depth::Lower),
            None if idle => (self.estates.iter().position(shallow)?, Depth::Plan),
            None => return None,
        };
        let estate = &mut self.estates[at];
        estate.is_running = true;
        Some(Job {
            estate: estate.number,
            changes: estate.changes,
            depth,
            files: estate.files.clone(),
            work: estate.host.work(),
        })
    }

    /// Whether an analysis could go deeper once the client is idle.
    pub fn can_deepen(&self) -> bool {
        let mut estates = self.estates.iter();
        estates.any(|estate| matches!(estate.analysed, Some((_, Depth::Lower))))
    }

    /// Takes what an analysis found; returns the diagnostics of the files whose differ.
    pub fn finish(&mut self, finished: Finished) -> Vec<PublishDiagnosticsParams> {
        let at = self.position(finished.estate);
        let Some((at, estate)) = at.and_then(|at| Some((at, self.estates.get_mut(at)?))) else {
            return Vec::new();
        };
        estate.is_running = false;
        estate.host.learn(finished.done);
        if finished.stopped {
            return Vec::new();
        }
        estate.analysed = Some((finished.changes, finished.depth));
        self.publish(at)
    }

    /// An analysis ended without a result: it panicked. The next one starts from nothing.
    pub fn lost(&mut self, estate: usize) {
        let at = self.position(estate);
        if let Some(estate) = at.and_then(|at| self.estates.get_mut(at)) {
            estate.is_running = false;
            // Not again before something changes.
            estate.analysed = Some((estate.changes, Depth::Plan));
        }
    }

    fn publish(&mut self, at: usize) -> Vec<PublishDiagnosticsParams> {
        let Some(context) = self.contexts().into_iter().nth(at) else {
            return Vec::new();
        };
        let mut all = diagnostics::all(&context);
        // What another estate within this one has, that one tells.
        let owned = |path: &str| {
            let owner = self.estate_of(&context.root.uri(path));
            owner.is_none_or(|(owner, _)| owner == at)
        };
        all.retain(|path, _| owned(path));
        let estate = &mut self.estates[at];
        for path in estate.published.keys() {
            all.entry(path.clone()).or_default();
        }
        let mut changed = Vec::new();
        for (path, diagnostics) in all {
            // What a client asks for by itself, it would show twice.
            let pulled = self.client.pulls && estate.files.is_open(&path);
            let diagnostics = if pulled { Vec::new() } else { diagnostics };
            let uri = context.root.uri(&path);
            let before = estate.published.get(&path);
            let renamed = before.filter(|(said, _)| *said != uri).cloned();
            if let Some((said, _)) = renamed {
                // It is told of by the name that it was opened with from now on.
                estate.published.remove(&path);
                changed.push(PublishDiagnosticsParams::new(said, None, Vec::new()));
            }
            let before = estate.published.get(&path);
            if before.map_or(diagnostics.is_empty(), |(_, told)| *told == diagnostics) {
                continue;
            }
            let file = context.snapshot.file(&path);
            // While somebody types on, they are of an older version, whose number is forgotten.
            let version = file.filter(|file| file.is_current);
            let version = version.and_then(|_| estate.versions.get(&*path).copied());
            changed.push(PublishDiagnosticsParams::new(
                uri.clone(),
                version,
                diagnostics.clone(),
            ));
            if diagnostics.is_empty() {
                estate.published.remove(&path);
            } else {
                estate.published.insert(path, (uri, diagnostics));
            }
        }
        changed
    }

    fn contexts(&self) -> Vec<Context> {
        self.estates
            .iter()
            .map(|estate| self.context(estate))
            .collect()
    }

    fn context(&self, estate: &Estate) -> Context {
        Context {
            snapshot: estate.host.snapshot(),
            root: estate.root.clone(),
            encoding: self.client.encoding,
            client: self.client.clone(),
            settings: self.settings.clone(),
            files: estate.files.clone(),
        }
    }

    /// The document that a request is about, if it is about one.
    pub fn document(params: &Value) -> Option<Uri> {
        let places = [
            "/textDocument/uri",
            "/item/uri",
            "/uri",
            "/arguments/0/uri",
            "/data/uri",
        ];
        let found = places.iter().find_map(|place| params.pointer(place))?;
        Some(Uri(found.as_str()?.to_owned()))
    }

    /// Whether a request can be answered from what is known now. Of an estate that was just
    /// opened nothing is known yet, so that every request waits for its first analysis.
    pub fn is_ready(&self, method: &str, params: &Value) -> bool {
        let document = Self::document(params);
        match handlers::need(method) {
            Some(Need::Estate) => match document {
                // Who is around may have to say who uses it.
                Some(uri) if handlers::asks_around(method) => {
                    let estates = self.estates_of(&uri).into_iter();
                    estates
                        .into_iter()
                        .all(|(at, _)| self.estates[at].is_current())
                }
                document => self.is_current(document.as_ref()),
            },
            Some(Need::Text) => {
                let of = document.and_then(|uri| self.estate_of(&uri));
                of.is_none_or(|(at, _)| self.estates[at].analysed.is_some())
            }
            None => true,
        }
    }

    /// A request with all that its answer needs, to be answered here or elsewhere.
    pub fn ask(&self, method: &str, params: Value) -> Question {
        let document = Self::document(&params);
        let around = document.as_ref().filter(|_| handlers::asks_around(method));
        let around = around.and_then(|uri| self.estate_around(uri));
        let of = || document.as_ref().and_then(|uri| self.estate_of(uri));
        let of = around.or_else(of);
        let contexts = match (&document, of) {
            (_, Some((at, _))) => vec![self.context(&self.estates[at])],
            (Some(_), None) => Vec::new(),
            (None, None) => self.contexts(),
        };
        Question {
            method: method.to_owned(),
            params,
            contexts,
        }
    }
}

/// Whether a file is one that an estate reads: the library's text is nobody's to change, and
/// other files say nothing.
fn is_spec(path: &str) -> bool {
    !path.starts_with("std:/") && path.ends_with(".kdl")
}
