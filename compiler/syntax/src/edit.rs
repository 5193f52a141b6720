//! Changes to one text, which compose as long as they do not overlap.

use std::{error::Error, fmt, ops::Range};

/// One replacement: an insertion where the range is empty, a deletion where the text is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The bytes of the old text that go.
    pub range: Range<u32>,
    /// What comes in their place.
    pub text: String,
}

/// Replacements over one text. All ranges mean the old text, so their order of making is of no
/// importance; only insertions at one place keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    /// By start, then end; no two overlap.
    list: Vec<Edit>,
}

/// Why edits cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// Two of them change the same bytes.
    Overlap {
        /// The one that was there.
        old: Range<u32>,
        /// The one that was to be added.
        new: Range<u32>,
    },
    /// The range is not one of this text: beyond its end, or inside a character.
    Outside(Range<u32>),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap { old, new } => write!(
                f,
                "the change of bytes {}..{} overlaps that of {}..{}",
                new.start, new.end, old.start, old.end
            ),
            Self::Outside(range) => {
                write!(
                    f,
                    "bytes {}..{} are no range of this text",
                    range.start, range.end
                )
            }
        }
    }
}

impl Error for EditError {}

impl Edits {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a replacement. The very same one twice is one, so that two findings may propose one
    /// fix; insertions at one place are all kept, in the order of their adding.
    ///
    /// # Errors
    /// It overlaps one that is there; nothing is added.
    pub fn replace(&mut self, range: Range<u32>, text: impl Into<String>) -> Result<(), EditError> {
        let edit = Edit {
            range,
            text: text.into(),
        };
        let key = (edit.range.start, edit.range.end);
        let place = self
            .list
            .partition_point(|e| (e.range.start, e.range.end) <= key);
        let before = place.checked_sub(1).map(|at| &self.list[at]);
        if before.is_some_and(|before| *before == edit && !edit.range.is_empty()) {
            return Ok(());
        }
        let overlap = before.filter(|e| e.range.end > edit.range.start || same(e, &edit));
        let overlap = overlap.or(self
            .list
            .get(place)
            .filter(|e| e.range.start < edit.range.end));
        if let Some(old) = overlap {
            return Err(EditError::Overlap {
                old: old.range.clone(),
                new: edit.range,
            });
        }
        self.list.insert(place, edit);
        Ok(())
    }

    /// Adds an insertion before the byte `at`.
    ///
    /// # Errors
    /// It stands inside a range that is replaced; nothing is added.
    pub fn insert(&mut self, at: u32, text: impl Into<String>) -> Result<(), EditError> {
        self.replace(at..at, text)
    }

    /// Adds a deletion.
    ///
    /// # Errors
    /// It overlaps an edit that is there; nothing is added.
    pub fn delete(&mut self, range: Range<u32>) -> Result<(), EditError> {
        self.replace(range, "")
    }

    /// Adds all of `others`, which are over the same text.
    ///
    /// # Errors
    /// One of them overlaps one that is there; none is added.
    pub fn merge(&mut self, others: &Self) -> Result<(), EditError> {
        let mut merged = self.clone();
        for edit in &others.list {
            merged.replace(edit.range.clone(), edit.text.clone())?;
        }
        *self = merged;
        Ok(())
    }

    /// The edits in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.list.iter()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The new text, written in one pass.
    ///
    /// # Errors
    /// A range is not one of `text`.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        let added: usize = self.list.iter().map(|e| e.text.len()).sum();
        let mut out = String::with_capacity(text.len() + added);
        let mut done = 0;
        for Edit { range, text: new } in &self.list {
            let outside = || EditError::Outside(range.clone());
            let (start, end) = (range.start as usize, range.end as usize);
            out.push_str(text.get(done..start).ok_or_else(outside)?);
            text.get(start..end).ok_or_else(outside)?;
            out.push_str(new);
            done = end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Ok(out)
    }
}

/// Whether both replace the same bytes, of which there are some.
fn same(one: &Edit, other: &Edit) -> bool {
    one.range == other.range && !one.range.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_together_whatever_their_order() {
        let mut edits = Edits::new();
        edits.replace(8..9, "two").unwrap();
        edits.insert(0, "// new\n").unwrap();
        edits.delete(3..4).unwrap();
        assert_eq!(
            edits.apply("abc= x y").unwrap_err(),
            EditError::Outside(8..9)
        );
        assert_eq!(
            edits.apply("abc= x 1").unwrap_err(),
            EditError::Outside(8..9)
        );
        assert_eq!(edits.apply("abc= x y1").unwrap(), "// new\nabc x ytwo");
    }

    #[test]
    fn what_overlaps_is_refused_and_changes_nothing() {
        let mut edits = Edits::new();
        edits.replace(2..5, "x").unwrap();
        for range in [4..6, 0..3, 3..4, 3..3, 0..9, 2..5] {
            let refused = edits.replace(range.clone(), "y").unwrap_err();
            assert_eq!(
                refused,
                EditError::Overlap {
                    old: 2..5,
                    new: range
                }
            );
        }
        assert_eq!(edits.apply("0123456").unwrap(), "01x56");
    }

    #[test]
    fn insertions_may_touch_a_replacement_and_each_other() {
        let mut edits = Edits::new();
        edits.replace(2..4, "-").unwrap();
        edits.insert(2, "a").unwrap();
        edits.insert(4, "c").unwrap();
        edits.insert(2, "b").unwrap();
        assert_eq!(edits.apply("012345").unwrap(), "01ab-c45");
    }

    #[test]
    fn the_same_replacement_from_two_sides_is_one() {
        let mut one = Edits::new();
        one.replace(0..1, "A").unwrap();
        let mut other = Edits::new();
        other.replace(0..1, "A").unwrap();
        other.insert(2, "!").unwrap();
        one.merge(&other).unwrap();
        assert_eq!(one.apply("ab").unwrap(), "Ab!");
    }

    #[test]
    fn a_merge_that_fails_leaves_nothing_behind() {
        let mut one = Edits::new();
        one.replace(4..6, "x").unwrap();
        let mut other = Edits::new();
        other.insert(0, "new").unwrap();
        other.delete(5..7).unwrap();
        assert!(one.merge(&other).is_err());
        assert_eq!(one.iter().count(), 1);
    }
}
