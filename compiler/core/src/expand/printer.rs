//! Nodes of one environment as the text of a spec.

use tenantry_syntax::format::{quote, word};

use super::spelling;
use crate::schema::{
    kind::{Field, Kind, Vocabulary},
    node::{Allow, FreeNode, Node},
};

/// Columns that a block moves its nodes in.
const INDENT: usize = 4;

/// Writes nodes, one below the other.
pub(super) struct Printer<'a> {
    vocabulary: &'a Vocabulary,
    env: Option<&'a str>,
    out: String,
}

impl<'a> Printer<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary, env: Option<&'a str>) -> Self {
        Self {
            vocabulary,
            env,
            out: String::new(),
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// The nodes of the top level; `root` is what they stand in.
    pub(super) fn top<'n>(&mut self, root: &Node, nodes: impl Iterator<Item = &'n Node>) {
        let kind = self.vocabulary.kind(root.kind);
        self.siblings(kind, nodes, 0);
    }

    /// Nodes of one block. Near the top, an empty line sets apart what takes several lines.
    fn siblings<'n>(&mut self, parent: &Kind, nodes: impl Iterator<Item = &'n Node>, depth: usize) {
        let mut before = None;
        for node in nodes {
            let start = self.out.len();
            self.node(parent, node, depth);
            let long = self.out[start..].matches('\n').count() > 1;
            if depth < 2 && before.is_some_and(|before| before || long) {
                self.out.insert(start, '\n');
            }
            before = Some(long);
        }
    }

    fn node(&mut self, parent: &Kind, node: &Node, depth: usize) {
        let child = parent.children.iter().find(|known| known.kind == node.kind);
        let name = child.map_or(&self.vocabulary.kind(node.kind).name, |known| &known.name);
        self.indent(depth);
        self.out.push_str(&word(name));
        if let Some(env) = self.env
            && (parent.name.as_str(), name.as_str()) == ("estate", "env")
        {
            // The others are not in this text.
            self.out.push_str(&format!(" {}\n", word(env)));
            return;
        }
        self.head(node, depth);
        self.block(node, depth);
    }

    /// Arguments, properties, and the properties that any node may have.
    fn head(&mut self, node: &Node, depth: usize) {
        let kind = self.vocabulary.kind(node.kind);
        for field in &node.fields {
            let Some(slot) = kind.slot(field.field) else {
                continue;
            };
            self.out.push(' ');
            if let Field::Prop(_) = field.field {
                self.out.push_str(&word(&slot.name));
                self.out.push('=');
            }
            let indent = (depth + 1) * INDENT;
            self.out
                .push_str(&spelling::value(slot, &field.lit, indent));
        }
        for (name, text) in [("was", &node.was), ("doc", &node.doc)] {
            if let Some(text) = text {
                self.out.push_str(&format!(" {name}={}", quote(text)));
            }
        }
    }

    fn block(&mut self, node: &Node, depth: usize) {
        let children: Vec<&Node> = node
            .children
            .iter()
            // Has been followed.
            .filter(|child| self.vocabulary.kind(child.kind).name != "like")
            .map(|child| &**child)
            .collect();
        let apart = node.allows.len() + node.labels.len() + node.annotations.len();
        if children.is_empty() && apart == 0 && node.free.is_empty() {
            self.out.push('\n');
            return;
        }
        let kind = self.vocabulary.kind(node.kind);
        // What fits there stays on the line; the formatter breaks what does not.
        if let ([only], 0, true) = (children.as_slice(), apart, node.free.is_empty())
            && is_leaf(only)
            && depth > 0
        {
            self.out.push_str(" { ");
            self.node(kind, only, 0);
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str(" }\n");
            return;
        }
        self.out.push_str(" {\n");
        self.allows(&node.allows, depth + 1);
        for (name, tags) in [("label", &node.labels), ("annotation", &node.annotations)] {
            for tag in tags {
                let value = spelling::tag(&tag.value.lit);
                self.line(depth + 1, &format!("{name} {} {value}", word(&tag.key)));
            }
        }
        self.siblings(kind, children.into_iter(), depth + 1);
        self.free(&node.free, depth + 1);
        self.line(depth, "}");
    }

    /// What several profiles allow is allowed once.
    fn allows(&mut self, allows: &[Allow], depth: usize) {
        for (at, allow) in allows.iter().enumerate() {
            if allows[..at].iter().any(|before| before.rule == allow.rule) {
                continue;
            }
            let because = quote(&allow.because);
            self.line(
                depth,
                &format!("allow {} because={because}", word(&allow.rule)),
            );
        }
    }

    fn free(&mut self, nodes: &[FreeNode], depth: usize) {
        for node in nodes {
            self.indent(depth);
            // A word of KDL, though none that we would write elsewhere.
            let item = &*node.name == "-";
            let name = if item {
                "-".to_owned()
            } else {
                word(&node.name)
            };
            self.out.push_str(&name);
            if let Some(value) = &node.value {
                self.out.push(' ');
                let indent = (depth + 1) * INDENT;
                self.out.push_str(&spelling::free(value.as_ref(), indent));
            }
            match (node.block, node.children.is_empty()) {
                (false, _) => self.out.push('\n'),
                (true, true) => self.out.push_str(" {}\n"),
                (true, false) => {
                    self.out.push_str(" {\n");
                    self.free(&node.children, depth + 1);
                    self.line(depth, "}");
                }
            }
        }
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.indent(depth);
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn indent(&mut self, depth: usize) {
        self.out.push_str(&" ".repeat(depth * INDENT));
    }
}

/// Whether a node has nothing below it.
fn is_leaf(node: &Node) -> bool {
    let apart = node.allows.len() + node.labels.len() + node.annotations.len();
    node.children.is_empty() && apart == 0 && node.free.is_empty()
}
