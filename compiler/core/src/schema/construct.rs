//! From a node of one environment to the Rust struct of its kind.

mod memo;

use std::{any::TypeId, collections::BTreeMap, ops::Deref, sync::Arc};

pub use memo::{Memo, Shared};
use tenantry_syntax::Span;

use super::{
    kind::{Child, ChildField, Field, Kind, ScalarField, Slot, Vocabulary},
    node::{Allow, FreeNode, Node, ValueField},
    rules,
    ty::{Lit, Typed},
};
use crate::{
    diag::{Diagnostic, Findings},
    origin::{How, OriginId, Origins, V},
    par,
};

/// What constructors share.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The kinds.
    pub vocabulary: &'a Vocabulary,
    /// The table of origins of this environment.
    pub origins: &'a mut Origins,
    /// What was found.
    pub findings: Findings,
    /// Whether this is a part of work that goes on in parallel.
    pub shared_out: bool,
    /// What was made of nodes before.
    pub memo: Option<&'a mut Memo>,
    /// How many nodes are around.
    pub depth: u8,
}

impl Cx<'_> {
    /// What was made before, where that is kept: of the top level and of what stands in its nodes.
    fn kept(&mut self) -> Option<&mut Memo> {
        const DEPTH: u8 = 2;
        self.memo.as_deref_mut().filter(|_| self.depth < DEPTH)
    }
}

/// A struct declared with `kind!`.
pub trait Construct: Sized + Send + 'static {
    /// The kind's declaration; enters the kinds of its children.
    fn declare(vocabulary: &mut Vocabulary) -> Kind;
    /// The struct, or `None` when a required part is missing or wrong, which was reported.
    fn construct(node: &Node, cx: &mut Cx<'_>) -> Option<Self>;
    /// What the next analysis may take over; nothing for what is made anew each time.
    fn share(&self) -> Option<Shared> {
        None
    }
    /// What an analysis before has shared.
    fn shared(_: &Shared) -> Option<Self> {
        None
    }
    /// The type by which the kind is known.
    fn known_by() -> TypeId {
        TypeId::of::<Self>()
    }
}

/// For what is large: it is put elsewhere as soon as it is there, and not moved about.
macro_rules! by_pointer {
    (@share Arc) => {
        fn share(&self) -> Option<Shared> {
            Some(self.clone())
        }

        fn shared(made: &Shared) -> Option<Self> {
            made.clone().downcast().ok()
        }
    };
    (@share $Pointer:ident) => {};
    ($($Pointer:ident),*) => {$(
        impl<K: Construct + Sync> Construct for $Pointer<K> {
            fn declare(vocabulary: &mut Vocabulary) -> Kind {
                K::declare(vocabulary)
            }

            fn construct(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
                K::construct(node, cx).map($Pointer::new)
            }

            by_pointer!(@share $Pointer);

            fn known_by() -> TypeId {
                K::known_by()
            }
        }
    )*};
}
by_pointer!(Box, Arc);

/// What every node may carry, and where it stands.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Where the node stands, without its block.
    pub span: Span,
    /// Where its name stands.
    pub name_span: Span,
    /// Why it is there.
    pub origin: OriginId,
    /// Whether something of it was wrong and is left out, which was reported.
    pub broken: bool,
    /// `label KEY VALUE`.
    pub labels: BTreeMap<Arc<str>, V<Arc<str>>>,
    /// `annotation KEY VALUE`.
    pub annotations: BTreeMap<Arc<str>, V<Arc<str>>>,
    /// Rules silenced here.
    pub allows: Vec<Allow>,
    /// The name it had before.
    pub was: Option<Arc<str>>,
    /// `doc="…"`.
    pub doc: Option<Arc<str>>,
}

impl Meta {
    /// Whether a rule is silenced here. What is, is told by itself and not with others: silencing
    /// it silences all that is told with it.
    pub fn silences(&self, rule: &str) -> bool {
        self.allows.iter().any(|allow| &*allow.rule == rule)
    }

    /// The meta data of a node; `before` is how much had been found before it was constructed.
    pub fn of(node: &Node, cx: &Cx<'_>, before: usize) -> Self {
        let tags = |tags: &[super::node::Tag<ValueField>]| {
            tags.iter()
                .map(|tag| {
                    (
                        tag.key.clone(),
                        V::new(tag.value.lit.to_string().into(), tag.value.origin),
                    )
                })
                .collect()
        };
        Self {
            span: node.span,
            name_span: node.name_span,
            origin: node.origin,
            broken: cx.findings.len() > before || node.is_broken(),
            labels: tags(&node.labels),
            annotations: tags(&node.annotations),
            allows: node.allows.clone(),
            was: node.was.clone(),
            doc: node.doc.clone(),
        }
    }
}

fn slot<T: Typed>(
    name: &str,
    doc: &str,
    default: Option<&'static str>,
    required: bool,
    list: bool,
) -> Slot {
    Slot {
        name: name.to_owned(),
        doc: doc.trim().to_owned(),
        ty: T::ty(),
        required: required && default.is_none(),
        default: default.map(Into::into),
        list,
        bounds: None,
    }
}

fn parse<T: Typed>(value: &ValueField, slot: &Slot, cx: &mut Cx<'_>) -> Option<V<T>> {
    if let Some(rival) = &value.rival {
        cx.findings
            .push(rules::profiles_disagree(slot, value, rival));
    }
    match T::parse(&value.lit) {
        Ok(parsed) => Some(V::new(parsed, value.origin)),
        // A literal's own type was checked where it stands; only computed values get here.
        Err(error) => {
            let finding = rules::wrong_value(slot, value.span, &error);
            cx.findings.push(finding);
            None
        }
    }
}

fn default<T: Typed>(node: &Node, field: Field, slot: &Slot, cx: &mut Cx<'_>) -> Option<V<T>> {
    let value = T::parse(&Lit::of_default(slot.default.as_deref()?)).ok();
    debug_assert!(
        value.is_some(),
        "the default of `{}` is of its type",
        slot.name
    );
    let origin = cx.origins.add(Some(node.span), How::Default(field), vec![]);
    Some(V::new(value?, origin))
}

impl<T: Typed> ScalarField for V<T> {
    fn slot(name: &str, doc: &str, default: Option<&'static str>) -> Slot {
        slot::<T>(name, doc, default, true, false)
    }

    fn take(node: &Node, field: Field, slot: &Slot, cx: &mut Cx<'_>) -> Option<Self> {
        match node.value(field) {
            Some(value) => parse(value, slot, cx),
            None if slot.default.is_some() => default(node, field, slot, cx),
            None => {
                // Behind a wrong argument the others may stand at other places than they were meant.
                let is_arg = |field: &Field| matches!(field, Field::Arg(_));
                let told = node.broken.contains(&field)
                    || is_arg(&field) && node.broken.iter().any(is_arg);
                if !told && !node.excuses(&slot.name) {
                    let kind = cx.vocabulary.kind(node.kind);
                    cx.findings
                        .push(rules::missing_value(kind, slot, field, node));
                }
                None
            }
        }
    }
}

impl<T: Typed> ScalarField for Option<V<T>> {
    fn slot(name: &str, doc: &str, default: Option<&'static str>) -> Slot {
        slot::<T>(name, doc, default, false, false)
    }

    fn take(node: &Node, field: Field, slot: &Slot, cx: &mut Cx<'_>) -> Option<Self> {
        match node.value(field) {
            Some(value) => parse(value, slot, cx).map(Some),
            None => Some(default(node, field, slot, cx)),
        }
    }
}

impl<T: Typed> ScalarField for Vec<V<T>> {
    fn slot(name: &str, doc: &str, default: Option<&'static str>) -> Slot {
        slot::<T>(name, doc, default, false, true)
    }

    fn take(node: &Node, field: Field, slot: &Slot, cx: &mut Cx<'_>) -> Option<Self> {
        if node.broken.contains(&field) {
            return None;
        }
        let parsed: Vec<Option<V<T>>> = node
            .values(field)
            .map(|value| parse(value, slot, cx))
            .collect();
        parsed.into_iter().collect()
    }
}

/// A child that must stand.
#[derive(Debug, Clone)]
pub struct One<K>(pub K);

impl<K> Deref for One<K> {
    type Target = K;
    fn deref(&self) -> &K {
        &self.0
    }
}

fn child<K: Construct>(
    name: Option<&str>,
    doc: &str,
    required: bool,
    many: bool,
    vocabulary: &mut Vocabulary,
) -> Child {
    let kind = vocabulary.register::<K>();
    let declared = &vocabulary.kind(kind).name;
    // While a kind that holds itself is being entered its name is not known yet.
    let name = name.map_or_else(|| declared.clone(), str::to_owned);
    Child {
        kind,
        name,
        doc: doc.trim().to_owned(),
        required,
        many,
    }
}

fn nodes<'n>(node: &'n Node, child: &Child) -> impl Iterator<Item = &'n Arc<Node>> {
    let kind = child.kind;
    node.children
        .iter()
        .filter(move |candidate| candidate.kind == kind)
}

impl<K: Construct> ChildField for One<K> {
    fn child(name: Option<&str>, doc: &str, vocabulary: &mut Vocabulary) -> Child {
        child::<K>(name, doc, true, false, vocabulary)
    }

    fn take(node: &Node, child: &Child, cx: &mut Cx<'_>) -> Option<Self> {
        match nodes(node, child).next() {
            Some(found) => K::construct(found, cx).map(One),
            None => {
                if !node.excuses(&child.name) {
                    let finding = rules::missing_child(cx.vocabulary.kind(node.kind), child, node);
                    cx.findings.push(finding);
                }
                None
            }
        }
    }
}

/// What is broken is left out (and was reported); [`Meta::broken`] of its parent remembers that,
/// so that the rest is still checked and nothing is said to be missing.
impl<K: Construct> ChildField for Option<K> {
    fn child(name: Option<&str>, doc: &str, vocabulary: &mut Vocabulary) -> Child {
        child::<K>(name, doc, false, false, vocabulary)
    }

    fn take(node: &Node, child: &Child, cx: &mut Cx<'_>) -> Option<Self> {
        let found = nodes(node, child).next();
        Some(found.and_then(|found| K::construct(found, cx)))
    }
}

/// What is broken among many is left out (and was reported), so that the others are still
/// checked; the findings keep a build from using the rest.
impl<K: Construct> ChildField for Vec<K> {
    fn child(name: Option<&str>, doc: &str, vocabulary: &mut Vocabulary) -> Child {
        child::<K>(name, doc, false, true, vocabulary)
    }

    fn take(node: &Node, child: &Child, cx: &mut Cx<'_>) -> Option<Self> {
        let found = in_order(node, child, cx);
        let known: Vec<Option<K>> = match cx.kept() {
            Some(memo) => found.iter().map(|node| memo.known(node)).collect(),
            None => Vec::new(),
        };
        let is_new = |at: usize| !matches!(known.get(at), Some(Some(_)));
        let all = found.iter().enumerate();
        let new: Vec<&Arc<Node>> = all
            .filter(|(at, _)| is_new(*at))
            .map(|(_, node)| *node)
            .collect();
        let made = constructed(&new, cx);
        let whole = made.iter().chain(&known).flatten().count();
        let mut made = made.into_iter();
        // Most are few and large: no room is left behind them.
        let mut all = Vec::with_capacity(whole);
        if known.is_empty() {
            all.extend(made.flatten());
        } else {
            let both = known.into_iter();
            all.extend(both.filter_map(|known| known.or_else(|| made.next().flatten())));
        }
        Some(all)
    }
}

/// So many children of children are worth being shared out between cores.
const WIDE: usize = 256;

/// Constructs nodes, in their order; nothing where one is broken, which was reported.
fn constructed<K: Construct>(nodes: &[&Arc<Node>], cx: &mut Cx<'_>) -> Vec<Option<K>> {
    if let Some(all) = in_parallel(nodes, cx) {
        return all;
    }
    nodes.iter().map(|node| one(node, cx)).collect()
}

/// Constructs a node, and keeps what came of it where that is worth it.
fn one<K: Construct>(node: &Arc<Node>, cx: &mut Cx<'_>) -> Option<K> {
    let Some(around) = cx.kept().map(Memo::begin) else {
        return K::construct(node, cx);
    };
    let (runs, before) = (cx.origins.runs().cut(), cx.findings.len());
    cx.depth += 1;
    let made = K::construct(node, cx);
    cx.depth -= 1;
    cx.origins.runs().cut();
    let runs = cx.origins.runs().since(runs).collect();
    let sound = cx.findings.len() == before;
    if let Some(memo) = cx.kept() {
        memo.keep(node, made.as_ref().filter(|_| sound), runs, around);
    }
    made
}

/// Constructs what is wide in parallel, each with a table of origins of its own. Within that
/// nothing is shared out again.
fn in_parallel<K: Construct>(nodes: &[&Arc<Node>], cx: &mut Cx<'_>) -> Option<Vec<Option<K>>> {
    let width: usize = nodes.iter().map(|node| node.children.len()).sum();
    if cx.shared_out || nodes.len() < 2 || width < WIDE {
        return None;
    }
    let most: Vec<u32> = nodes
        .iter()
        .map(|node| defaults(node, cx.vocabulary))
        .collect();
    let tables = cx.origins.split(&most)?;
    let work: Vec<(&Arc<Node>, Origins)> = nodes.iter().copied().zip(tables).collect();
    let (vocabulary, depth) = (cx.vocabulary, cx.depth);
    let before = cx.kept().map(|memo| memo.known_before());
    let made = par::map_owned(work, |(node, mut origins)| {
        let mut memo = before.clone().map(Memo::with);
        let mut own = Cx {
            vocabulary,
            origins: &mut origins,
            findings: Findings::new(),
            shared_out: true,
            memo: memo.as_mut(),
            depth,
        };
        let made = one(node, &mut own);
        (made, own.findings, origins, memo)
    });
    let (mut all, mut tables) = (
        Vec::with_capacity(made.len()),
        Vec::with_capacity(made.len()),
    );
    for (one, findings, origins, memo) in made {
        if let (Some(all), Some(own)) = (cx.kept(), memo) {
            all.extend(own);
        }
        all.push(one);
        cx.findings.extend(findings);
        tables.push(origins);
    }
    cx.origins.join(tables, &most);
    Some(all)
}

/// How many defaults a node and all below it can have at most.
fn defaults(node: &Node, vocabulary: &Vocabulary) -> u32 {
    let kind = vocabulary.kind(node.kind);
    let own = u32::try_from(kind.args.len() + kind.props.len()).unwrap_or(u32::MAX);
    let below = node
        .children
        .iter()
        .map(|child| defaults(child, vocabulary));
    below.fold(own, u32::saturating_add)
}

/// The children of a kind, sorted where their order in the text means nothing: it must not show
/// in any output.
fn in_order<'n>(node: &'n Node, child: &Child, cx: &Cx<'_>) -> Vec<&'n Arc<Node>> {
    let kind = cx.vocabulary.kind(child.kind);
    let mut found: Vec<&Arc<Node>> = nodes(node, child).collect();
    if !kind.ordered && found.len() > 1 {
        found.sort_by_cached_key(|node| node.key(&kind.key));
    }
    found
}

/// Free data for somebody else's schema: `values { … }`.
#[derive(Debug, Clone)]
pub struct Values {
    /// The nodes as written.
    pub nodes: Vec<FreeNode>,
    /// Why they are there.
    pub origin: OriginId,
}

impl Construct for Values {
    fn declare(_: &mut Vocabulary) -> Kind {
        let mut kind = Kind::new(
            "values",
            "Free data for somebody else's schema: a node is a key, its argument the scalar, its block an object, `-` an element of a list.",
        );
        kind.free = true;
        kind
    }

    fn construct(node: &Node, _: &mut Cx<'_>) -> Option<Self> {
        Some(Self {
            nodes: sorted(&node.free),
            origin: node.origin,
        })
    }
}

/// The keys of an object in order; the elements of a list (`-`) keep theirs.
fn sorted(nodes: &[FreeNode]) -> Vec<FreeNode> {
    let mut nodes: Vec<FreeNode> = nodes
        .iter()
        .map(|node| FreeNode {
            children: sorted(&node.children),
            ..node.clone()
        })
        .collect();
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    nodes
}

/// Reports a group of alternatives of which not exactly one stands.
pub(crate) fn check_alternatives(node: &Node, cx: &mut Cx<'_>) {
    let kind = cx.vocabulary.kind(node.kind);
    for group in &kind.one_of {
        let standing: Vec<&Node> = node
            .children
            .iter()
            .filter(|child| group.contains(&cx.vocabulary.kind(child.kind).name))
            .map(|child| &**child)
            .collect();
        if standing.is_empty() && group.iter().any(|name| node.excuses(name)) {
            continue;
        }
        let finding: Option<Diagnostic> =
            rules::not_exactly_one(kind, group, node, &standing, cx.vocabulary);
        cx.findings.extend(finding);
    }
}
