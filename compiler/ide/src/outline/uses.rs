//! Which names a node uses: as its own, as its arguments, and as the values of its properties.

use std::borrow::Cow;

use tenantry_core::schema::{
    kind::{Kind, Slot},
    ty::Class,
    vocabulary::Special,
};
use tenantry_syntax::{
    Span,
    ast::{Arg, Entry, Node, Prop, Scalar, Text},
};

use super::{
    DEFINE, ENV, LOCAL, Looked, PACKAGE, PORT, PROFILE, RULE, Sort, cluster_of, part, walk::Walk,
};
use crate::{
    cursor::first_argument,
    dotted,
    meaning::{Meaning, Role},
};

/// What a test may speak of at the top level, and within that.
const OUTER: &[Sort] = &[
    "backup-store",
    "cluster",
    "cpu-model",
    "external",
    "gpu-model",
    "image",
    "network",
    "pool",
    "priority",
    "queue",
    "site",
    "storage",
    "tenant",
    "tier",
];
const INNER: &[Sort] = &[
    "config", "network", "pool", PORT, "queue", "secret", "storage", "volume", "workload",
];

impl Walk<'_, '_> {
    /// A node that calls a definition uses its name.
    pub(super) fn call(&mut self, node: Node<'_>, kind: &Kind) {
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

    pub(super) fn uses_package(&self, alias: &str) -> bool {
        let units = &self.speaker.words.units;
        let unit = units.get(self.speaker.unit.0 as usize);
        unit.is_some_and(|unit| unit.uses.contains_key(alias))
    }

    pub(super) fn near(&self) -> Looked {
        Looked::Near(self.scopes.iter().rev().cloned().collect())
    }

    /// The scopes around, and the cluster that the node, or the nearest around it, says.
    fn near_to(&self, node: Node<'_>) -> Looked {
        let said = cluster_of(node).or_else(|| self.clusters.last().cloned());
        let scopes = self.scopes.iter().rev().cloned();
        Looked::Near(scopes.chain(said).collect())
    }

    fn add(&mut self, sorts: &'static [Sort], name: &str, span: Span, looked: Looked) {
        self.says(Cow::Borrowed(sorts), name, looked, span, false);
    }

    pub(super) fn entries(&mut self, node: Node<'_>, meaning: Meaning, parent: Meaning) {
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
            ("price", None) if index == 0 => self.priced(text),
            // Behind the environments stands the parameter's value in them.
            ("in", Some("param")) if !is_last(node, index) => self.environment(text),
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
        if meaning.role == Role::Row {
            self.column_of_row(&name, prop.name_text());
        }
        self.key(meaning, &name, prop);
        let Some(text) = prop.text() else { return };
        let kind = self.speaker.kind(meaning.head);
        match (kind.map_or("", |kind| kind.name.as_str()), &*name) {
            ("test", "env") => return self.environment(text),
            ("expect-error" | "expect-warning", "at") => return self.about(text),
            _ => {}
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
        match (slot.ty.class, names_of(slot)) {
            (_, []) if is_expression(node, slot) => {
                self.asks = true;
                self.expression(text);
                self.asks = false;
            }
            (_, []) => {}
            (Class::Reference(_), kinds) => self.reference(node, kinds, text),
            (_, [PORT]) => self.port(node, text),
            (_, kinds) if is_name(&value) => self.reference(node, kinds, text),
            _ => {}
        }
    }

    /// `at=acme.web` of a test: what a finding must be about.
    fn about(&mut self, text: Text<'_>) {
        let value = text.value();
        for (depth, (at, name)) in dotted::names(&value, 0).enumerate() {
            let scope = value.get(..at.start.saturating_sub(1)).unwrap_or_default();
            let span = part(text, at);
            match depth {
                0 => self.add(OUTER, name, span, Looked::Near(Vec::new())),
                1 => self.add(INNER, name, span, Looked::Within(scope.into())),
                2 => self.add(&[PORT], name, span, Looked::Within(scope.into())),
                _ => {}
            }
        }
    }

    /// `storage.fast`, `gpu.nvidia-l4`: what has a price. A storage class has it whatever the
    /// cluster.
    fn priced(&mut self, text: Text<'_>) {
        let value = text.value();
        let Some((what, name)) = value.split_once('.') else {
            return;
        };
        let sorts: &'static [Sort] = match what {
            "storage" => &["storage"],
            "gpu" => &["gpu-model"],
            _ => return,
        };
        let span = part(text, what.len() + 1..value.len());
        self.add(sorts, name, span, Looked::Near(Vec::new()));
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
}

/// Whether a slot holds a whole expression: those of rules and tests do.
pub(crate) fn is_expression(node: Node<'_>, slot: &Slot) -> bool {
    matches!(
        (&*node.name(), slot.name.as_str()),
        ("when", "expression") | ("expect", "condition")
    )
}

/// What the values of a slot may be names of.
pub(super) fn names_of(slot: &Slot) -> &'static [Sort] {
    match (slot.ty.class, slot.ty.name) {
        (Class::Reference(kinds), _) => kinds,
        (_, "port") => &[PORT],
        (_, "image") => &["image"],
        (_, "cidr or external") => &["external"],
        _ => &[],
    }
}

/// Whether a value that may be something else too is a name.
pub(crate) fn is_name(value: &str) -> bool {
    <tenantry_core::units::Name as tenantry_core::units::Unit>::parse(value).is_ok()
}

/// Whether no argument of a node stands behind the one at `index`.
fn is_last(node: Node<'_>, index: usize) -> bool {
    let arguments = node
        .entries()
        .filter(|entry| matches!(entry, Entry::Arg(_)));
    arguments.count() == index + 1
}

/// Whether `${…}` in a long text of the node is worked out.
fn expands(node: Node<'_>) -> bool {
    node.entries().any(|entry| match entry {
        Entry::Prop(prop) => prop.name() == "expand" && matches!(prop.value(), Scalar::Bool(true)),
        Entry::Arg(_) => false,
    })
}
