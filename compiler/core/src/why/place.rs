//! A place in the text: where it is, what stands there, and what it stands in.

use tenantry_syntax::{Span, ast};

use crate::load::Sources;

/// A place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bytes.
    pub span: Span,
    /// The file, from the estate's root; the library's start with `std:/`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The whole line as it stands, without its indentation.
    pub text: String,
    /// The name of the node in whose head it stands; empty where it is none.
    pub node: String,
    /// The nodes around it, the outermost first: `tenant acme`, `workload trainer`.
    pub within: Vec<String>,
}

impl Place {
    /// Whether it lies in the standard library.
    pub fn is_library(&self) -> bool {
        self.file.starts_with("std:/")
    }

    /// The name of the declaration of that kind in which it stands: of the profile, for example.
    pub fn inside(&self, kind: &str) -> Option<&str> {
        let head = self.within.iter().rev();
        head.filter_map(|head| head.split_once(' '))
            .find(|(word, _)| *word == kind)
            .map(|(_, name)| name)
    }
}

/// What there is to say of a span. None if it lies in no file.
pub fn place(sources: &Sources, span: Span) -> Option<Place> {
    let source = sources.get(span.file)?;
    let (line, column) = sources.position(span)?;
    let text = source.parse.text();
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let (within, node) = around(source.parse.document(), span);
    Some(Place {
        span,
        file: source.path.to_string(),
        line,
        column,
        text: text
            .split('\n')
            .nth(index)
            .unwrap_or_default()
            .trim()
            .to_owned(),
        node,
        within,
    })
}

/// The heads of the nodes in whose blocks a span lies, and the name of the node there that it is
/// a part of.
fn around(document: ast::Document<'_>, span: Span) -> (Vec<String>, String) {
    let mut heads = Vec::new();
    let mut level: Vec<ast::Node<'_>> = document.nodes().collect();
    loop {
        let holds = |node: &ast::Node<'_>| {
            node.block_span()
                .is_some_and(|block| block.start <= span.start && span.start < block.end)
        };
        let Some(node) = level.iter().copied().find(holds) else {
            let is = |node: &&ast::Node<'_>| {
                node.span().start <= span.start && span.start < node.span().end
            };
            let node = level.iter().find(is);
            return (
                heads,
                node.map_or_else(String::new, |node| node.name().into_owned()),
            );
        };
        heads.push(head(node));
        level = node.nodes().collect();
    }
}

/// A node's name and the arguments that tell it from others; of `in` all of them.
fn head(node: ast::Node<'_>) -> String {
    let mut head = node.name().into_owned();
    let arguments = node.entries().filter_map(|entry| match entry {
        ast::Entry::Arg(arg) => Some(arg.text()?.value().into_owned()),
        ast::Entry::Prop(_) => None,
    });
    let shown = if head == "in" { usize::MAX } else { 1 };
    for argument in arguments.take(shown) {
        head.push(' ');
        head += &argument;
    }
    head
}
