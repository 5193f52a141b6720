//! What all completions of one place look at.

use std::sync::Arc;

use tenantry_core::schema::kind::{Kind, Slot};
use tenantry_syntax::ast::Node;

use crate::{
    cursor::{Cursor, first_argument},
    host::{File, Snapshot},
    meaning::{Meaning, Role, Speaker},
    outline::{Declared, Outline},
};

/// A place, and what stands around it.
pub(super) struct Asked<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) file: File<'s>,
    pub(super) at: u32,
    pub(super) cursor: Cursor<'s>,
    /// What the file declares in its newest text.
    pub(super) outline: Arc<Outline>,
}

impl<'s> Asked<'s> {
    pub(super) fn new(snapshot: &'s Snapshot, file: File<'s>, at: u32) -> Self {
        Self {
            snapshot,
            file,
            at,
            cursor: Cursor::at(snapshot, file, at),
            outline: snapshot.outline(file),
        }
    }

    pub(super) fn speaker(&self) -> Speaker<'s> {
        self.cursor.speaker
    }

    /// The node that the cursor is in the head of.
    pub(super) fn node(&self) -> Option<(Node<'s>, Meaning)> {
        self.cursor.node
    }

    /// The kind in whose block the cursor, or the node that it is in, stands.
    pub(super) fn parent_kind(&self) -> Option<&'s Kind> {
        self.speaker().kind(self.cursor.parent().block)
    }

    /// The nodes of the block that the cursor stands in, without the one that it is a part of.
    pub(super) fn siblings(&self) -> Vec<Node<'s>> {
        let own = self.node().map(|(node, _)| node.span());
        let all: Vec<Node<'s>> = match self.cursor.blocks.last() {
            Some((block, _)) => block.nodes().collect(),
            None => self.file.parse.document().nodes().collect(),
        };
        let others = all.into_iter();
        others.filter(|node| Some(node.span()) != own).collect()
    }

    /// Whether the node at the cursor means nothing without the argument at `index`.
    pub(super) fn needs(&self, index: usize) -> bool {
        let slot = self.argument(index);
        slot.is_some_and(|slot| slot.required || slot.list && index == 0)
    }

    /// The names of the nodes around that names are found in without a prefix, the innermost
    /// last: `acme`, `acme.web`.
    pub(super) fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        for (node, meaning) in &self.cursor.blocks {
            let name = node.name();
            let opens =
                meaning.role == Role::Plain && matches!(&*name, "tenant" | "workload" | "cluster");
            let Some(own) = opens.then(|| first_argument(*node)).flatten() else {
                continue;
            };
            let scope = match scopes.last() {
                Some(outer) if name == "workload" => format!("{outer}.{own}"),
                _ => own,
            };
            scopes.push(scope);
        }
        scopes
    }

    /// All that the estate declares, this file in its newest text.
    pub(super) fn declared(&self) -> impl Iterator<Item = &Declared> {
        let own = self.file.id;
        let elsewhere = self.snapshot.known().names.all();
        let elsewhere = elsewhere
            .filter(move |(id, _)| Some(id.file) != own)
            .map(|(_, declared)| declared);
        self.outline.declared.iter().chain(elsewhere)
    }

    /// The slot of the argument at `index` of the node at the cursor.
    pub(super) fn argument(&self, index: usize) -> Option<&'s Slot> {
        let (_, meaning) = self.node()?;
        Some(self.speaker().argument(meaning, index)?.1)
    }

    /// The property of the node at the cursor.
    pub(super) fn property(&self, key: &str) -> Option<&'s Slot> {
        self.speaker().property(self.node()?.1, key)
    }
}

/// The head of a node as one line of a list: without what it says of itself, and not too long.
pub(super) fn in_short(head: &str) -> String {
    const LONGEST: usize = 72;
    let mut line = String::new();
    for word in head.split_whitespace() {
        if word.starts_with("doc=") || word == "\\" || line.len() + word.len() > LONGEST {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    line
}
