//! Files that are alike: of many that differ in nothing but words, one is read, and where the words
//! of the others land is known from it.
//!
//! A template is a text with holes at the ends of lines, where a word stands by itself: behind
//! `: ` or `- `, bare or in double quotes. Which value a hole decides is not guessed: the reader
//! reads the text with a marker in each hole, and a hole is one only where its marker comes out
//! as a whole text, once. What else stands in a hole then comes out in its place, because for
//! YAML nothing hangs on which letters a text has that
//!
//! - in quotes is of ASCII characters that are neither quotes, backslashes nor blanks,
//! - bare begins with a small letter, has only letters, digits, `-`, `.`, `_` and `/`, and is none
//!   of the words that some version of YAML takes for something else than text,
//!
//! and neither is longer than what a reader looks ahead for a colon.
//!
//! All other lines of a text, and all before its holes, must be those of the template, byte by byte.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::back::is_leaf;
use crate::emit::{NodeRef, View};

/// From how many files on a template is worth the two readings that it takes.
pub(super) const WORTH: usize = 4;

/// How a marker begins and ends. No text that holds the beginning becomes a template.
const MARKER: (&str, &str) = ("qzhole", "zq");

/// Readers look 1,024 characters ahead for the colon that makes a text a key; a word of this many
/// bytes is certainly shorter.
const LONGEST: usize = 512;

/// Bare words that are no text to a reader of YAML 1.1 or 1.2; in any case.
const NO_TEXT: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// A line, cut where its last word begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line<'t> {
    /// All of it but for the word.
    fixed: &'t str,
    /// The word, without its quotes, and whether it has them.
    word: Option<(&'t str, bool)>,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        let whole = Self {
            fixed: line,
            word: None,
        };
        let Some((before, last)) = line.rsplit_once(' ') else {
            return whole;
        };
        let quoted = last.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let stands_alone = before.ends_with([':', '-']);
        match quoted {
            _ if !stands_alone => whole,
            Some(word) if is_plain_ascii(word) => Self {
                fixed: before,
                word: Some((word, true)),
            },
            None if is_text(last) => Self {
                fixed: before,
                word: Some((last, false)),
            },
            _ => whole,
        }
    }
}

impl Line<'_> {
    /// The word of another line, quoted as this one's, if that is all in which they differ: what
    /// [`Line::of`] would say, without a look for where the word begins.
    fn word_of<'o>(&self, line: &'o str, quoted: bool) -> Option<&'o str> {
        let word = line.strip_prefix(self.fixed)?.strip_prefix(' ')?;
        match quoted {
            true => {
                let word = word.strip_prefix('"')?.strip_suffix('"')?;
                is_plain_ascii(word).then_some(word)
            }
            false => is_text(word).then_some(word),
        }
    }
}

/// Whether a word means itself between double quotes.
fn is_plain_ascii(word: &str) -> bool {
    let means_itself = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    word.len() <= LONGEST && word.bytes().all(means_itself)
}

/// Whether a bare word is text to every reader.
fn is_text(word: &str) -> bool {
    let within =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/');
    word.len() <= LONGEST
        && word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.bytes().all(within)
        && !NO_TEXT.iter().any(|other| other.eq_ignore_ascii_case(word))
}

/// A number that texts share which could have one template, and hardly any others.
pub(super) fn shape(text: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    for line in std::str::from_utf8(text).unwrap_or_default().split('\n') {
        let Line { fixed, word } = Line::of(line);
        hasher.write(fixed.as_bytes());
        hasher.write_u8(match word {
            None => 0,
            Some((_, false)) => 1,
            Some((_, true)) => 2,
        });
    }
    hasher.finish()
}

/// A text with holes, and what it reads as.
#[derive(Debug)]
pub(super) struct Template<'t> {
    /// The lines; those that have a word have a hole there.
    lines: Vec<Line<'t>>,
    documents: Vec<Shape>,
}

/// A value with holes.
#[derive(Debug)]
enum Shape {
    /// The text that stands in this one.
    Hole(usize),
    Leaf(Value),
    List(Vec<Shape>),
    Map(IndexMap<String, Shape, FixedState>),
}

impl<'t> Template<'t> {
    /// The template of a text; none where it cannot be read.
    pub(super) fn of(text: &'t [u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        if text.contains(MARKER.0) {
            return None;
        }
        let mut lines: Vec<Line<'t>> = text.split('\n').map(Line::of).collect();
        // Words that do not come out as texts of their own are no holes.
        let marks = Marks::of(&read(&marked(&lines))?, &lines);
        if !marks.all_are_texts() {
            let whole = text.split('\n').map(|fixed| Line { fixed, word: None });
            let mut words = 0;
            for (line, whole) in lines.iter_mut().zip(whole) {
                if line.word.is_some() {
                    words += 1;
                    if !marks.is_text(words - 1) {
                        *line = whole;
                    }
                }
            }
        }
        let values = read(&marked(&lines))?;
        Marks::of(&values, &lines).all_are_texts().then(|| Self {
            documents: values.into_iter().map(Shape::of).collect(),
            lines,
        })
    }

    /// A text, read by this template; none where it is not of it.
    pub(super) fn fill<'f>(&'f self, text: &'f str) -> Option<Filled<'f>> {
        let mut words = Vec::new();
        let mut lines = text.split('\n');
        for own in &self.lines {
            let line = lines.next()?;
            match own.word {
                None if line == own.fixed => {}
                None => return None,
                Some((_, quoted)) => words.push(own.word_of(line, quoted)?),
            }
        }
        if lines.next().is_some() {
            return None;
        }
        Some(Filled {
            documents: &self.documents,
            words,
        })
    }
}

/// The text of lines with a marker in each hole.
fn marked(lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    let mut holes = 0;
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        text.push_str(line.fixed);
        if let Some((_, quoted)) = line.word {
            let quote = if quoted { "\"" } else { "" };
            text.push_str(&format!(" {quote}{}{quote}", marker(holes)));
            holes += 1;
        }
    }
    text
}

fn marker(hole: usize) -> String {
    format!("{}{hole}{}", MARKER.0, MARKER.1)
}

/// The hole of which a text is the marker.
fn hole(text: &str) -> Option<usize> {
    let number = text.strip_prefix(MARKER.0)?.strip_suffix(MARKER.1)?;
    number.parse().ok()
}

fn read(text: &str) -> Option<Vec<Value>> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let values = documents.map(Value::deserialize);
    values.collect::<Result<_, _>>().ok()
}

/// How often each marker came out as a text of its own.
struct Marks {
    times: Vec<u32>,
    /// Whether one came out as part of something else.
    elsewhere: bool,
}

impl Marks {
    fn of(values: &[Value], lines: &[Line<'_>]) -> Self {
        let holes = lines.iter().filter(|line| line.word.is_some()).count();
        let mut marks = Self {
            times: vec![0; holes],
            elsewhere: false,
        };
        let mut due: Vec<&Value> = values.iter().collect();
        while let Some(value) = due.pop() {
            match value {
                Value::String(text) => marks.text(text),
                Value::Array(items) => due.extend(items),
                Value::Object(map) => {
                    marks.elsewhere |= map.keys().any(|key| key.contains(MARKER.0));
                    due.extend(map.values());
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        marks
    }

    fn text(&mut self, text: &str) {
        match hole(text).and_then(|hole| self.times.get_mut(hole)) {
            Some(times) => *times += 1,
            None => self.elsewhere |= text.contains(MARKER.0),
        }
    }

    fn is_text(&self, hole: usize) -> bool {
        self.times.get(hole) == Some(&1)
    }

    fn all_are_texts(&self) -> bool {
        !self.elsewhere && self.times.iter().all(|times| *times == 1)
    }
}

impl Shape {
    fn of(value: Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.into_iter().map(Self::of).collect()),
            Value::Object(map) => {
                let entries = map.into_iter().map(|(key, value)| (key, Self::of(value)));
                Self::Map(entries.collect())
            }
            Value::String(text) => match hole(&text) {
                Some(hole) => Self::Hole(hole),
                None => Self::Leaf(Value::String(text)),
            },
            leaf => Self::Leaf(leaf),
        }
    }
}

/// A template with words in its holes.
#[derive(Debug)]
pub(super) struct Filled<'f> {
    documents: &'f [Shape],
    words: Vec<&'f str>,
}

impl Filled<'_> {
    pub(super) fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        let words = &self.words;
        self.documents.iter().map(|shape| Document { shape, words })
    }
}

/// A document of a text that a template has read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'f> {
    shape: &'f Shape,
    words: &'f [&'f str],
}

impl<'f> Document<'f> {
    /// The text at the end of a path of keys.
    pub(super) fn text(self, path: &[&str]) -> Option<&'f str> {
        let mut steps = path.iter();
        let found = steps.try_fold(self.shape, |at, step| match at {
            Shape::Map(map) => map.get(*step),
            _ => None,
        });
        match found? {
            Shape::Hole(hole) => self.words.get(*hole).copied(),
            Shape::Leaf(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is what a node means. What lies deeper than `left` is nothing that a reader gets.
    pub(super) fn is(self, node: NodeRef<'_>, left: usize) -> bool {
        self.shape.is(self.words, node, left)
    }
}

impl Shape {
    fn is(&self, words: &[&str], node: NodeRef<'_>, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else {
            return false;
        };
        match (self, node.view()) {
            (Self::Hole(hole), View::Text(meant)) => words.get(*hole) == Some(&meant),
            (Self::Leaf(value), _) => is_leaf(value, node),
            (Self::List(items), View::List) => {
                let mut both = items.iter().zip(node.children());
                items.len() == node.len() && both.all(|(item, node)| item.is(words, node, left))
            }
            (Self::Map(map), View::Map) => {
                let mut children = node.children().enumerate();
                map.len() == node.len()
                    && children.all(|(at, child)| {
                        let shape = child.key().and_then(|key| field(map, at, key));
                        shape.is_some_and(|shape| shape.is(words, child, left))
                    })
            }
            _ => false,
        }
    }
}

/// What a map has at a key, which mostly stands where it does in the other.
fn field<'m>(
    map: &'m IndexMap<String, Shape, FixedState>,
    at: usize,
    key: &str,
) -> Option<&'m Shape> {
    match map.get_index(at) {
        Some((name, shape)) if name == key => Some(shape),
        _ => map.get(key),
    }
}

#[cfg(test)]
mod tests;
