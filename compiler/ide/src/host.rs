//! The texts of an estate, what is known of them, and the snapshot that questions are asked of.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, LazyLock},
};

use tenantry_core::{
    FileId, Options,
    compile::{Analysed, Analysis, Depth, Memo, analyse},
    diag::Diagnostic,
    load::Library,
    schema::{kind::KindId, vocabulary, words::UnitId, words::Words},
    target::Target,
    world::World,
};
use tenantry_syntax::{Limits, Parse, parse};

use crate::{names::Names, outline::Outline};

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, from the estate's root; the library's start with `std:/`.
    pub path: Arc<str>,
    /// The bytes.
    pub range: Range<u32>,
}

/// One replacement in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub range: Range<u32>,
    /// What comes in their place.
    pub text: String,
}

impl Edit {
    /// A replacement of these bytes.
    pub fn new(range: Range<u32>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }
}

/// Replacements by file; those of one file do not overlap and are in the order of its text.
pub type FileEdits = BTreeMap<Arc<str>, Vec<Edit>>;

/// The texts of one estate, as the editor has them, and what is known of them.
pub struct Host {
    library: Library,
    targets: &'static [&'static dyn Target],
    options: Options,
    memo: Memo,
    /// The files that changed since the last analysis, as they are now.
    fresh: BTreeMap<Arc<str>, Arc<Parse>>,
    known: Arc<Known>,
    /// The newest of what is known that has an estate.
    whole: Arc<Known>,
}

/// What is known of an estate: the analysis, and where each name is declared and used.
#[derive(Debug)]
pub struct Known {
    /// What the phases found.
    pub analysis: Analysis,
    /// What each file declares and uses, in the order of the files.
    pub outlines: Vec<Arc<Outline>>,
    /// All declarations, by name.
    pub names: Names,
    files: BTreeMap<Arc<str>, FileId>,
}

impl Host {
    /// A host of an estate of which nothing is known yet.
    pub fn new(
        library: Library,
        targets: &'static [&'static dyn Target],
        options: Options,
    ) -> Self {
        let known = Arc::new(Known::nothing());
        Self {
            library,
            targets,
            options,
            memo: Memo::default(),
            fresh: BTreeMap::new(),
            whole: Arc::clone(&known),
            known,
        }
    }

    /// Notes that a file reads otherwise now. It is parsed at once; the rest waits for
    /// [`Host::analyse`].
    pub fn change(&mut self, path: &str, text: Arc<str>) {
        let known = self.known.id(path);
        let parse = parse(known.unwrap_or(FileId(u32::MAX)), text, &Limits::default());
        self.fresh.insert(path.into(), Arc::new(parse));
    }

    /// Notes that a file reads again as it is below the editor: the next analysis knows how.
    pub fn forget(&mut self, path: &str) {
        self.fresh.remove(path);
    }

    /// What the analysis takes, for one that runs elsewhere; see [`Work::run`].
    pub fn work(&mut self) -> Work {
        Work {
            library: self.library,
            targets: self.targets,
            options: self.options.clone(),
            memo: std::mem::take(&mut self.memo),
            before: Arc::clone(&self.known),
        }
    }

    /// Takes what an analysis found.
    pub fn learn(&mut self, done: Done) {
        self.memo = done.memo;
        let Some(known) = done.known else { return };
        self.fresh.retain(|path, parse| {
            let source = known.id(path).and_then(|id| known.analysis.sources.get(id));
            source.is_none_or(|source| source.parse.text() != parse.text())
        });
        let old = std::mem::replace(&mut self.known, Arc::new(known));
        tenantry_core::par::let_go(old);
        if !self.known.analysis.environments.is_empty() {
            let old = std::mem::replace(&mut self.whole, Arc::clone(&self.known));
            tenantry_core::par::let_go(old);
        }
    }

    /// Analyses the estate here and now.
    pub fn analyse(&mut self, world: &dyn World, depth: Depth) {
        let done = self.work().run(world, depth, &|| false);
        self.learn(done);
    }

    /// What questions are asked of.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            fresh: self.fresh.clone(),
            known: Arc::clone(&self.known),
            whole: Arc::clone(&self.whole),
            library: self.library,
            targets: self.targets,
            options: self.options.clone(),
        }
    }
}

/// An analysis to be made, away from its host.
pub struct Work {
    library: Library,
    targets: &'static [&'static dyn Target],
    options: Options,
    memo: Memo,
    before: Arc<Known>,
}

/// An analysis that was made, or that was stopped.
pub struct Done {
    memo: Memo,
    known: Option<Known>,
}

impl Done {
    /// Whether it was made to its end.
    pub fn is_whole(&self) -> bool {
        self.known.is_some()
    }
}

impl Work {
    /// Analyses the files of `world`, until `stop` says that nobody waits any more.
    pub fn run(
        mut self,
        world: &dyn World,
        depth: Depth,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Done {
        let analysis = analyse(
            world,
            self.library,
            self.targets,
            &self.options,
            depth,
            &mut self.memo,
            stop,
        );
        Done {
            known: analysis.map(|analysis| Known::of(analysis, &self.before)),
            memo: self.memo,
        }
    }
}

/// The words of an estate that could not be read at all: those of the language.
static LANGUAGE: LazyLock<Words> = LazyLock::new(|| Words {
    vocabulary: vocabulary::builtin().0.clone(),
    units: vec![Default::default(), Default::default()],
    ..Words::default()
});

impl Known {
    pub(crate) fn nothing() -> Self {
        Self {
            analysis: Analysis {
                sources: Default::default(),
                typed: None,
                findings: Vec::new(),
                summary: Default::default(),
                environments: Vec::new(),
                lock: Default::default(),
            },
            outlines: Vec::new(),
            names: Names::default(),
            files: BTreeMap::new(),
        }
    }

    /// Outlines are taken over from what was known before, where the file reads the same and
    /// names mean the same.
    pub(crate) fn of(analysis: Analysis, before: &Self) -> Self {
        let words = words_of(&analysis);
        let same_words = words.frame == words_of(&before.analysis).frame;
        let sources = analysis.sources.files();
        let numbered = (0u32..).map(FileId).zip(sources);
        let files = numbered
            .map(|(id, source)| (Arc::clone(&source.path), id))
            .collect();
        let ids: Vec<(FileId, &Parse)> = (0u32..)
            .map(FileId)
            .zip(sources)
            .map(|(id, source)| (id, &source.parse))
            .collect();
        let outlines = tenantry_core::par::map(&ids, |(id, parse)| {
            let known = before.outline_of(*id, parse).filter(|_| same_words);
            known.unwrap_or_else(|| Arc::new(Outline::of(parse, words, words.unit_of(*id))))
        });
        let names = Names::of(&outlines, words, &analysis.environments);
        Self {
            outlines,
            names,
            files,
            analysis,
        }
    }

    /// The outline of a file, if it is known of this very parse.
    fn outline_of(&self, id: FileId, parse: &Parse) -> Option<Arc<Outline>> {
        let source = self.analysis.sources.get(id)?;
        let outline = self.outlines.get(id.0 as usize)?;
        source.parse.is_clone_of(parse).then(|| Arc::clone(outline))
    }

    /// The number of a file.
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.files.get(path).copied()
    }

    /// What the spec declares; where it could not be read, what the language does.
    pub fn words(&self) -> &Words {
        words_of(&self.analysis)
    }

    /// The kind of the top level.
    pub fn root(&self) -> KindId {
        vocabulary::builtin().1
    }
}

fn words_of(analysis: &Analysis) -> &Words {
    analysis
        .typed
        .as_ref()
        .map_or(&LANGUAGE, |typed| &typed.words)
}

/// What questions are asked of: the newest text of every file, and the newest of what is known.
/// Cheap to make, and nothing in it ever changes.
#[derive(Clone)]
pub struct Snapshot {
    fresh: BTreeMap<Arc<str>, Arc<Parse>>,
    known: Arc<Known>,
    whole: Arc<Known>,
    library: Library,
    targets: &'static [&'static dyn Target],
    options: Options,
}

/// A finding to show, and what its places are of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'s> {
    /// What was known when it was found: its spans are of those files.
    pub known: &'s Known,
    /// Which of the newest findings; none for one that was kept from before.
    pub at: Option<usize>,
    /// The finding.
    pub finding: &'s Diagnostic,
}

/// A file of a snapshot, in its newest text.
#[derive(Debug, Clone, Copy)]
pub struct File<'s> {
    /// Its path from the estate's root.
    pub path: &'s str,
    /// Its text and tree.
    pub parse: &'s Parse,
    /// Whose names it may say.
    pub unit: UnitId,
    /// Its number in what is known, if that has it.
    pub id: Option<FileId>,
    /// Whether what is known is of this very text.
    pub is_current: bool,
}

impl Snapshot {
    /// A file, in its newest text.
    pub fn file(&self, path: &str) -> Option<File<'_>> {
        let id = self.known.id(path);
        let source = id.and_then(|id| self.known.analysis.sources.get(id));
        let unit = id.map_or(UnitId::ESTATE, |id| self.known.words().unit_of(id));
        let fresh = self.fresh.get_key_value(path);
        match (fresh, source) {
            (Some((path, parse)), _) => Some(File {
                path,
                parse,
                unit,
                id,
                is_current: false,
            }),
            (None, Some(source)) => Some(File {
                path: &source.path,
                parse: &source.parse,
                unit,
                id,
                is_current: true,
            }),
            (None, None) => None,
        }
    }

    /// Whether all texts are analysed.
    pub fn is_current(&self) -> bool {
        self.fresh.is_empty()
    }

    /// The newest of what is known.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The newest of what is known that has an estate: that of [`Snapshot::known`], unless the
    /// newest text is too broken for one.
    pub fn whole(&self) -> &Known {
        &self.whole
    }

    /// The environments of the newest estate.
    pub fn environments(&self) -> &[Analysed] {
        &self.whole.analysis.environments
    }

    /// All findings to show. While the braces of a file do not pair up, the rest of the estate
    /// cannot be judged, and what was found in files that still read the same stays.
    pub fn findings(&self) -> impl Iterator<Item = Told<'_>> {
        let new = self.known.analysis.findings.iter().enumerate();
        let new = new.map(|(at, finding)| Told {
            known: &self.known,
            at: Some(at),
            finding,
        });
        let torn = self.known.analysis.sources.is_torn();
        let kept = self.whole.analysis.findings.iter();
        let kept = kept.filter(move |finding| torn && self.still_holds(finding));
        let kept = kept.map(|finding| Told {
            known: &self.whole,
            at: None,
            finding,
        });
        new.chain(kept)
    }

    /// Whether a finding of the newest estate is of a file that still reads the same, and is not
    /// among the newest findings anyway.
    fn still_holds(&self, finding: &Diagnostic) -> bool {
        let Some(span) = finding.span else {
            return false;
        };
        let (old, new) = (&self.whole.analysis.sources, &self.known.analysis.sources);
        let path = old.path(span.file);
        let now = self.known.id(path).and_then(|id| new.get(id));
        let same = |then: &str| now.is_some_and(|now| now.parse.text() == then);
        let told_anew = |one: &Diagnostic| {
            one.rule == finding.rule
                && one.message == finding.message
                && one.span.is_some_and(|at| new.path(at.file) == path)
        };
        old.get(span.file)
            .is_some_and(|then| same(then.parse.text()))
            && !self.known.analysis.findings.iter().any(told_anew)
    }

    /// What a file declares and uses, in its newest text.
    pub fn outline(&self, file: File<'_>) -> Arc<Outline> {
        let known = file.id.filter(|_| file.is_current);
        let known = known.and_then(|id| self.known.outlines.get(id.0 as usize));
        match known {
            Some(outline) => Arc::clone(outline),
            None => Arc::new(Outline::of(file.parse, self.known.words(), file.unit)),
        }
    }

    /// The library that the estate is compiled with.
    pub fn library(&self) -> Library {
        self.library
    }

    /// The targets that the estate is compiled for.
    pub fn targets(&self) -> &'static [&'static dyn Target] {
        self.targets
    }

    /// What its runs are asked to do.
    pub fn options(&self) -> &Options {
        &self.options
    }
}
