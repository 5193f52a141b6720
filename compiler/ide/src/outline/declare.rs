//! Which names a node declares, and where they are said without a prefix.

use std::sync::Arc;

use tenantry_core::{
    cel::spelling,
    schema::{kind::Kind, ty::Class, vocabulary::Special},
};
use tenantry_syntax::{
    Span,
    ast::{Entry, Node},
};

use super::{
    COLUMN, DECLARED, DEFINE, Declared, ENV, LOCAL, PACKAGE, PORT, Sort, cluster_of, doc_of, part,
    walk::Walk,
};
use crate::meaning::{Meaning, Role};

impl Walk<'_, '_> {
    pub(super) fn declare(&mut self, node: Node<'_>, meaning: Meaning, kind: &Kind) {
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
            holder: self.holder_of(&[sort]),
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
    pub(super) fn declare_further(&mut self, node: Node<'_>) {
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
            COLUMN => {
                let table = self.scopes.last();
                table.map_or_else(Arc::default, |table| spelling(table).into())
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
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
