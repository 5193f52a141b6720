//! What is told of an analysis, without the numbers that one analysis gives otherwise than another.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use tenantry_core::{
    compile::Analysis,
    model::Estate,
    origin::{OriginId, Origins},
};
use tenantry_syntax::{FileId, Span};

/// Numbers of origins and of expansions: which they are is nobody's business, what they lead to is.
pub(crate) struct Numbers<'a> {
    origins: &'a Origins,
    /// How many files there are; what comes after them is expanded text.
    files: usize,
    /// By number: what it leads to.
    said: BTreeMap<String, String>,
}

impl<'a> Numbers<'a> {
    /// Those of an environment's estate.
    pub(crate) fn of(analysis: &Analysis, estate: &'a Estate) -> Self {
        Self {
            origins: &estate.origins,
            files: analysis.sources.files().len(),
            said: BTreeMap::new(),
        }
    }

    /// A text in which each number is what it leads to.
    pub(crate) fn spelt(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, number, after)) = next(rest) {
            out.push_str(before);
            let key = format!("{name}({number})");
            if !self.said.contains_key(&key) {
                let said = self.said(name, number);
                self.said.insert(key.clone(), said);
            }
            out.push_str(&self.said[&key]);
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn said(&mut self, name: &str, number: u32) -> String {
        if name == "OriginId" {
            let origin = self.origins.get(OriginId(number));
            assert!(
                number == 0 || origin != self.origins.get(OriginId::NONE),
                "{number} leads somewhere"
            );
            let origin = format!("<{origin:?}>");
            // Reasons lead backwards, so that this ends.
            return digest(&self.spelt(&origin));
        }
        let file = FileId(number);
        if (number as usize) < self.files {
            return format!("file {number}");
        }
        let at = Span {
            file,
            start: 0,
            end: 0,
        };
        let causes = format!("{:?}", self.origins.instances.causes(at));
        assert_ne!(causes, "[]", "{number} is expanded text");
        digest(&self.spelt(&causes))
    }
}

/// A long text by what it comes to: reasons of reasons would fill the memory.
fn digest(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("#{:x}", hasher.finish())
}

/// The next number in a text: what is before it, what it is of, itself, and what is after it.
fn next(text: &str) -> Option<(&str, &'static str, u32, &str)> {
    let names = ["OriginId", "FileId"];
    let found = names
        .into_iter()
        .filter_map(|name| Some((text.find(&format!("{name}("))?, name)));
    let (at, name) = found.min()?;
    let (before, found) = text.split_at(at);
    let (number, after) = found[name.len() + 1..].split_once(')')?;
    Some((before, name, number.parse().ok()?, after))
}
