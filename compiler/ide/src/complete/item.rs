//! One thing that may be written.

use std::ops::Range;

use tenantry_core::schema::kind::{Kind, Slot};

use super::spot::Spot;
use crate::hover;

/// What a completion is, for its sign in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A node of the language.
    Node,
    /// A call of a definition.
    Call,
    /// A property.
    Property,
    /// A value, as it is written.
    Value,
    /// One of the words of a choice.
    Choice,
    /// The name of something that is declared.
    Reference,
    /// A number with its unit.
    Unit,
    /// A parameter, `let` or table; what an `each` names.
    Variable,
    /// A field of a value.
    Field,
    /// A function or a macro.
    Function,
}

/// One thing that may be written.
#[derive(Debug, Clone)]
pub struct Item<'s> {
    /// What is shown, and what the typed word is compared with.
    pub label: String,
    /// What it is.
    pub sort: Sort,
    /// Its shape or its type, in a few words.
    pub detail: String,
    /// What it is for, in one sentence.
    pub summary: String,
    /// The bytes that it takes the place of, all on one line.
    pub range: Range<u32>,
    /// What stands there then.
    pub text: String,
    /// The same with places to fill in, in the editors' common notation: `${1:name}`.
    pub snippet: Option<String>,
    /// Whether something is to be written behind it that can be completed in its turn.
    pub asks_again: bool,
    pub(super) about: About<'s>,
}

/// What there is to say of it at length.
#[derive(Debug, Clone)]
pub(super) enum About<'s> {
    Kind(&'s Kind),
    Slot(&'s Slot),
    Text(String),
}

impl<'s> Item<'s> {
    /// A word in the place of what stands at a spot, in quotes where it needs them.
    pub(super) fn new(sort: Sort, label: impl Into<String>, spot: &Spot<'_>) -> Self {
        let label = label.into();
        Self {
            text: spot.written(&label),
            label,
            sort,
            detail: String::new(),
            summary: String::new(),
            range: spot.range.clone(),
            snippet: None,
            asks_again: false,
            about: About::Text(String::new()),
        }
    }

    #[must_use]
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    #[must_use]
    pub(super) fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// What stands there then, as it is.
    #[must_use]
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    #[must_use]
    pub(super) fn snippet(mut self, snippet: Option<String>) -> Self {
        self.snippet = snippet;
        self
    }

    #[must_use]
    pub(super) fn about(mut self, about: About<'s>) -> Self {
        self.about = about;
        self
    }

    /// All that there is to say of it, in Markdown.
    pub fn page(&self) -> String {
        match &self.about {
            About::Kind(kind) => hover::page(kind),
            About::Slot(slot) => hover::field(slot),
            About::Text(text) if text.is_empty() => self.summary.clone(),
            About::Text(text) => text.clone(),
        }
    }
}
