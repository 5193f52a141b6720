//! What a file declares and which names it uses, in one walk of its text.

use std::{borrow::Cow, ops::Range, sync::Arc};

use tenantry_core::{
    cel::{self, Piece},
    schema::{
        kind::{Kind, Slot},
        ty::Class,
        vocabulary::Special,
        words::{UnitId, Words},
    },
};
use tenantry_syntax::{
    FileId, Parse, Span,
    ast::{Arg, Entry, Node, Prop, Scalar, Text},
};

use crate::{
    cursor::first_argument,
    meaning::{Meaning, Role, Speaker},
};

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
/// Packages, by the names that a file gives them.
pub const PACKAGE: Sort = "use";

/// What is declared for a cluster.
pub const GROUND: &[Sort] = &["pool", "storage", "network", "queue"];

/// The kinds of nodes that are referred to by name, and the sorts beside them.
const DECLARED: &[Sort] = &[
    "backup-store",
    "cluster",
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

/// What a file declares and uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// In the order of the text.
    pub declared: Vec<Declared>,
    /// In the order of the text.
    pub uses: Vec<Use>,
}

impl Outline {
    /// Walks a file.
    pub fn of(parse: &Parse, words: &Words, unit: UnitId) -> Self {
        let root = tenantry_core::schema::vocabulary::builtin().1;
        let mut walk = Walk {
            speaker: Speaker { words, unit, root },
            file: parse.file(),
            text: parse.text(),
            outline: Self::default(),
            scopes: Vec::new(),
            clusters: Vec::new(),
            overlays: 0,
        };
        let top = walk.speaker.top();
        for node in parse.document().nodes() {
            walk.node(node, top);
        }
        walk.outline
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

struct Walk<'w, 't> {
    speaker: Speaker<'w>,
    file: FileId,
    text: &'t str,
    outline: Outline,
    /// The scopes around: `acme`, `acme.web`; the innermost last.
    scopes: Vec<Arc<str>>,
    /// The clusters that nodes around are said to be in; the innermost last.
    clusters: Vec<Arc<str>>,
    /// How many nodes around change what is declared elsewhere.
    overlays: u32,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: Node<'_>, parent: Meaning) {
        let meaning = self.speaker.meaning(parent, node);
        let kind = self.speaker.kind(meaning.head);
        if meaning.role == Role::Free {
            return self.free(node);
        }
        if let Some(kind) = kind {
            self.declare(node, meaning, kind);
            self.declare_further(node);
            self.call(node, kind);
        }
        self.entries(node, meaning, parent);
        let scope = self.scope_of(node, meaning);
        let depth = (self.scopes.len(), self.clusters.len());
        self.scopes.extend(scope);
        self.clusters.extend(cluster_of(node));
        let overlays = matches!(meaning.role, Role::Given | Role::Special(Special::In));
        self.overlays += u32::from(overlays);
        for child in node.nodes() {
            self.node(child, meaning);
        }
        self.overlays -= u32::from(overlays);
        self.scopes.truncate(depth.0);
        self.clusters.truncate(depth.1);
    }

    /// Somebody else's data may have values of ours in it.
    fn free(&mut self, node: Node<'_>) {
        let values = node.entries().filter_map(|entry| match entry {
            Entry::Arg(arg) => arg.text(),
            Entry::Prop(_) => None,
        });
        for text in values {
            self.interpolated(text);
        }
        for child in node.nodes() {
            self.free(child);
        }
    }

    /// The scope that a node opens for what stands in it.
    fn scope_of(&self, node: Node<'_>, meaning: Meaning) -> Option<Arc<str>> {
        if meaning.role != Role::Plain {
            return None;
        }
        let name = node.name();
        if !matches!(&*name, "tenant" | "workload" | "cluster" | "external") {
            return None;
        }
        let own = first_argument(node)?;
        Some(match (&*name, self.scopes.last()) {
            ("workload", Some(tenant)) => format!("{tenant}.{own}").into(),
            _ => own.into(),
        })
    }

    fn declare(&mut self, node: Node<'_>, meaning: Meaning, kind: &Kind) {
        let sort = match meaning.role {
            Role::Plain | Role::Profile => kind.name.as_str(),
            Role::Special(Special::Each) => LOCAL,
            _ => return,
        };
        // `param` and `arg` of a definition hold in that definition.
        let argument = matches!(sort, "arg" | "param") && self.in_define(node).is_some();
        let sort = if argument { LOCAL } else { sort };
        let sort = match DECLARED.iter().find(|known| **known == sort) {
            Some(sort) => *sort,
            None if sort == LOCAL => LOCAL,
            None => return,
        };
        let says = |class: Class| matches!(class, Class::Reference(_));
        let refers = kind.args.first().is_some_and(|slot| says(slot.ty.class));
        // A quota's `storage fast "1TiB"` says a name and declares none.
        if kind.define.is_some() || refers {
            return;
        }
        let visible = (sort == LOCAL).then(|| self.in_define(node).unwrap_or(node.span()).range());
        let visible = visible.map(|range| offset(range.start)..offset(range.end));
        let named = self.name_of(node, sort).map(|found| (found, false));
        let implied = || Some((self.folder_of(node, sort)?, true));
        let Some(((name, name_span), is_implied)) = named.or_else(implied) else {
            return;
        };
        self.outline.declared.push(Declared {
            sort,
            scope: self.scope_in(node, sort),
            unit: self.speaker.unit,
            span: node.span(),
            name_span,
            is_implied,
            is_overlay: self.overlays > 0,
            visible,
            head: self
                .text
                .get(node.head_span().range())
                .unwrap_or_default()
                .into(),
            doc: doc_of(node).map(Into::into),
            name,
        });
    }

    /// `env dev prod` declares each of its arguments, not the first alone.
    fn declare_further(&mut self, node: Node<'_>) {
        let Some(first) = self.outline.declared.last().cloned() else {
            return;
        };
        if first.sort != ENV || first.span != node.span() {
            return;
        }
        let arguments = node.entries().filter_map(|entry| match entry {
            Entry::Arg(arg) => arg.text(),
            Entry::Prop(_) => None,
        });
        for text in arguments.skip(1) {
            let name: Arc<str> = text.value().into();
            self.outline.declared.push(Declared {
                name_span: part(text, 0..name.len()),
                name,
                ..first.clone()
            });
        }
    }

    /// The name that a node declares, and where it stands: its first argument; of `use` the
    /// alias.
    fn name_of(&self, node: Node<'_>, sort: Sort) -> Option<(Arc<str>, Span)> {
        let text = if sort == PACKAGE {
            node.entries().find_map(|entry| match entry {
                Entry::Prop(prop) if prop.name() == "as" => prop.text(),
                _ => None,
            })?
        } else {
            node.entries()
                .find_map(|entry| match entry {
                    Entry::Arg(arg) => Some(arg),
                    Entry::Prop(_) => None,
                })?
                .text()?
        };
        let name: Arc<str> = text.value().into();
        let span = part(text, 0..name.len());
        Some((name, span))
    }

    /// What a `use` without `as` calls its package: as its folder is called, where that is so.
    fn folder_of(&self, node: Node<'_>, sort: Sort) -> Option<(Arc<str>, Span)> {
        if sort != PACKAGE {
            return None;
        }
        let text = node.entries().find_map(|entry| match entry {
            Entry::Arg(arg) => arg.text(),
            Entry::Prop(_) => None,
        })?;
        let path = text.value();
        let from = path.rfind('/').map_or(0, |at| at + 1);
        let name = path.get(from..)?;
        let is = self.uses_package(name);
        is.then(|| (name.into(), part(text, from..path.len())))
    }

    /// Where a name is said without a prefix.
    fn scope_in(&self, node: Node<'_>, sort: Sort) -> Arc<str> {
        match sort {
            "workload" | "secret" | "config" | "volume" | PORT => {
                self.scopes.last().cloned().unwrap_or_default()
            }
            "pool" | "storage" | "network" | "queue" => {
                let said = cluster_of(node);
                said.or_else(|| self.scopes.last().cloned())
                    .unwrap_or_default()
            }
            _ => Arc::default(),
        }
    }

    /// The `define` around a node, if it stands in one directly.
    fn in_define(&self, node: Node<'_>) -> Option<Span> {
        let at = node.span().start;
        let mut declared = self.outline.declared.iter().rev();
        let define = declared.find(|one| one.sort == DEFINE)?;
        (define.span.start <= at && at < define.span.end).then_some(define.span)
    }

    /// A node that calls a definition uses its name.
    fn call(&mut self, node: Node<'_>, kind: &Kind) {
        if kind.define.is_none() {
            return;
        }
        let text = node.name_text();
        self.packaged(text, &[DEFINE]);
    }

    /// A name of the estate's own, or one behind the name of a package.
    fn packaged(&mut self, text: Text<'_>, sorts: &'static [Sort]) {
        let value = text.value();
        match value.split_once('.') {
            Some((alias, name)) if self.uses_package(alias) => {
                self.add(
                    &[PACKAGE],
                    alias,
                    part(text, 0..alias.len()),
                    Looked::Near(Vec::new()),
                );
                let span = part(text, alias.len() + 1..value.len());
                self.add(sorts, name, span, Looked::Package(alias.into()));
            }
            _ => self.add(sorts, &value, part(text, 0..value.len()), self.near()),
        }
    }

    fn uses_package(&self, alias: &str) -> bool {
        let units = &self.speaker.words.units;
        let unit = units.get(self.speaker.unit.0 as usize);
        unit.is_some_and(|unit| unit.uses.contains_key(alias))
    }

    fn near(&self) -> Looked {
        Looked::Near(self.scopes.iter().rev().cloned().collect())
    }

    /// The scopes around, and the cluster that the node, or the nearest around it, says.
    fn near_to(&self, node: Node<'_>) -> Looked {
        let said = cluster_of(node).or_else(|| self.clusters.last().cloned());
        let scopes = self.scopes.iter().rev().cloned();
        Looked::Near(scopes.chain(said).collect())
    }

    fn add(&mut self, sorts: &'static [Sort], name: &str, span: Span, looked: Looked) {
        self.outline.uses.push(Use {
            sorts: Cow::Borrowed(sorts),
            name: name.into(),
            looked,
            unit: self.speaker.unit,
            span,
            in_expression: false,
        });
    }

    fn entries(&mut self, node: Node<'_>, meaning: Meaning, parent: Meaning) {
        let mut index = 0;
        for entry in node.entries() {
            match entry {
                Entry::Arg(arg) => {
                    self.argument(node, meaning, parent, index, arg);
                    index += 1;
                }
                Entry::Prop(prop) => self.property(node, meaning, prop),
            }
        }
    }

    fn argument(
        &mut self,
        node: Node<'_>,
        meaning: Meaning,
        parent: Meaning,
        index: usize,
        arg: Arg<'_>,
    ) {
        let Some(text) = arg.text() else { return };
        let name = node.name();
        match meaning.role {
            Role::Special(Special::In) => return self.environment(text),
            Role::Special(Special::Allow) if index == 0 => return self.packaged(text, &[RULE]),
            _ => {}
        }
        let of = self
            .speaker
            .kind(parent.head)
            .map(|kind| kind.name.as_str());
        match (&*name, of) {
            ("like", _) => self.packaged(text, &[PROFILE]),
            ("in", Some("param")) => self.environment(text),
            ("set", Some("rules")) | ("expect-error" | "expect-warning", _) if index == 0 => {
                self.packaged(text, &[RULE]);
            }
            _ => {
                if let Some((_, slot)) = self.speaker.argument(meaning, index) {
                    self.value(node, slot, text);
                }
            }
        }
    }

    fn property(&mut self, node: Node<'_>, meaning: Meaning, prop: Prop<'_>) {
        let name = prop.name();
        self.key(meaning, &name, prop);
        let Some(text) = prop.text() else { return };
        let test = self
            .speaker
            .kind(meaning.head)
            .is_some_and(|kind| kind.name == "test");
        if test && name == "env" {
            return self.environment(text);
        }
        if let Some(slot) = self.speaker.property(meaning, &name) {
            let expression =
                name == "if" || name == "in" && meaning.role == Role::Special(Special::Each);
            if expression {
                self.expression(text);
            } else {
                self.value(node, slot, text);
            }
        } else if meaning.role == Role::Row {
            self.interpolated(text);
        }
    }

    /// `size=s` of a call says the name of an argument of the definition.
    fn key(&mut self, meaning: Meaning, name: &str, prop: Prop<'_>) {
        let kind = self.speaker.kind(meaning.head);
        let Some(kind) = kind.filter(|kind| kind.prop(name).is_some()) else {
            return;
        };
        let Some(define) = kind.define else { return };
        let declared = self.speaker.words.define(define).span;
        let span = part(prop.name_text(), 0..name.len());
        self.add(&[LOCAL], name, span, Looked::Argument(declared));
    }

    fn environment(&mut self, text: Text<'_>) {
        let value = text.value();
        let span = part(text, 0..value.len());
        self.add(&[ENV], &value, span, Looked::Near(Vec::new()));
    }

    fn value(&mut self, node: Node<'_>, slot: &Slot, text: Text<'_>) {
        let value = text.value();
        if value.contains('$') && (slot.ty.class != Class::Text || expands(node)) {
            return self.interpolated(text);
        }
        match slot.ty.class {
            Class::Reference(kinds) => self.reference(node, kinds, text),
            _ if slot.ty.name == "port" => self.port(node, text),
            _ if slot.ty.name == "image" && is_name(&value) => {
                self.reference(node, &["image"], text)
            }
            _ if slot.ty.name == "cidr or external" && is_name(&value) => {
                self.reference(node, &["external"], text);
            }
            _ if is_expression(node, slot) => self.expression(text),
            _ => {}
        }
    }

    /// `acme.features`: the tenant is a name of its own.
    fn reference(&mut self, node: Node<'_>, kinds: &'static [&'static str], text: Text<'_>) {
        let value = text.value();
        let Some((scope, name)) = value.split_once('.') else {
            let near = self.near_to(node);
            return self.add(kinds, &value, part(text, 0..value.len()), near);
        };
        let outer: &'static [Sort] = match kinds {
            ["pool" | "storage" | "network" | "queue"] => &["cluster"],
            _ => &["tenant"],
        };
        let looked = Looked::Near(Vec::new());
        self.add(outer, scope, part(text, 0..scope.len()), looked);
        let span = part(text, scope.len() + 1..value.len());
        self.add(kinds, name, span, Looked::Within(scope.into()));
    }

    /// A port of the workload around, or of whom it calls.
    fn port(&mut self, node: Node<'_>, text: Text<'_>) {
        let value = text.value();
        if value.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let span = part(text, 0..value.len());
        let looked = if node.name() == "connect" {
            let target = first_argument(node).unwrap_or_default();
            match (target.contains('.'), self.scopes.first()) {
                (false, Some(tenant)) => Looked::Within(format!("{tenant}.{target}").into()),
                _ => Looked::Within(target.into()),
            }
        } else {
            match self.scopes.last() {
                Some(scope) => Looked::Within(scope.clone()),
                None => self.near(),
            }
        };
        self.add(&[PORT], &value, span, looked);
    }

    /// `$name`, or text with `${…}` in it.
    fn interpolated(&mut self, text: Text<'_>) {
        let value = text.value();
        for piece in cel::interpolate(&value).unwrap_or_default() {
            match piece {
                Piece::Text(_) => {}
                Piece::Expr(range) => self.paths(text, &value, range),
                Piece::Name(range) => {
                    let name = &value[range.clone()];
                    let first = name.split('.').next().unwrap_or(name);
                    let span = part(text, range.start..range.start + first.len());
                    self.value_name(first, span, false);
                }
            }
        }
    }

    /// A string that is an expression as a whole.
    fn expression(&mut self, text: Text<'_>) {
        let value = text.value();
        // The name of a table or a `let` may have hyphens, which an expression would subtract.
        if value.contains('-') && self.is_value(&value) {
            return self.value_name(&value, part(text, 0..value.len()), false);
        }
        match cel::interpolate(&value).as_deref() {
            Ok([Piece::Text(_)]) | Err(_) | Ok([]) => self.paths(text, &value, 0..value.len()),
            _ => self.interpolated(text),
        }
    }

    /// Whether a name is that of a value which is known here.
    fn is_value(&self, name: &str) -> bool {
        let units = &self.speaker.words.units;
        let unit = units.get(self.speaker.unit.0 as usize);
        unit.is_some_and(|unit| unit.scope.get(&cel::spelling(name)).is_some())
            || self
                .outline
                .declared
                .iter()
                .any(|one| one.sort == LOCAL && *one.name == *name)
    }

    fn paths(&mut self, text: Text<'_>, value: &str, range: Range<usize>) {
        let source = &value[range.clone()];
        let Ok(tree) = cel::parse(source) else {
            // `in=gpu-pools` is a name as it was declared.
            return self.value_name(source, part(text, range), false);
        };
        let paths = tree.paths();
        if paths.is_empty() && source.contains('-') {
            return;
        }
        for path in paths {
            let Some(first) = path.names.first() else {
                continue;
            };
            let start = range.start + path.range.start;
            let span = part(text, start..start + first.len());
            self.value_name(first, span, true);
        }
    }

    fn value_name(&mut self, name: &str, span: Span, in_expression: bool) {
        let mut sorts = VALUES.to_vec();
        sorts.push(LOCAL);
        self.outline.uses.push(Use {
            sorts: Cow::Owned(sorts),
            name: name.into(),
            looked: self.near(),
            unit: self.speaker.unit,
            span: Span {
                file: self.file,
                ..span
            },
            in_expression,
        });
    }
}

/// Whether a slot holds a whole expression: those of rules and tests do.
pub(crate) fn is_expression(node: Node<'_>, slot: &Slot) -> bool {
    matches!(
        (&*node.name(), slot.name.as_str()),
        ("when", "expression") | ("expect", "condition")
    )
}

/// Whether a value that may be something else too is a name.
fn is_name(value: &str) -> bool {
    <tenantry_core::units::Name as tenantry_core::units::Unit>::parse(value).is_ok()
}

/// Whether `${…}` in a long text of the node is worked out.
fn expands(node: Node<'_>) -> bool {
    node.entries().any(|entry| match entry {
        Entry::Prop(prop) => prop.name() == "expand" && matches!(prop.value(), Scalar::Bool(true)),
        Entry::Arg(_) => false,
    })
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

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
