//! Definitions: a `define` becomes a kind, and its body is read once for each block that could
//! hold it.
//!
//! Where a definition can be called follows from its body: in every block that can hold all of
//! its nodes. A body may call other definitions, so they are read in the order of their calls; a
//! circle would never end and is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tenantry_syntax::{Span, ast};

use super::{Declarer, name_of};
use crate::{
    cel,
    diag::{Diagnostic, Findings},
    schema::{
        decode::{Decoder, Slots},
        kind::{Child, DefineId, Kind, KindId},
        kinds::{DefineArg, DefineParam, DefineSlot},
        node::{Meant, TypedNode},
        rules,
        vocabulary::Special,
        words::{Default, Define, UnitId},
    },
    units::{Name, Unit},
};

/// A definition whose head is read and whose body is not.
struct Head<'a> {
    id: DefineId,
    unit: UnitId,
    body: Option<ast::Node<'a>>,
    slots: BTreeMap<Arc<str>, Span>,
    /// What its body calls.
    calls: Vec<DefineId>,
}

impl Declarer {
    pub(super) fn defines(&mut self, nodes: &[(UnitId, ast::Node<'_>)]) {
        let mut heads: Vec<Head<'_>> = Vec::new();
        for (unit, node) in nodes {
            heads.extend(self.head(*unit, *node));
        }
        for head in &mut heads {
            let mut calls = BTreeSet::new();
            if let Some(body) = head.body {
                self.calls(head.unit, body, &mut calls);
            }
            head.calls = calls.into_iter().collect();
        }
        let order = self.in_order(&heads);
        for at in order {
            self.body(&heads[at]);
        }
    }

    /// Name, arguments, properties and slots. `None` when it has no usable name.
    fn head<'a>(&mut self, unit: UnitId, node: ast::Node<'a>) -> Option<Head<'a>> {
        let (name, span) = self.define_name(unit, node)?;
        let mut kind = Kind::new(&name, &doc_of(node));
        let mut params: Vec<(Arc<str>, Option<Default>)> = Vec::new();
        let mut props = Vec::new();
        let (mut slots, mut body) = (BTreeMap::new(), None);
        for child in node.nodes() {
            match &*child.name() {
                "arg" => {
                    if let Some((slot, param)) = self.param(unit, child, true) {
                        kind.args.push(slot);
                        params.push(param);
                    }
                }
                "param" => {
                    if let Some((slot, param)) = self.param(unit, child, false) {
                        kind.props.push(slot);
                        props.push(param);
                    }
                }
                "slot" => {
                    let typed = self.read::<DefineSlot>(unit, child);
                    let name = name_of(&self.words, &typed).map_or_else(|| "".into(), |(n, _)| n);
                    slots.insert(name, child.head_span());
                }
                "body" if body.is_none() => body = Some(child),
                other => {
                    let finding = unknown_part(other, child.name_span());
                    self.findings.push(finding);
                }
            }
        }
        params.extend(props);
        if body.is_none() {
            self.findings.push(
                Diagnostic::new(
                    &rules::MISSING_NODE,
                    node.head_span(),
                    format!("`define {name}` has no `body`"),
                )
                .help("write what it stands for: `body { … }`"),
            );
        }
        let id = DefineId(u32::try_from(self.words.defines.len()).unwrap_or(u32::MAX));
        kind.define = Some(id);
        let kind = Arc::make_mut(&mut self.words.vocabulary).add(kind);
        self.words.defines.push(Define {
            name: name.clone(),
            span,
            unit,
            kind,
            params,
            slots: BTreeMap::new(),
            bodies: BTreeMap::new(),
            broken: true,
        });
        self.words.units[unit.0 as usize].defines.insert(name, id);
        Some(Head {
            id,
            unit,
            body,
            slots,
            calls: Vec::new(),
        })
    }

    fn read<K: crate::schema::construct::Construct>(
        &mut self,
        unit: UnitId,
        node: ast::Node<'_>,
    ) -> TypedNode {
        let kind = self.kind::<K>();
        Decoder::new(&self.words, unit, &mut self.findings).node(node, kind)
    }

    fn define_name(&mut self, unit: UnitId, node: ast::Node<'_>) -> Option<(Arc<str>, Span)> {
        let arg = node.entries().find_map(|entry| match entry {
            ast::Entry::Arg(arg) => Some(arg),
            ast::Entry::Prop(_) => None,
        });
        let Some((arg, ast::Scalar::Str(name))) = arg.map(|arg| (arg, arg.value())) else {
            self.findings.push(
                Diagnostic::new(
                    &rules::MISSING_VALUE,
                    node.head_span(),
                    "`define` is not complete",
                )
                .help("write `define NAME { … body { … } }`"),
            );
            return None;
        };
        let span = arg.span();
        if let Err(error) = <Name as Unit>::parse(&name) {
            let slot =
                crate::schema::kind::Slot::of("name", <Name as crate::schema::ty::Typed>::ty());
            self.findings.push(rules::wrong_value(&slot, span, &error));
            return None;
        }
        let builtin = self.words.vocabulary.parents_of(&name).next().is_some();
        if builtin || Special::of(&name).is_some() {
            self.findings.push(
                Diagnostic::new(
                    &rules::DUPLICATE_NODE,
                    span,
                    format!("`{name}` is a kind of the language already"),
                )
                .label("taken")
                .help("give the definition another name; what a built-in kind has by default is said with a `profile`"),
            );
            return None;
        }
        if let Some(first) = self.words.unit(unit).defines.get(&*name) {
            let first = self.words.define(*first).span;
            self.findings
                .push(rules::stands_twice("define", &name, span, first));
            return None;
        }
        Some((name.as_ref().into(), span))
    }

    /// An `arg` or `param` of a definition.
    #[expect(
        clippy::type_complexity,
        reason = "a pair used once, taken apart at once"
    )]
    fn param(
        &mut self,
        unit: UnitId,
        node: ast::Node<'_>,
        arg: bool,
    ) -> Option<(crate::schema::kind::Slot, (Arc<str>, Option<Default>))> {
        let typed = if arg {
            self.read::<DefineArg>(unit, node)
        } else {
            self.read::<DefineParam>(unit, node)
        };
        let kind = self.words.vocabulary.kind(typed.kind);
        let Some((name, _)) = name_of(&self.words, &typed) else {
            if typed.fields.is_empty() {
                self.findings.push(
                    Diagnostic::new(
                        &rules::MISSING_VALUE,
                        typed.span,
                        format!("`{}` has no name", kind.name),
                    )
                    .help(format!("write `{} NAME type=…`", kind.name)),
                );
            }
            return None;
        };
        if let (false, true, Some((name, span))) =
            (arg, self.is_universal(&name), name_of(&self.words, &typed))
        {
            self.findings
                .push(rules::universal_name("a parameter", &name, span));
        }
        let default = kind.field("default").and_then(|field| {
            let value = typed.fields.iter().find(|value| value.field == field)?;
            Some(Default {
                expr: value.expr.clone(),
                span: value.span,
            })
        });
        let slot = self.slot(&typed, &name);
        if let Some((default, crate::schema::node::Expr::Lit(lit))) =
            default.as_ref().map(|default| (default, &default.expr))
            && let Err(error) = slot.check(lit)
        {
            let finding = rules::wrong_value(&slot, default.span, &error);
            self.findings.push(finding);
        }
        Some((slot, (cel::spelling(&name).into(), default)))
    }

    /// The definitions that a body calls, at any depth.
    fn calls(&self, unit: UnitId, body: ast::Node<'_>, into: &mut BTreeSet<DefineId>) {
        for node in body.nodes() {
            into.extend(self.words.find(unit, &node.name()));
            self.calls(unit, node, into);
        }
    }

    /// The heads in an order in which each comes after those that it calls. Those in a circle
    /// are reported and left out, with whatever calls them: they stay broken.
    fn in_order(&mut self, heads: &[Head<'_>]) -> Vec<usize> {
        let mut graph = petgraph::graph::DiGraph::<usize, ()>::new();
        let nodes: Vec<_> = (0..heads.len()).map(|at| graph.add_node(at)).collect();
        let at_of: BTreeMap<DefineId, usize> = heads
            .iter()
            .enumerate()
            .map(|(at, head)| (head.id, at))
            .collect();
        for (at, head) in heads.iter().enumerate() {
            for call in head.calls.iter().filter_map(|call| at_of.get(call)) {
                graph.add_edge(nodes[at], nodes[*call], ());
            }
        }
        let mut order = Vec::new();
        // Components come after what they lead to.
        for component in petgraph::algo::tarjan_scc(&graph) {
            let mut members: Vec<usize> = component.iter().map(|node| graph[*node]).collect();
            members.sort_unstable();
            let [first, rest @ ..] = members.as_slice() else {
                continue;
            };
            if rest.is_empty() && !heads[*first].calls.contains(&heads[*first].id) {
                order.push(*first);
                continue;
            }
            let ids: Vec<DefineId> = members.iter().map(|at| heads[*at].id).collect();
            let finding = self.circle(&ids);
            self.findings.push(finding);
        }
        order
    }

    fn circle(&self, ids: &[DefineId]) -> Diagnostic {
        let define = |id: &DefineId| self.words.define(*id);
        let names: Vec<String> = ids
            .iter()
            .map(|id| format!("`{}`", define(id).name))
            .collect();
        let first = define(&ids[0]);
        let words = match names.as_slice() {
            [one] => format!("{one} stands for itself"),
            _ => format!("{} stand for each other", names.join(", ")),
        };
        let mut finding = Diagnostic::new(&rules::DEFINE_CIRCLE, first.span, words)
            .label("would never end")
            .help("take one of the calls out of the bodies; a number of like nodes is an `each` over `range(0, n)`");
        for other in &ids[1..] {
            finding = finding.also(define(other).span, "in the circle");
        }
        finding
    }

    /// Reads the body for each kind of block that could hold it, and keeps those that can.
    fn body(&mut self, head: &Head<'_>) {
        let Some(body) = head.body else {
            return;
        };
        let candidates = self.candidates(head.unit, body);
        let mut first: Option<(Findings, KindId)> = None;
        let mut sound: Vec<(KindId, TypedNode, Slots)> = Vec::new();
        for parent in candidates {
            let (typed, slots, findings) = self.try_body(head, body, parent);
            if findings.is_empty() {
                sound.push((parent, typed, slots));
            } else if first.is_none() {
                first = Some((findings, parent));
            }
        }
        if sound.is_empty() {
            match first {
                Some((findings, _)) => self.findings.extend(findings),
                None => {
                    let finding = self.homeless(head, body);
                    self.findings.push(finding);
                }
            }
            return;
        }
        self.slots(head, &sound);
        let define = &mut self.words.defines[head.id.0 as usize];
        define.broken = false;
        define.bodies = sound
            .into_iter()
            .map(|(parent, typed, _)| (parent, typed))
            .collect();
    }

    fn try_body(
        &self,
        head: &Head<'_>,
        body: ast::Node<'_>,
        parent: KindId,
    ) -> (TypedNode, Slots, Findings) {
        let define = self.words.define(head.id);
        let kind = self.words.kind_of(define);
        let mut scope = self.words.unit(head.unit).scope.clone();
        for ((name, _), slot) in define
            .params
            .iter()
            .zip(kind.args.iter().chain(&kind.props))
        {
            scope = scope.with(name, cel::type_of(&slot.ty));
        }
        let mut findings = Findings::new();
        let mut decoder = Decoder::new(&self.words, head.unit, &mut findings).with_scope(scope);
        decoder.slots = Some(Slots {
            declared: head.slots.clone(),
            put: BTreeMap::new(),
        });
        let mut typed = TypedNode::empty(parent, body.head_span(), body.name_span());
        typed.whole = body.span();
        decoder.children(body.nodes(), &mut typed);
        let slots = decoder.slots.take().unwrap_or_default();
        // A name that nothing knows was reported; its like in another block is no better.
        typed
            .flawed
            .retain(|meant| matches!(meant, Meant::Anything));
        for (name, span) in &head.slots {
            if !slots.put.contains_key(name) {
                findings.push(
                    Diagnostic::new(
                        &rules::UNUSABLE_DEFINITION,
                        *span,
                        "this slot has no place in the body",
                    )
                    .label("declared here")
                    .help("put it into the body where the caller's children go: `slot`"),
                );
            }
        }
        (typed, slots, findings)
    }

    /// The kinds whose blocks can hold all nodes of a body: the outermost first.
    fn candidates(&self, unit: UnitId, body: ast::Node<'_>) -> Vec<KindId> {
        let mut names = Vec::new();
        top_names(body, &mut names);
        let vocabulary = &self.words.vocabulary;
        let fits = |(id, kind): &(KindId, &Kind)| {
            kind.define.is_none()
                && !kind.free
                && names.iter().all(|name| {
                    kind.child(name).is_some()
                        || self.words.find(unit, name).is_some_and(|call| {
                            let called = self.words.define(call);
                            // What a broken one stands for nobody knows: that was reported.
                            called.broken || called.bodies.contains_key(id)
                        })
                })
        };
        if names.is_empty() {
            return vec![self.root];
        }
        // Definitions stand behind the built-in kinds, and hold nothing that is not theirs.
        let builtin = crate::schema::vocabulary::builtin().0.kinds().count();
        let kinds = vocabulary.kinds().take(builtin);
        kinds.filter(fits).map(|(id, _)| id).collect()
    }

    /// No block can hold what the body holds: says which two nodes do not go together, or which
    /// one nobody knows.
    fn homeless(&self, head: &Head<'_>, body: ast::Node<'_>) -> Diagnostic {
        let name = &self.words.define(head.id).name;
        let vocabulary = &self.words.vocabulary;
        let mut names = Vec::new();
        top_names(body, &mut names);
        let lost = body.nodes().find(|node| {
            let name = node.name();
            Special::of(&name).is_none()
                && vocabulary.parents_of(&name).next().is_none()
                && self.words.find(head.unit, &name).is_none()
        });
        if let Some(lost) = lost {
            let finding = Diagnostic::new(
                &rules::UNKNOWN_KIND,
                lost.name_span(),
                format!("`{}` is not a kind of the language", lost.name()),
            )
            .label("unknown");
            let known = vocabulary.kinds().map(|(_, kind)| kind.name.as_str());
            let near = crate::diag::nearest::nearest(&lost.name(), known);
            return finding.maybe_help(near.map(|near| format!("did you mean `{near}`?")));
        }
        names.dedup();
        let mut finding = Diagnostic::new(
            &rules::UNUSABLE_DEFINITION,
            self.words.define(head.id).span,
            format!("no block can hold all that `{name}` stands for: {}", names.join(", ")),
        )
        .label("cannot be called anywhere")
        .help("a definition stands for nodes of one block: split it, or write its body one level further out");
        for node in body.nodes().take(4) {
            let node_name = node.name();
            let homes: BTreeSet<String> = vocabulary
                .parents_of(&node_name)
                .map(|kind| match kind.name.as_str() {
                    "" => "the top level".to_owned(),
                    name => format!("`{name}`"),
                })
                .collect();
            let homes: Vec<String> = homes.into_iter().take(4).collect();
            if !homes.is_empty() {
                finding =
                    finding.also(node.name_span(), format!("belongs in {}", homes.join(", ")));
            }
        }
        finding
    }

    /// What the blocks of the calls may hold: what may stand where the slots are.
    fn slots(&mut self, head: &Head<'_>, sound: &[(KindId, TypedNode, Slots)]) {
        let Some((_, _, slots)) = sound.first() else {
            return;
        };
        let kind = self.words.define(head.id).kind;
        for (name, (parent, _)) in &slots.put {
            let children = self.words.vocabulary.kind(*parent).children.clone();
            let vocabulary = Arc::make_mut(&mut self.words.vocabulary);
            if name.is_empty() {
                vocabulary.kind_mut(kind).children.extend(children);
                self.words.slot_blocks.insert(kind, *parent);
                self.words.defines[head.id.0 as usize]
                    .slots
                    .insert(name.clone(), *parent);
                continue;
            }
            let mut fill = Kind::new(name, "Children for this slot of the definition.");
            fill.children = children;
            let fill = vocabulary.add(fill);
            self.words.slot_blocks.insert(fill, *parent);
            vocabulary.kind_mut(kind).children.push(Child {
                kind: fill,
                name: name.to_string(),
                doc: "Children for this slot of the definition.".to_owned(),
                required: false,
                many: false,
            });
            self.words.defines[head.id.0 as usize]
                .slots
                .insert(name.clone(), fill);
        }
    }
}

/// The names of a body's nodes: what an `each` repeats counts as standing there.
fn top_names(body: ast::Node<'_>, names: &mut Vec<String>) {
    for node in body.nodes() {
        let name = node.name();
        match Special::of(&name) {
            Some(Special::Each | Special::In) => top_names(node, names),
            Some(_) => {}
            None => names.push(name.into_owned()),
        }
    }
}

/// What `doc="…"` says of a definition.
fn doc_of(node: ast::Node<'_>) -> String {
    let doc = node.entries().find_map(|entry| match entry {
        ast::Entry::Prop(prop) if prop.name() == "doc" => match prop.value() {
            ast::Scalar::Str(text) => Some(text.into_owned()),
            _ => None,
        },
        _ => None,
    });
    doc.or_else(|| node.comment_above()).unwrap_or_default()
}

fn unknown_part(name: &str, span: Span) -> Diagnostic {
    let known = ["arg", "param", "slot", "body"];
    let finding = Diagnostic::new(
        &rules::UNKNOWN_KIND,
        span,
        format!("`{name}` is not a kind that `define` can hold"),
    )
    .label("unknown");
    match crate::diag::nearest::nearest(name, known) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
        None => finding
            .help("`define` holds arg, param, slot and body; what it stands for goes into `body`"),
    }
}
