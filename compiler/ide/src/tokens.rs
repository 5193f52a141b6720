//! What each word of a file is, for colours: kinds, names by what they name, values by their type,
//! expressions part by part.
//!
//! What means nothing to the language has no colour but that of the grammar, so that a mistake
//! shows before its finding does.

mod expression;

use std::ops::Range;

use tenantry_core::schema::{
    kind::Slot,
    ty::Class,
    vocabulary::Special,
    words::{UnitId, Words},
};
use tenantry_syntax::{
    Span,
    ast::{Arg, Entry, Form, Node, Prop, Text},
    kind::TokenKind,
};

use crate::{
    host::{File, Snapshot},
    meaning::{Meaning, Role, Speaker},
    outline::{
        COLUMN, DEFINE, ENV, LOCAL, Outline, PACKAGE, PORT, PROFILE, RULE, Sort, Use, is_expression,
    },
};

/// Declares the sorts of tokens with the protocol's names, in the order of the legend.
macro_rules! sorts {
    ($($(#[doc = $doc:literal])+ $Name:ident = $name:literal,)+) => {
        /// What a word is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum TokenSort { $($(#[doc = $doc])+ $Name,)+ }

        impl TokenSort {
            /// All of them, in the order of the legend.
            pub const ALL: &'static [Self] = &[$(Self::$Name,)+];

            /// As the protocol calls it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$Name => $name,)+ }
            }
        }
    };
}

sorts! {
    /// A kind of the language.
    Kind = "keyword",
    /// One that any block may hold: `in`, `each`, `allow`.
    Special = "macro",
    /// A kind that a spec defines, where it is called or declared; a function of expressions.
    Function = "function",
    /// A tenant, a cluster, a package: what other names stand in.
    Scope = "namespace",
    /// A workload.
    Workload = "class",
    /// What workloads use: pools, storage classes, networks, images.
    Thing = "type",
    /// A profile.
    Profile = "interface",
    /// An environment.
    Environment = "enum",
    /// A port of a workload.
    Port = "event",
    /// A rule.
    Rule = "decorator",
    /// A parameter.
    Parameter = "parameter",
    /// A `let`, a table, an element of an `each`.
    Variable = "variable",
    /// The name of a property, or a field in an expression.
    Property = "property",
    /// A word of those that a slot takes; `#true`, `#false`, `#null`.
    Word = "enumMember",
    /// A number, with its unit where it has one.
    Number = "number",
    /// Any other text.
    Text = "string",
    /// An operator of an expression.
    Operator = "operator",
    /// A comment, and what was taken out with `/-`.
    Comment = "comment",
}

/// The protocol's names of what a token may be beside its sort, in the order of their bits.
pub const MODIFIERS: &[&str] = &["declaration", "defaultLibrary"];

/// A word, and what it is. Tokens are in the order of the text and do not overlap; one may go
/// over several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes.
    pub range: Range<u32>,
    /// What it is.
    pub sort: TokenSort,
    /// Whether it is declared here.
    pub is_declaration: bool,
    /// Whether the standard library or the language declares it.
    pub is_library: bool,
}

impl Token {
    fn new(range: Range<u32>, sort: TokenSort) -> Self {
        Self {
            range,
            sort,
            is_declaration: false,
            is_library: false,
        }
    }
}

/// The words of a file that begin or end in some of its bytes.
pub fn tokens(snapshot: &Snapshot, path: &str, within: &Range<u32>) -> Vec<Token> {
    let Some(file) = snapshot.file(path) else {
        return Vec::new();
    };
    let outline = snapshot.outline(file);
    let mut walk = Walk {
        snapshot,
        file,
        speaker: snapshot.speaker(file),
        outline: &outline,
        within,
        found: Vec::new(),
    };
    walk.comments();
    let top = walk.speaker.top();
    for node in file.parse.document().nodes() {
        walk.node(node, top);
    }
    let mut found = walk.found;
    found.retain(|token| {
        !token.range.is_empty()
            && token.range.start <= within.end
            && within.start <= token.range.end
    });
    found.sort_by_key(|token| (token.range.start, token.range.end));
    let mut end = 0;
    found.retain(|token| {
        let apart = token.range.start >= end;
        end = end.max(token.range.end);
        apart
    });
    found
}

struct Walk<'s> {
    snapshot: &'s Snapshot,
    file: File<'s>,
    speaker: Speaker<'s>,
    outline: &'s Outline,
    within: &'s Range<u32>,
    found: Vec<Token>,
}

impl Walk<'_> {
    fn add(&mut self, range: Range<u32>, sort: TokenSort) {
        self.found.push(Token::new(range, sort));
    }

    fn comments(&mut self) {
        let skipped = self.file.parse.tree().skipped();
        let skipped: Vec<Token> = skipped
            .map(|bytes| Token::new(bytes, TokenSort::Comment))
            .collect();
        self.found.extend(skipped);
        for (kind, bytes) in self.file.parse.tree().tokens() {
            if matches!(kind, TokenKind::LineComment | TokenKind::BlockComment) {
                let range = offset(bytes.start)..offset(bytes.end);
                self.add(range, TokenSort::Comment);
            }
        }
    }

    fn node(&mut self, node: Node<'_>, parent: Meaning) {
        let span = node.span();
        if span.start > self.within.end || span.end < self.within.start {
            return;
        }
        let meaning = self.speaker.meaning(parent, node);
        self.name(node, meaning);
        if meaning.role != Role::Unknown {
            self.entries(node, meaning);
        }
        for child in node.nodes() {
            self.node(child, meaning);
        }
    }

    fn name(&mut self, node: Node<'_>, meaning: Meaning) {
        let range = bytes(node.name_span());
        let kind = self.speaker.kind(meaning.head);
        let defined = kind.is_some_and(|kind| kind.define.is_some());
        match meaning.role {
            Role::Unknown | Role::Top => {}
            Role::Free => self.add(range, TokenSort::Property),
            // A name behind a package's has two parts.
            _ if defined => {
                if !self.references(node.name_text()) {
                    self.add(range, TokenSort::Function);
                }
            }
            Role::Special(_) => self.add(range, TokenSort::Special),
            _ => self.add(range, TokenSort::Kind),
        }
    }

    fn entries(&mut self, node: Node<'_>, meaning: Meaning) {
        let mut index = 0;
        for entry in node.entries() {
            match entry {
                Entry::Arg(arg) => {
                    self.argument(node, meaning, index, arg);
                    index += 1;
                }
                Entry::Prop(prop) => self.property(node, meaning, prop),
            }
        }
    }

    fn argument(&mut self, node: Node<'_>, meaning: Meaning, index: usize, arg: Arg<'_>) {
        let slot = self.speaker.argument(meaning, index).map(|found| found.1);
        let expression = slot.is_some_and(|slot| is_expression(node, slot));
        self.value(arg.text(), arg.value_span(), slot, expression);
    }

    fn property(&mut self, node: Node<'_>, meaning: Meaning, prop: Prop<'_>) {
        let name = prop.name();
        let slot = self.speaker.property(meaning, &name);
        let free = matches!(meaning.role, Role::Row | Role::Free);
        if slot.is_some() || free {
            self.add(bytes(prop.name_span()), TokenSort::Property);
        }
        let each = meaning.role == Role::Special(Special::Each);
        let expression = slot.is_some_and(|slot| is_expression(node, slot))
            || name == "if"
            || name == "in" && each;
        self.value(prop.text(), prop.value_span(), slot, expression);
    }

    fn value(&mut self, text: Option<Text<'_>>, span: Span, slot: Option<&Slot>, expression: bool) {
        let Some(text) = text else {
            let sort = match self.file.parse.tree().token_at(span.start) {
                Some((TokenKind::Number | TokenKind::NotFinite, _)) => TokenSort::Number,
                Some((TokenKind::True | TokenKind::False | TokenKind::Null, _)) => TokenSort::Word,
                _ => return,
            };
            return self.add(bytes(span), sort);
        };
        let value = text.value();
        let plain = slot.is_some_and(|slot| slot.ty.class == Class::Text) && !expression;
        if expression || !plain && value.contains('$') {
            return expression::text(self, text, expression);
        }
        if self.declaration(text) || self.references(text) {
            return;
        }
        let sort = match slot.map(|slot| slot.ty.class) {
            Some(Class::Choice(words)) if words.iter().any(|(word, _)| *word == value) => {
                TokenSort::Word
            }
            Some(Class::Reference(_)) => TokenSort::Text,
            Some(Class::Value) | None if value.starts_with(|c: char| c.is_ascii_digit()) => {
                TokenSort::Number
            }
            _ if text.form() == Form::Bare && slot.is_none() => return,
            _ => TokenSort::Text,
        };
        self.add(bytes(span), sort);
    }

    /// Where a name is declared in a text.
    fn declaration(&mut self, text: Text<'_>) -> bool {
        let span = text.span();
        let declared = &self.outline.declared;
        let mut at = declared
            .iter()
            .filter(|one| span.start <= one.name_span.start && one.name_span.end <= span.end);
        let Some(one) = at.next() else {
            return false;
        };
        let token = Token {
            is_declaration: true,
            ..Token::new(bytes(one.name_span), sort_of(one.sort))
        };
        self.found.push(token);
        true
    }

    /// The names that are used in a text.
    fn references(&mut self, text: Text<'_>) -> bool {
        let span = text.span();
        let outline = self.outline;
        let uses = &outline.uses;
        let first = uses.partition_point(|one| one.span.start < span.start);
        let inside = uses[first..]
            .iter()
            .take_while(|one| one.span.end <= span.end);
        let mut any = false;
        for one in inside {
            any = true;
            self.reference(one);
        }
        any
    }

    /// One use: what it leads to decides; where it leads nowhere, what it would be the name of.
    fn reference(&mut self, one: &Use) {
        let names = &self.snapshot.known().names;
        let found = self.file.id.map(|id| names.resolve(id, one));
        let first = found.iter().flatten().find_map(|id| names.get(*id));
        let sort = match (first, &*one.sorts) {
            (Some(declared), _) => sort_of(declared.sort),
            (None, [only]) => sort_of(only),
            (None, _) => TokenSort::Variable,
        };
        let library = library(self.speaker.words);
        self.found.push(Token {
            is_library: first.is_some_and(|declared| Some(declared.unit) == library),
            ..Token::new(bytes(one.span), sort)
        });
    }
}

/// The standard library stands behind the estate and the packages.
fn library(words: &Words) -> Option<UnitId> {
    let last = words.units.len().checked_sub(1)?;
    u32::try_from(last).ok().map(UnitId)
}

/// What the name of a thing is coloured as.
fn sort_of(sort: Sort) -> TokenSort {
    match sort {
        "tenant" | "cluster" | PACKAGE => TokenSort::Scope,
        "workload" => TokenSort::Workload,
        DEFINE => TokenSort::Function,
        PROFILE => TokenSort::Profile,
        ENV => TokenSort::Environment,
        PORT => TokenSort::Port,
        RULE => TokenSort::Rule,
        "param" => TokenSort::Parameter,
        COLUMN => TokenSort::Property,
        "let" | "table" | LOCAL => TokenSort::Variable,
        _ => TokenSort::Thing,
    }
}

fn bytes(span: Span) -> Range<u32> {
    span.start..span.end
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
