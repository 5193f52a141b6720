//! What may be written at a place: nodes, properties, values, names, units, and the words of
//! expressions.
//!
//! The newest text says what is asked for, what is known says which names there are. Each sort of
//! place is a module; all of them look at the same `Asked` and yield [`Item`]s in the order in
//! which they are to be shown.

mod asked;
mod expressions;
mod item;
mod nodes;
mod properties;
mod references;
mod rescue;
mod shelves;
mod snippets;
mod spot;
#[cfg(test)]
mod tests;
mod units;
mod values;

use tenantry_syntax::around::Part;

pub(crate) use self::expressions::macro_doc;
pub use self::item::{Item, Sort};
use self::{asked::Asked, spot::Spot};
use crate::host::Snapshot;

/// More are not shown at once: whoever types on is asked again.
const SHOWN: usize = 400;

/// What makes an editor ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The person, or a letter of a word.
    Word,
    /// A sign that may begin something.
    Sign(char),
}

impl Trigger {
    /// Whether a person who goes on typing would be in the way of an answer: behind a blank or a
    /// brace, where the line may be meant to end.
    fn is_slight(self) -> bool {
        matches!(self, Self::Sign(' ' | '{'))
    }
}

/// What may be written at a place.
#[derive(Debug, Clone, Default)]
pub struct Completions<'s> {
    /// The best first.
    pub items: Vec<Item<'s>>,
    /// Whether there are more, which a longer word brings.
    pub is_partial: bool,
}

/// What may be written at an offset of a file.
pub fn complete<'s>(
    snapshot: &'s Snapshot,
    path: &str,
    at: u32,
    trigger: Trigger,
) -> Completions<'s> {
    let Some(file) = snapshot.file(path) else {
        return Completions::default();
    };
    let asked = Asked::new(snapshot, file, at);
    let items = match &asked.cursor.part {
        Part::Annotation | Part::Comment => Vec::new(),
        Part::Blank => match expressions::at_brace(&asked) {
            Some(items) => items,
            None if trigger.is_slight() => Vec::new(),
            None => nodes::nodes(&asked, &Spot::empty(at)),
        },
        Part::Name(word) => nodes::nodes(&asked, &Spot::of(word, at)),
        Part::Key { word } => properties::properties(&asked, &Spot::of(word, at), "key"),
        Part::Gap { argument } => head(&asked, *argument, &Spot::empty(at), trigger),
        Part::Argument { index, word } => head(&asked, *index, &Spot::of(word, at), trigger),
        Part::Value { key, word } => values::property(&asked, key, &Spot::of(word, at)),
    };
    shown(items, &asked)
}

/// What a completion that was offered for a place says of itself, in Markdown.
pub fn page(snapshot: &Snapshot, path: &str, at: u32, label: &str) -> Option<String> {
    let items = complete(snapshot, path, at, Trigger::Word).items;
    let item = items.into_iter().find(|item| item.label == label)?;
    Some(item.page())
}

/// The innermost call that is open before an offset, within an expression.
pub(crate) fn call(snapshot: &Snapshot, path: &str, at: u32) -> Option<(String, usize)> {
    let asked = Asked::new(snapshot, snapshot.file(path)?, at);
    let spot = Spot::of(asked.cursor.word()?, at);
    let typed = rescue::Typed::new(expressions::typed(&asked, &spot)?);
    let call = typed.calls().pop()?;
    Some((call.name.to_owned(), call.arguments))
}

/// An argument, or a property that begins like one.
fn head<'s>(
    asked: &Asked<'s>,
    argument: usize,
    spot: &Spot<'_>,
    trigger: Trigger,
) -> Vec<Item<'s>> {
    let mut items = values::argument(asked, argument, spot);
    if trigger.is_slight() {
        // A line that means something already may end here.
        let wanted = asked.needs(argument) || spot.is_quoted();
        return if wanted { items } else { Vec::new() };
    }
    // Where a name or a word must stand first, properties would only be in the way.
    let is_due = asked.argument(argument).is_some_and(|slot| slot.required);
    let is_listed = is_due && !items.is_empty() && spot.typed.is_empty();
    if !spot.is_quoted() && !spot.typed.starts_with('$') && !is_listed {
        items.extend(properties::properties(asked, spot, ""));
    }
    items
}

/// As many as are shown at once: of more those that what is typed could become.
fn shown<'s>(mut items: Vec<Item<'s>>, asked: &Asked<'_>) -> Completions<'s> {
    let is_partial = items.len() > SHOWN;
    if is_partial {
        let text = asked.file.parse.text();
        items.retain(|item| {
            let typed = text.get(item.range.start as usize..asked.at as usize);
            is_within(typed.unwrap_or_default(), &item.label)
        });
        items.truncate(SHOWN);
    }
    Completions { items, is_partial }
}

/// Whether the letters of a word stand in another in their order, large or small.
fn is_within(word: &str, other: &str) -> bool {
    let mut letters = other.chars().flat_map(char::to_lowercase);
    word.chars()
        .flat_map(char::to_lowercase)
        .all(|letter| letters.any(|other| other == letter))
}
