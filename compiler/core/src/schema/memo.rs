//! What was decoded before: a file that did not change is not decoded again, as long as what the
//! spec declares is the same.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::{Parse, Span};

use super::{
    declare,
    decode::{DECLARATIONS, Decoded},
    words::{UnitId, Words},
};
use crate::{diag::Findings, load::Sources};

/// The declarations of the last run, and the files that were decoded against them.
#[derive(Debug, Default)]
pub struct Memo {
    declared: Option<Declared>,
    /// By the numbers of the files; none where it must be decoded again.
    files: Vec<Option<(Parse, Arc<Decoded>)>>,
    /// Whether what is read now is not what will be read next: nothing of it is kept.
    passing: bool,
}

#[derive(Debug)]
struct Declared {
    text: Declarations,
    words: Arc<Words>,
    findings: Findings,
}

impl Memo {
    /// What the spec declares.
    pub(super) fn words(&mut self, sources: &Sources) -> (Arc<Words>, Findings) {
        let text = Declarations::of(sources);
        if let Some(known) = &self.declared
            && known.text == text
        {
            self.passing = false;
            return (known.words.clone(), known.findings.clone());
        }
        // A brace that is missing will come: what was known before is of use then.
        self.passing = sources.is_torn();
        if self.passing {
            let (words, findings) = declare::declare(sources);
            return (Arc::new(words), findings);
        }
        let (mut words, findings) = declare::declare(sources);
        let before = self.declared.as_ref();
        let before = before.filter(|known| {
            known.text.differs_in_params(&text) && declare_the_same(&known.words, &words)
        });
        match before {
            Some(known) => {
                words.frame = known.words.frame.clone();
                words.vocabulary = known.words.vocabulary.clone();
                // What is said of a file may speak of a parameter's place.
                for file in &mut self.files {
                    file.take_if(|(_, decoded)| !decoded.findings.is_empty());
                }
            }
            None => self.files.clear(),
        }
        let words = Arc::new(words);
        self.declared = Some(Declared {
            text,
            words: words.clone(),
            findings: findings.clone(),
        });
        (words, findings)
    }

    /// A file as it was decoded against these declarations, if its text is the same.
    pub(super) fn known(&self, parse: &Parse) -> Option<Arc<Decoded>> {
        if self.passing {
            return None;
        }
        let (known, decoded) = self.files.get(parse.file().0 as usize)?.as_ref()?;
        known.is_clone_of(parse).then(|| decoded.clone())
    }

    /// Keeps what was decoded now, and nothing else.
    pub(super) fn keep(&mut self, files: impl Iterator<Item = (Parse, Arc<Decoded>)>) {
        if !self.passing {
            self.files = files.map(Some).collect();
        }
    }
}

/// The packages that a unit uses, by the names that it gives them.
type Uses = BTreeMap<Arc<str>, Option<UnitId>>;

/// All that the reading of declarations depends on.
#[derive(Debug, PartialEq)]
struct Declarations {
    /// The prefix of each unit, and the packages that it uses.
    units: Vec<(Arc<str>, Uses)>,
    /// The unit of each file.
    files: Vec<UnitId>,
    nodes: Vec<Node>,
}

/// A declaration in the text.
#[derive(Debug, PartialEq)]
struct Node {
    span: Span,
    text: Box<str>,
    is_param: bool,
    /// The comment above is its documentation.
    comment: Option<String>,
    /// The file, where it is not whole: how the rest of it was understood may matter.
    broken: Option<Broken>,
}

/// A file with errors: only the very same one is the same.
#[derive(Debug)]
struct Broken(Parse);

impl PartialEq for Broken {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_clone_of(&other.0)
    }
}

/// Whether names mean the same: what stands in the text of the declarations was compared before.
fn declare_the_same(one: &Words, other: &Words) -> bool {
    let scopes = |words: &Words| {
        words
            .units
            .iter()
            .map(|unit| unit.scope.clone())
            .collect::<Vec<_>>()
    };
    scopes(one) == scopes(other) && one.types == other.types
}

impl Declarations {
    /// Whether at most parameters are others, or stand elsewhere, and files of the library without
    /// declarations, which come last.
    fn differs_in_params(&self, other: &Self) -> bool {
        fn apart(of: &Declarations) -> impl Iterator<Item = &Node> {
            of.nodes.iter().filter(|node| !node.is_param)
        }
        let is_broken = |of: &Self| of.nodes.iter().any(|node| node.broken.is_some());
        self.units == other.units
            && self.has_files_of(other)
            && apart(self).eq(apart(other))
            && !is_broken(self)
            && !is_broken(other)
    }

    fn has_files_of(&self, other: &Self) -> bool {
        let (few, many) = match self.files.len() < other.files.len() {
            true => (&self.files, &other.files),
            false => (&other.files, &self.files),
        };
        let (both, more) = many.split_at(few.len());
        let of_library = |unit: &UnitId| unit.0 as usize + 1 == self.units.len();
        both == few.as_slice() && more.iter().all(of_library)
    }

    fn of(sources: &Sources) -> Self {
        let mut words = Words::default();
        declare::units(sources, &mut words);
        let mut nodes = Vec::new();
        for source in sources.files() {
            let parse = &source.parse;
            let whole = parse.errors().is_empty();
            for node in parse.document().nodes() {
                if !DECLARATIONS.contains(&&*node.name()) {
                    continue;
                }
                let span = node.span();
                let text = parse.text().get(span.range());
                nodes.push(Node {
                    span,
                    text: text.unwrap_or_default().into(),
                    is_param: &*node.name() == "param",
                    comment: node.comment_above(),
                    broken: (!whole).then(|| Broken(parse.clone())),
                });
            }
        }
        let units = words.units.into_iter();
        Self {
            units: units.map(|unit| (unit.prefix, unit.uses)).collect(),
            files: words.files,
            nodes,
        }
    }
}
