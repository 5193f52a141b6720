//! What a selection grows to: the word, the entry, the head of the node, the node, the block
//! around, and so on to the whole file.

use std::ops::Range;

use tenantry_syntax::{
    Parse, Span,
    around::nodes_at,
    ast::{Entry, Node},
};

use crate::host::Snapshot;

/// The ranges that hold an offset, each within the one behind it. Never empty for a file that is
/// there; the last one is the whole text.
pub fn selection(snapshot: &Snapshot, path: &str, at: u32) -> Vec<Range<u32>> {
    let Some(file) = snapshot.file(path) else {
        return Vec::new();
    };
    growing(file.parse, at)
}

fn growing(parse: &Parse, at: u32) -> Vec<Range<u32>> {
    let text = parse.text();
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let at = at.min(end);
    let way = nodes_at(parse, at);
    let whole = 0..end;
    let mut all = vec![whole];
    let mut add = |span: Span| {
        if span.start <= at && at <= span.end {
            all.push(span.start..span.end);
        }
    };
    for (depth, node) in way.iter().enumerate() {
        add(node.span());
        if let Some(block) = node.block_span() {
            add(block);
            if block.start < at && at < block.end {
                add(content(text, block));
            }
        }
        if depth + 1 == way.len() {
            head(*node, &mut add);
        }
    }
    add(word(text, at, parse));
    all.sort_by_key(|range| (range.end - range.start, range.start));
    nested(all)
}

/// The parts of a node's head.
fn head(node: Node<'_>, add: &mut impl FnMut(Span)) {
    add(node.head_span());
    add(node.name_span());
    for entry in node.entries() {
        add(entry.span());
        let (value, text) = match entry {
            Entry::Arg(arg) => (arg.value_span(), arg.text()),
            Entry::Prop(prop) => {
                add(prop.name_span());
                (prop.value_span(), prop.text())
            }
        };
        add(value);
        if let Some(text) = text {
            let start = text.source_offset(0);
            let end = text.source_offset(text.value().len());
            add(Span {
                start,
                end: end.max(start),
                ..value
            });
        }
    }
}

/// What stands between the braces of a block, without the space at its ends.
fn content(text: &str, block: Span) -> Span {
    let inside = text.get(block.start as usize + 1..(block.end as usize).saturating_sub(1));
    let inside = inside.unwrap_or_default();
    let before = inside.len() - inside.trim_start().len();
    let start = block.start + 1 + u32::try_from(before).unwrap_or_default();
    let length = u32::try_from(inside.trim().len()).unwrap_or_default();
    Span {
        start,
        end: start + length,
        ..block
    }
}

/// The letters, digits, `-` and `_` around an offset.
fn word(text: &str, at: u32, parse: &Parse) -> Span {
    let at = text.floor_char_boundary(at as usize);
    let (before, behind) = text.split_at(at);
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let start = before.trim_end_matches(is_part).len();
    let end = text.len() - behind.trim_start_matches(is_part).len();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(parse.file(), offset(start), offset(end))
}

/// Those that are not empty and lie within each other, without what is there twice.
fn nested(sorted: Vec<Range<u32>>) -> Vec<Range<u32>> {
    let mut chain: Vec<Range<u32>> = Vec::new();
    for range in sorted {
        let fits = chain
            .last()
            .is_none_or(|inner| range.start <= inner.start && inner.end <= range.end);
        if fits && chain.last() != Some(&range) && !range.is_empty() {
            chain.push(range);
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use tenantry_syntax::{FileId, Limits, parse};

    use super::*;

    fn told(text: &str) -> Vec<String> {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let parse = parse(FileId(0), text.as_str().into(), &Limits::default());
        let ranges = growing(&parse, u32::try_from(at).unwrap()).into_iter();
        let ranges = ranges.map(|range| text[range.start as usize..range.end as usize].to_owned());
        ranges.collect()
    }

    #[test]
    fn a_selection_grows_from_the_word_to_the_file() {
        let text = "a\nb x {\n    disk data size=\"20 |GiB now\"\n    c\n}\n";
        assert_eq!(
            told(text),
            [
                "GiB",
                "20 GiB now",
                "\"20 GiB now\"",
                "size=\"20 GiB now\"",
                "disk data size=\"20 GiB now\"",
                "disk data size=\"20 GiB now\"\n    c",
                "{\n    disk data size=\"20 GiB now\"\n    c\n}",
                "b x {\n    disk data size=\"20 GiB now\"\n    c\n}",
                "a\nb x {\n    disk data size=\"20 GiB now\"\n    c\n}\n",
            ]
        );
    }

    #[test]
    fn between_nodes_it_is_the_block() {
        assert_eq!(
            told("a {\n  b\n|\n  c\n}"),
            ["b\n\n  c", "{\n  b\n\n  c\n}", "a {\n  b\n\n  c\n}"]
        );
    }

    #[test]
    fn a_snapshot_is_asked_by_path() {
        let fixture = crate::fixture::Fixture::new("estate a\n//- b.kdl\ntenant $0acme {}\n");
        let ranges = selection(&fixture.snapshot(), &fixture.path, fixture.at);
        assert_eq!(ranges, [7..11, 0..11, 0..14, 0..15]);
        assert_eq!(selection(&fixture.snapshot(), "gone.kdl", 0), []);
    }

    #[test]
    fn every_offset_of_any_text_has_a_chain() {
        for text in ["", "ä \"ö\n", "a { b=\"\"\"\n é\n \"\"\" }}", "🦀={"] {
            let parse = parse(FileId(0), text.into(), &Limits::default());
            for at in 0..=u32::try_from(text.len()).unwrap() + 2 {
                for range in growing(&parse, at) {
                    assert!(range.end as usize <= text.len(), "{text:?} {at}");
                }
            }
        }
    }
}
