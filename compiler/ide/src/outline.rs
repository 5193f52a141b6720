//! What a file declares and which names it uses, in one walk of its text.

mod columns;
mod declare;
mod loose;
mod texts;
mod uses;
mod values;
mod walk;

use std::{borrow::Cow, ops::Range, sync::Arc};

use tenantry_core::schema::words::{UnitId, Words};
use tenantry_syntax::{
    Parse, Span,
    ast::{Entry, Node, Text},
};

pub(crate) use loose::is_about_names;
pub(crate) use uses::{is_expression, is_name};
use walk::Walk;

use crate::meaning::Speaker;

/// What a name is the name of: a kind of nodes, or one of those below.
pub type Sort = &'static str;

/// Names of values: parameters, `let`s, tables.
pub const VALUES: &[Sort] = &["param", "let", "table"];
/// Names that hold in one node only: arguments of a definition, elements of an `each`.
pub const LOCAL: Sort = "local";
/// Kinds that a spec defines.
pub const DEFINE: Sort = "define";
/// Profiles.
pub const PROFILE: Sort = "profile";
/// Environments.
pub const ENV: Sort = "env";
/// Ports of a workload.
pub const PORT: Sort = "port";
/// Rules.
pub const RULE: Sort = "rule";
/// Columns of a table, whose name, as expressions spell it, is their scope.
pub const COLUMN: Sort = "column";
/// Packages, by the names that a file gives them.
pub const PACKAGE: Sort = "use";

/// What is declared for a cluster.
pub const GROUND: &[Sort] = &["pool", "storage", "network", "queue"];

/// The kinds of nodes that are referred to by name, and the sorts beside them.
const DECLARED: &[Sort] = &[
    "backup-store",
    "cluster",
    COLUMN,
    "config",
    "cpu-model",
    DEFINE,
    ENV,
    "external",
    "gpu-model",
    "image",
    "let",
    "network",
    "param",
    "pool",
    PORT,
    "priority",
    PROFILE,
    "queue",
    RULE,
    "secret",
    "site",
    "storage",
    "table",
    "tenant",
    "tier",
    PACKAGE,
    "volume",
    "workload",
];

/// A name that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// What it is the name of.
    pub sort: Sort,
    /// The name.
    pub name: Arc<str>,
    /// Where it is said without a prefix: within `acme` or `acme.web`, or, empty, everywhere.
    pub scope: Arc<str>,
    /// The estate, package or library that declares it.
    pub unit: UnitId,
    /// The definition or profile that it stands in, `define app`, of a port the call: what is
    /// called so in another is another thing.
    pub holder: Option<Arc<str>>,
    /// Where the name stands, without quotes.
    pub name_span: Span,
    /// Whether it goes by what stands there without being named: a `use` without `as`.
    pub is_implied: bool,
    /// The whole node.
    pub span: Span,
    /// Whether it changes what is declared elsewhere: for an environment, or for a test.
    pub is_overlay: bool,
    /// Of a local name, the bytes in which it holds.
    pub visible: Option<Range<u32>>,
    /// The head of the node as it is written.
    pub head: Arc<str>,
    /// What the node says that it is for: its `doc`, or the comment above it.
    pub doc: Option<Arc<str>>,
}

/// A name that a file uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What it may be the name of.
    pub sorts: Cow<'static, [Sort]>,
    /// The name.
    pub name: Arc<str>,
    /// Where it is looked for.
    pub looked: Looked,
    /// The estate, package or library that says it.
    pub unit: UnitId,
    /// As [`Declared::holder`].
    pub holder: Option<Arc<str>>,
    /// Where it stands, without quotes and without what stands before a dot.
    pub span: Span,
    /// Whether it is spelt as in expressions, with `_` for `-`.
    pub in_expression: bool,
}

/// Where a name is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// In these scopes first, the nearest first; elsewhere where only one has it.
    Near(Vec<Arc<str>>),
    /// In this scope only.
    Within(Arc<str>),
    /// Among the names of a package, by what it is called here.
    Package(Arc<str>),
    /// Among the arguments of the definition whose name stands here.
    Argument(Span),
}

/// A text of an expression that may say a name, with no telling whether it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loose {
    /// What it may be the name of.
    pub sorts: Vec<Sort>,
    /// Which names it may say.
    pub meant: Meant,
    /// Whether the expression asks for nothing but names: for how things are called, which is what
    /// a rename may be made for.
    pub is_form: bool,
    /// Where it stands, without quotes.
    pub span: Span,
}

/// Which names a text may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// Any: what it is compared with is worked out elsewhere.
    Anything,
    /// This one.
    Name(Arc<str>),
    /// Those that it has in it.
    Part(Arc<str>),
    /// Those that it has in it as a whole, beside dots for example: `acme.` in front of a name.
    Whole(Arc<str>),
    /// Those that a search finds.
    Searched {
        /// How it is called, from its dot on: `.startsWith('ac')`.
        call: Arc<str>,
        /// What it looks for.
        text: Arc<str>,
    },
}

/// What a file declares and uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// In the order of the text.
    pub declared: Vec<Declared>,
    /// In the order of the text.
    pub uses: Vec<Use>,
    /// Texts of expressions that may say a name, with no telling whether they do.
    pub loose: Vec<Loose>,
}

impl Outline {
    /// Walks a file.
    pub fn of(parse: &Parse, words: &Words, unit: UnitId) -> Self {
        let root = tenantry_core::schema::vocabulary::builtin().1;
        Walk::of(parse, Speaker { words, unit, root })
    }

    /// The use under an offset, its end included.
    pub fn use_at(&self, at: u32) -> Option<&Use> {
        let mut hits = self.uses.iter();
        hits.find(|one| one.span.start <= at && at <= one.span.end)
    }

    /// The declaration whose name is under an offset, its end included.
    pub fn declared_at(&self, at: u32) -> Option<&Declared> {
        self.declared_at_with_place(at)
            .map(|(_, declared)| declared)
    }

    /// The same with its place in [`Outline::declared`].
    pub fn declared_at_with_place(&self, at: u32) -> Option<(u32, &Declared)> {
        let mut hits = (0u32..).zip(&self.declared);
        hits.find(|(_, one)| one.name_span.start <= at && at <= one.name_span.end)
    }
}

/// The cluster that a node says it is in.
fn cluster_of(node: Node<'_>) -> Option<Arc<str>> {
    let said = node.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == "cluster" => prop.text(),
        _ => None,
    });
    said.map(|text| text.value().into())
}

/// What a node says that it is for.
pub(crate) fn doc_of(node: Node<'_>) -> Option<String> {
    let said = node.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == "doc" => prop.text(),
        _ => None,
    });
    said.map(|text| text.value().into_owned())
        .or_else(|| node.comment_above())
}

/// The bytes of the file behind a range of a string's content.
fn part(text: Text<'_>, range: Range<usize>) -> Span {
    Span {
        start: text.source_offset(range.start),
        end: text.source_offset(range.end),
        ..text.span()
    }
}
