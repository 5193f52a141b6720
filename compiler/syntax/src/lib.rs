//! Text to a lossless tree.
//!
//! [`parse`] cuts the text into tokens, every byte into exactly one; walks the tokens once with an
//! explicit stack, noting where nodes, entries and blocks begin and end; and hands back the tree
//! together with every mistake of the file. It cannot fail: a broken line costs its node, and what
//! could be read of that node is still there. [`ast`] is the typed view of the tree, where values
//! are decoded when asked for; [`format`](mod@format) prints it anew, [`edit`] changes text,
//! [`change`] says what shall be different in words of the tree, [`lines`] turns offsets into lines.
//!
//! What this crate must not know: any kind of the language, any file system, any other file. Time
//! and memory are linear in the text, whatever stands in it.

pub mod around;
pub mod ast;
pub mod change;
mod chars;
pub mod edit;
mod errors;
pub mod format;
mod indent;
pub mod kind;
mod lexer;
pub mod lines;
mod number;
mod parser;
pub mod span;
mod strings;
pub mod tree;

use std::sync::Arc;

pub use errors::SyntaxError;
pub use span::{FileId, Span};
pub use tree::Tree;

/// What a file may not exceed. Passing one is a single error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Blocks inside blocks. Default 64: the deepest kind of the language nests eight.
    pub max_depth: u32,
    /// Bytes of a file. Default 16 MiB; positions are 32 bits wide, so never above 4 GiB.
    pub max_bytes: u32,
    /// Errors that are told of one file. Default 1,000.
    pub max_errors: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 64,
            max_bytes: 16 << 20,
            max_errors: 1_000,
        }
    }
}

/// A parsed file: its text, its tree, and everything that is wrong with it. A clone shares all
/// of it.
#[derive(Debug, Clone)]
pub struct Parse(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    file: FileId,
    text: Arc<str>,
    tree: Tree,
    errors: Vec<SyntaxError>,
}

/// Parses `text`. Total: every text has a tree.
pub fn parse(file: FileId, text: Arc<str>, limits: &Limits) -> Parse {
    let mut errors = errors::Errors::new(file, limits.max_errors);
    let tree = if text.len() > limits.max_bytes as usize {
        errors.too_long(text.len(), limits.max_bytes);
        Tree::unread(&text)
    } else {
        let lexed = lexer::lex(&text, &mut errors);
        let elements = parser::elements(&text, &lexed, limits, &mut errors);
        Tree::new(lexed.tokens, elements)
    };
    let errors = errors.finish(&text);
    Parse(Arc::new(Parsed {
        file,
        text,
        tree,
        errors,
    }))
}

impl Parse {
    /// The file that this is the text of.
    pub fn file(&self) -> FileId {
        self.0.file
    }

    /// The text, as it was given.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether this is a clone of another, and not only of the same text.
    pub fn is_clone_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The tree of tokens and elements.
    pub fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// All that is wrong, in the order of the text.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.0.errors
    }

    /// The typed view.
    pub fn document(&self) -> ast::Document<'_> {
        ast::Document::new(self)
    }
}
