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
    /// By the numbers of the files.
    files: Vec<(Parse, Arc<Decoded>)>,
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
            return (known.words.clone(), known.findings.clone());
        }
        self.files.clear();
        let (words, findings) = declare::declare(sources);
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
        let (known, decoded) = self.files.get(parse.file().0 as usize)?;
        known.is_clone_of(parse).then(|| decoded.clone())
    }

    /// Keeps what was decoded now, and nothing else.
    pub(super) fn keep(&mut self, files: Vec<(Parse, Arc<Decoded>)>) {
        self.files = files;
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

impl Declarations {
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
