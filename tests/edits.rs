//! Edits as they are made while typing, made of nothing but a seed: for what an editor keeps
//! between them.

use std::collections::BTreeMap;

/// Numbers that are the same in every run.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // xorshift64.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap_or(0)
    }
}

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Another number.
    Value,
    /// Another name, which others may use.
    Name,
    /// A line more.
    LineAdded,
    /// A line less.
    LineRemoved,
    /// A brace that nothing closes.
    BraceOpened,
    /// A brace less, so that a block has no end.
    BraceRemoved,
    /// A quote that nothing closes.
    Quote,
    /// A character more, anywhere.
    Letter,
    /// Another number in a profile, where there is one.
    Profile,
    /// Another number in a parameter, where there is one.
    Param,
    /// Another number outside tenants, where there is one.
    Ground,
}

impl Sort {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Value,
        Self::Name,
        Self::LineAdded,
        Self::LineRemoved,
        Self::BraceOpened,
        Self::BraceRemoved,
        Self::Quote,
        Self::Letter,
        Self::Profile,
        Self::Param,
        Self::Ground,
    ];
}

/// An edit of one of these files: its path, and its text afterwards. Where there is nothing to
/// edit in this way the text is as it was.
pub fn edit(files: &BTreeMap<String, String>, sort: Sort, dice: &mut Dice) -> (String, String) {
    let head = match sort {
        Sort::Profile => "\nprofile ",
        Sort::Param => "param ",
        Sort::Ground => "\ncluster ",
        _ => "",
    };
    let fitting: Vec<&String> = files
        .iter()
        .filter(|(_, text)| text.contains(head))
        .map(|(path, _)| path)
        .collect();
    let fitting = if fitting.is_empty() {
        files.keys().collect()
    } else {
        fitting
    };
    let path = fitting[dice.below(fitting.len())];
    let text = &files[path];
    let from = text.find(head).unwrap_or(0);
    let (before, rest) = text.split_at(from);
    (
        path.clone(),
        format!("{before}{}", changed(rest, sort, dice)),
    )
}

fn changed(text: &str, sort: Sort, dice: &mut Dice) -> String {
    match sort {
        Sort::Profile | Sort::Param => {
            // The first number behind the head, so that it is one of this node.
            let Some(at) = text.find(|c: char| c.is_ascii_digit()) else {
                return text.to_owned();
            };
            match dice.below(2) {
                0 => digit(text, at, dice),
                // What stands behind it stands elsewhere then.
                _ => with(text, at + 1, "0"),
            }
        }
        Sort::Value | Sort::Ground => {
            let at = any(text, dice, |_, c| c.is_ascii_digit());
            at.map_or(text.to_owned(), |at| digit(text, at, dice))
        }
        Sort::Name => {
            let heads = ["workload ", "tenant ", "port ", "volume ", "pool "];
            let head = heads[dice.below(heads.len())];
            let at = any(text, dice, |rest, _| rest.starts_with(head));
            at.map_or(text.to_owned(), |at| with(text, at + head.len(), "x"))
        }
        Sort::LineAdded => {
            let at = any(text, dice, |_, c| c == '\n');
            let line = ["\n// a remark", "\nlabel a b", "\n    var EXTRA yes"][dice.below(3)];
            at.map_or(text.to_owned(), |at| with(text, at, line))
        }
        Sort::LineRemoved => {
            let lines = text.lines().count().max(1);
            let gone = dice.below(lines);
            let kept = text.split_inclusive('\n').enumerate();
            kept.filter(|(at, _)| *at != gone)
                .map(|(_, line)| line)
                .collect()
        }
        Sort::BraceOpened => {
            let at = any(text, dice, |_, c| c == '\n');
            at.map_or(text.to_owned(), |at| with(text, at, " {"))
        }
        Sort::BraceRemoved => {
            let at = any(text, dice, |_, c| c == '}');
            at.map_or(text.to_owned(), |at| {
                [&text[..at], &text[at + 1..]].concat()
            })
        }
        Sort::Quote => {
            let at = any(text, dice, |_, c| c == ' ');
            at.map_or(text.to_owned(), |at| with(text, at, "\""))
        }
        Sort::Letter => {
            let at = any(text, dice, |_, _| true);
            let letter = ["a", " ", "-", "$", "1", "="][dice.below(6)];
            at.map_or(text.to_owned(), |at| with(text, at, letter))
        }
    }
}

/// One of the places where something holds of the rest of the text and its first character.
fn any(text: &str, dice: &mut Dice, fits: impl Fn(&str, char) -> bool) -> Option<usize> {
    let places: Vec<usize> = text
        .char_indices()
        .filter(|(at, c)| fits(&text[*at..], *c))
        .map(|(at, _)| at)
        .collect();
    (!places.is_empty()).then(|| places[dice.below(places.len())])
}

fn with(text: &str, at: usize, what: &str) -> String {
    format!("{}{what}{}", &text[..at], &text[at..])
}

fn digit(text: &str, at: usize, dice: &mut Dice) -> String {
    let new = dice.below(9) + 1;
    format!("{}{new}{}", &text[..at], &text[at + 1..])
}
