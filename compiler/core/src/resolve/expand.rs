//! What stands for several nodes: conditions, loops, calls of definitions.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use tenantry_syntax::{FileId, Span};

use super::{
    Resolver,
    merge::merge,
    rules,
    scope::{Bound, Globals},
};
use crate::{
    cel::{self, Value},
    instances::Cause,
    origin::OriginId,
    schema::{
        kind::{DefineId, Field},
        node::{Each, Form, Node, TypedNode},
        words::UnitId,
    },
};

/// Where the text that is being resolved stands, and what it may name.
#[derive(Debug, Default)]
pub(super) struct Context {
    here: Option<FileId>,
    unit: UnitId,
    locals: Vec<(Arc<str>, Bound)>,
    content: Option<Rc<Content>>,
}

impl Default for UnitId {
    fn default() -> Self {
        Self::ESTATE
    }
}

/// What a caller put into the slots of a definition: by slot, a node that holds it.
#[derive(Debug, Default)]
pub(super) struct Content(BTreeMap<Arc<str>, Node>);

/// Who brought nodes: for the day when they are too many.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    pub(super) what: String,
    pub(super) at: Span,
    /// How many nodes there were before.
    before: usize,
}

impl Resolver<'_> {
    /// The place of a text as it means something here.
    pub(super) fn at(&self, span: Span) -> Span {
        self.here.map_or(span, |file| Span { file, ..span })
    }

    /// Goes on in another text, with names of its own; what was before comes back with
    /// [`Resolver::back`].
    pub(super) fn go(&mut self, to: Context) -> Context {
        Context {
            here: std::mem::replace(&mut self.here, to.here),
            unit: std::mem::replace(&mut self.unit, to.unit),
            locals: std::mem::replace(&mut self.locals, to.locals),
            content: std::mem::replace(&mut self.content, to.content),
        }
    }

    pub(super) fn back(&mut self, before: Context) {
        self.go(before);
    }

    /// The context of a node at the top level of a file of this unit.
    pub(super) fn top_of(unit: UnitId) -> Context {
        Context {
            unit,
            ..Context::default()
        }
    }

    /// Adds to the root what a node of the top level stands for.
    pub(super) fn at_top(&mut self, typed: &Arc<TypedNode>, root: &mut Node, near: &mut Vec<Node>) {
        let kind = self.typed.words.vocabulary.kind(typed.kind);
        if !matches!(typed.form, Form::Plain) || kind.define.is_some() {
            self.child(typed, root, near);
        } else if !self.exhausted() && self.holds(typed.condition.as_ref()) {
            let node = self.top(typed);
            root.children.push(node);
        }
    }

    /// Adds to a node what one of its children stands for. What goes into a slot there is
    /// collected in `near`, because it is nearer than what stands beside the slot.
    pub(super) fn child(&mut self, typed: &TypedNode, into: &mut Node, near: &mut Vec<Node>) {
        if self.exhausted() {
            return;
        }
        match &typed.form {
            Form::Each(each) => self.each(typed, each, into, near),
            Form::Slot(name) => {
                if let Some(content) = self.content.as_ref().and_then(|c| c.0.get(name)) {
                    near.push(content.clone());
                }
            }
            Form::Plain => {
                if !self.holds(typed.condition.as_ref()) {
                    return;
                }
                match self.typed.words.vocabulary.kind(typed.kind).define {
                    Some(define) => self.call(typed, define, into),
                    None => {
                        let node = self.within(typed);
                        into.children.push(node);
                    }
                }
            }
        }
    }

    /// The block of an `each` or a body: its nodes, and what it says of the node that it
    /// stands in.
    fn block(&mut self, typed: &TypedNode, into: &mut Node, near: &mut Vec<Node>) {
        for child in &typed.children {
            self.child(child, into, near);
        }
        into.labels.extend(self.tags(&typed.labels));
        into.annotations.extend(self.tags(&typed.annotations));
        into.allows.extend(typed.allows.iter().cloned());
        into.omits.extend(typed.omits.iter().cloned());
        into.flawed.extend(typed.flawed.iter().cloned());
        for overlay in self.overlays_here(typed) {
            near.push(overlay);
        }
    }

    fn each(&mut self, typed: &TypedNode, each: &Each, into: &mut Node, near: &mut Vec<Node>) {
        let Some((list, from)) = self.evaluate(&each.list) else {
            into.flawed.push(crate::schema::node::Meant::Anything);
            return;
        };
        let rows = self.rows(&list, &from, each);
        let outer = self.here.unwrap_or(typed.span.file);
        let what = format!("`each {}`", each.name);
        self.enter(what, self.at(typed.span));
        for (key, at, bound) in rows {
            if self.exhausted() {
                break;
            }
            // A row costs something even if it yields nothing.
            self.nodes += 1;
            let cause = Cause::Row { at, key };
            let file = self.origins.instances.enter(typed.span.file, outer, cause);
            let before = self.here.replace(file);
            self.locals.push((each.name.clone(), bound));
            if self.holds(typed.condition.as_ref()) {
                self.block(typed, into, near);
            }
            self.locals.pop();
            self.here = before;
        }
        self.leave();
    }

    /// The elements of a list: a key to speak of each, where it stands, its value.
    fn rows(
        &mut self,
        list: &Value,
        from: &[OriginId],
        each: &Each,
    ) -> Vec<(Arc<str>, Span, Bound)> {
        let place = self.at(each.list.at.span);
        let origin = from.first().copied().unwrap_or(OriginId::NONE);
        let table = each
            .list
            .program
            .uses()
            .first()
            .and_then(|path| path.names.first().cloned());
        let count = match list {
            Value::List(items) => items.len(),
            Value::Keyed(items) => items.len(),
            _ => 0,
        };
        let element = |at: usize| match list {
            Value::List(items) => items.get(at).cloned().unwrap_or(Value::Null),
            Value::Keyed(items) => items.at(at),
            _ => Value::Null,
        };
        let rows = table.and_then(|name| self.rows.get(&(self.unit, name)).cloned());
        (0..count)
            .map(|at| {
                let value = element(at);
                let key: Arc<str> = match &value {
                    Value::Object(object) => object.key().unwrap_or_default(),
                    other => other.to_string().into(),
                };
                let row = rows.as_ref().and_then(|rows| rows.get(&key));
                let (span, bound) = match row {
                    Some(row) => (
                        row.span,
                        Bound {
                            value: Some(value),
                            origin: row.origin,
                            fields: row.fields.clone(),
                        },
                    ),
                    None => (place, Bound::new(Some(value), origin)),
                };
                (key, span, bound)
            })
            .collect()
    }

    /// A call: its arguments are known here, its body is resolved where it is written.
    fn call(&mut self, typed: &TypedNode, id: DefineId, into: &mut Node) {
        let words = self.typed.words.clone();
        let define = words.define(id);
        if self.depth >= self.typed.limits.expansions {
            let finding = rules::too_deep(
                &define.name,
                self.at(typed.span),
                self.typed.limits.expansions,
            );
            self.findings.push(finding);
            self.stopped = true;
            return;
        }
        let mut call = self.with_environment(typed);
        self.refuse_duplicates(&mut call);
        let Some(body) = words.body(define, into.kind) else {
            into.flawed.push(crate::schema::node::Meant::Anything);
            return;
        };
        let cause = Cause::Call {
            at: self.at(typed.span),
            name: define.name.clone(),
            definition: define.span,
        };
        let file = define.span.file;
        let here = self.origins.instances.enter(file, file, cause);
        self.enter(format!("`{}`", define.name), self.at(typed.span));
        let locals = self.arguments(&call, id);
        let content = contents(&call, id, &words);
        let before = self.go(Context {
            here: Some(here),
            unit: define.unit,
            locals,
            content: Some(Rc::new(content)),
        });
        self.depth += 1;
        let mut near = Vec::new();
        self.block(body, into, &mut near);
        self.depth -= 1;
        self.back(before);
        self.leave();
        into.allows.extend(call.allows.iter().cloned());
        for content in near {
            merge(&words.vocabulary, content, into);
        }
    }

    /// The names of a body with the values that the call gives them.
    fn arguments(&mut self, call: &Node, id: DefineId) -> Vec<(Arc<str>, Bound)> {
        let words = self.typed.words.clone();
        let define = words.define(id);
        let kind = words.kind_of(define);
        let mut locals = Vec::with_capacity(define.params.len());
        for (at, (name, default)) in define.params.iter().enumerate() {
            let number = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
            let field = match at.checked_sub(kind.args.len()) {
                None => Field::Arg(number(at)),
                Some(prop) => Field::Prop(number(prop)),
            };
            let Some(slot) = kind.slot(field) else {
                continue;
            };
            let ty = cel::type_of(&slot.ty);
            let given = call
                .value(field)
                .map(|value| (value.lit.clone(), value.origin));
            let value = match (given, default) {
                (Some(given), _) => Some(given),
                (None, _) if call.broken.contains(&field) => None,
                (None, Some(default)) => {
                    let before = self.go(Self::top_of(define.unit));
                    let value = self.value(&default.expr, default.span);
                    self.back(before);
                    value
                }
                (None, None) => None,
            };
            let bound = match value {
                Some((lit, origin)) => Bound::new(Some(Value::from_lit(&ty, &lit)), origin),
                None => Bound::new(None, OriginId::NONE),
            };
            locals.push((name.clone(), bound));
        }
        locals
    }

    fn enter(&mut self, what: String, at: Span) {
        self.brought.push(Brought {
            what,
            at,
            before: self.nodes,
        });
    }

    fn leave(&mut self) {
        self.brought.pop();
    }

    /// Whether there are too many nodes already; says so the first time, with who brought most.
    pub(super) fn exhausted(&mut self) -> bool {
        let limit = self.typed.limits.nodes;
        if !self.stopped && self.nodes > limit {
            self.stopped = true;
            let outermost = self.brought.first().cloned();
            let most = outermost.map(|by| (by.what, by.at, self.nodes - by.before));
            let first = self.typed.nodes.first().map(|node| node.span);
            self.findings
                .push(rules::too_many_nodes(self.nodes, limit, first, most));
        }
        let limit = self.typed.limits.made_bytes;
        if !self.stopped && self.made > limit {
            self.stopped = true;
            let outermost = self.brought.first().map(|by| by.at);
            let first = self.typed.nodes.first().map(|node| node.span);
            let at = outermost.or(first).unwrap_or_default();
            self.findings.push(rules::too_much_text(at, limit));
        }
        self.stopped
    }

    /// The names of a unit.
    pub(super) fn globals_mut(&mut self, unit: UnitId) -> &mut Globals {
        &mut self.globals[unit.0 as usize]
    }
}

/// What a call holds for each slot of its definition.
fn contents(call: &Node, id: DefineId, words: &crate::schema::words::Words) -> Content {
    let define = words.define(id);
    let mut contents = BTreeMap::new();
    for (name, kind) in &define.slots {
        let mut content = if name.is_empty() {
            call.clone()
        } else {
            match call.children.iter().find(|child| child.kind == *kind) {
                Some(fill) => Node::clone(fill),
                None => continue,
            }
        };
        content.fields.clear();
        content.kind = *kind;
        let fills = define.slots.iter().filter(|(name, _)| !name.is_empty());
        let fills: Vec<_> = fills.map(|(_, kind)| *kind).collect();
        content
            .children
            .retain(|child| !fills.contains(&child.kind));
        contents.insert(name.clone(), content);
    }
    Content(contents)
}
