//! Formatting, as edits of the space between words: what stands where it should is not touched,
//! so cursors and marks stay where they are.

use std::ops::Range;

use tenantry_syntax::{
    FileId, Limits, Parse,
    around::nodes_at,
    ast::Node,
    format::format as formatted,
    kind::TokenKind::{self, Bom, CloseBrace, Continuation, Newline, Semicolon, Space},
    parse,
};

use crate::host::{Edit, Snapshot};

/// What makes a file look as `tenantry fmt` would; nothing where its text has syntax errors.
pub fn format(snapshot: &Snapshot, path: &str) -> Vec<Edit> {
    let file = snapshot.file(path);
    file.map_or_else(Vec::new, |file| edits(file.parse))
}

/// Of [`format()`], what changes these bytes.
pub fn format_range(snapshot: &Snapshot, path: &str, range: &Range<u32>) -> Vec<Edit> {
    let mut edits = format(snapshot, path);
    edits.retain(|edit| edit.range.start <= range.end && range.start <= edit.range.end);
    edits
}

/// Of [`format()`], what changes the node whose block was just closed with a `}` before this
/// offset.
pub fn format_closed(snapshot: &Snapshot, path: &str, at: u32) -> Vec<Edit> {
    let node = snapshot.file(path).and_then(|file| closed(file.parse, at));
    match node {
        Some(node) => {
            let span = node.span();
            format_range(snapshot, path, &(span.start..span.end))
        }
        None => Vec::new(),
    }
}

fn closed(parse: &Parse, at: u32) -> Option<Node<'_>> {
    let brace = at.checked_sub(1)?;
    let (kind, _) = parse.tree().token_at(brace)?;
    let way = nodes_at(parse, at);
    let ends_here = |node: &Node<'_>| node.block_span().is_some_and(|block| block.end == at);
    way.into_iter()
        .rev()
        .find(ends_here)
        .filter(|_| kind == CloseBrace)
}

fn edits(parse: &Parse) -> Vec<Edit> {
    let Some(new) = formatted(parse) else {
        return Vec::new();
    };
    if new == parse.text() {
        return Vec::new();
    }
    gaps(parse, &new).unwrap_or_else(|| vec![whole(parse.text(), &new)])
}

/// The formatter keeps every word in its place, so both texts are the same words with other gaps
/// between them. `None` if they are not.
fn gaps(old: &Parse, new: &str) -> Option<Vec<Edit>> {
    let new = parse(FileId(0), new.into(), &Limits::default());
    let (old_words, new_words) = (words(old), words(&new));
    if old_words.len() != new_words.len() {
        return None;
    }
    let mut edits = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let mut gap = |from: Range<usize>, to: Range<usize>| -> Option<()> {
        let (before, after) = (old.text().get(from.clone())?, new.text().get(to)?);
        edits.extend((before != after).then(|| trimmed(from.start, before, after)));
        Some(())
    };
    for ((kind, from), (same, to)) in old_words.into_iter().zip(new_words) {
        if kind != same {
            return None;
        }
        gap(old_at..from.start, new_at..to.start)?;
        // Text over several lines moves along with its node; a comment loses its last spaces.
        gap(from.clone(), to.clone())?;
        (old_at, new_at) = (from.end, to.end);
    }
    gap(old_at..old.text().len(), new_at..new.text().len())?;
    Some(edits)
}

/// The tokens that are not space, and where they stand.
fn words(parse: &Parse) -> Vec<(TokenKind, Range<usize>)> {
    let tokens = parse.tree().tokens();
    let says = |kind: TokenKind| !matches!(kind, Space | Newline | Semicolon | Continuation | Bom);
    tokens.filter(|(kind, _)| says(*kind)).collect()
}

/// The edit between two texts, without what they begin and end with alike.
fn trimmed(start: usize, before: &str, after: &str) -> Edit {
    let alike = |pair: &(char, char)| pair.0 == pair.1;
    let head = before.chars().zip(after.chars()).take_while(alike);
    let head: usize = head.map(|(c, _)| c.len_utf8()).sum();
    let (before, after) = (&before[head..], &after[head..]);
    let tail = before.chars().rev().zip(after.chars().rev());
    let tail: usize = tail.take_while(alike).map(|(c, _)| c.len_utf8()).sum();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let start = start + head;
    let end = start + before.len() - tail;
    Edit::new(
        offset(start)..offset(end),
        after.get(..after.len() - tail).unwrap_or_default(),
    )
}

fn whole(old: &str, new: &str) -> Edit {
    trimmed(0, old, new)
}

#[cfg(test)]
mod tests {
    use tenantry_syntax::edit::Edits;

    use super::*;

    fn parsed(text: &str) -> Parse {
        parse(FileId(0), text.into(), &Limits::default())
    }

    fn applied(text: &str, edits: &[Edit]) -> String {
        let mut all = Edits::new();
        for edit in edits {
            all.replace(edit.range.clone(), edit.text.clone()).unwrap();
        }
        all.apply(text).unwrap()
    }

    const UGLY: &[&str] = &[
        "a   1\tb = 2 ;c{}",
        "\n\na\n\n\n\nb {\n\n    c\n\n\n    d\n\n}\n\n\n",
        "// head\na 1 // behind   \nb { // in\n  c /* inside */ 1; /* before */ d\n}",
        "a \\  // why\n  1 \\\n2\nb \\\n\nc",
        "a {\n  b #\"\"\"\n    x\n     y\n    \"\"\"#\n}\n",
        "ä{ö 1;}\r\nb",
        "/-  a\nb /- 1 /-\n2 /-{\nc\n}",
        "\u{feff}a  1",
    ];

    #[test]
    fn the_edits_make_what_the_formatter_prints() {
        for text in UGLY {
            let parse = parsed(text);
            let made = applied(text, &edits(&parse));
            assert_eq!(Some(made), formatted(&parse), "{text:?}");
        }
    }

    #[test]
    fn words_are_not_touched() {
        for text in UGLY.iter().filter(|text| !text.contains("\"\"\"")) {
            let parse = parsed(text);
            for edit in edits(&parse) {
                let gone = &text[edit.range.start as usize..edit.range.end as usize];
                let word = |c: char| c.is_alphanumeric() || c == '/';
                assert!(!gone.contains(word), "{text:?} loses {gone:?}");
                assert!(!edit.text.contains(word), "{text:?} gains {:?}", edit.text);
            }
        }
    }

    #[test]
    fn a_part_of_the_edits_leaves_the_meaning() {
        let text = "a{b  1;c   2}\nd   3\n";
        let parse = parsed(text);
        for edit in edits(&parse) {
            let part = applied(text, std::slice::from_ref(&edit));
            assert_eq!(parsed(&part).errors(), [], "{part:?}");
            assert_eq!(formatted(&parsed(&part)), formatted(&parse), "{part:?}");
        }
    }

    #[test]
    fn only_what_is_asked_for_is_formatted() {
        let fixture = crate::fixture::Fixture::new("estate   a\n\n\ntenant   b  {}\n");
        let snapshot = fixture.snapshot();
        let edits = format_range(&snapshot, &fixture.path, &(0..8));
        let diff = fixture.diff(&[(fixture.path.clone(), edits)].into());
        assert_eq!(diff, "//- tenantry.kdl\n-estate   a\n+estate a\n");
        assert_eq!(format(&snapshot, "gone.kdl"), []);
    }

    #[test]
    fn a_text_with_errors_stays() {
        assert_eq!(edits(&parsed("a   {")), []);
    }

    #[test]
    fn the_block_that_was_closed_is_found() {
        let text = "a {\n b {\n c\n}\n}\n";
        let parse = parsed(text);
        let inner = u32::try_from(text.find('}').unwrap()).unwrap() + 1;
        let name = |at| closed(&parse, at).map(|node| node.name().into_owned());
        assert_eq!(name(inner).as_deref(), Some("b"));
        assert_eq!(name(inner + 2).as_deref(), Some("a"));
        assert_eq!(name(inner + 1), None);
        assert_eq!(name(0), None);
    }
}
