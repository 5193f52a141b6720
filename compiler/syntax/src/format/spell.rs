//! Strings in the spelling that a person would choose.

use super::quote;
use crate::chars::{is_forbidden, is_newline, skip_spaces};

/// Words that are read as something else when they stand without quotes, or not at all.
const RESERVED: &[&str] = &["true", "false", "null", "inf", "nan"];

/// Whether `text` may stand as a word: letters, digits, `-`, `_` and `.` after a letter. KDL takes
/// more without quotes; more than this a reader would not expect there.
pub fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !RESERVED.contains(&text)
}

/// `text` as a word where it can be one, else in quotes.
pub fn word(text: &str) -> String {
    if is_word(text) {
        text.to_owned()
    } else {
        quote(text)
    }
}

/// `text` as a string over several lines, each behind `indent` spaces; none where it has one line
/// only, or a character that this form cannot show as it is.
///
/// Without a backslash and without three quotes in a row it is a plain one, else a raw one.
pub fn block(text: &str, indent: usize) -> Option<String> {
    let strange = |c: char| c != '\n' && (is_newline(c) || is_forbidden(c));
    // A line of spaces only is read as an empty one.
    let blank = |line: &str| !line.is_empty() && skip_spaces(line.as_bytes(), 0) == line.len();
    if !text.contains('\n') || text.chars().any(strange) || text.split('\n').any(blank) {
        return None;
    }
    let plain = !text.contains('\\') && !text.contains("\"\"\"");
    let hashes = if plain { 0 } else { longest_close(text) + 1 };
    let (fence, margin) = ("#".repeat(hashes), " ".repeat(indent));
    let mut out = format!("{fence}\"\"\"\n");
    for line in text.split('\n') {
        if !line.is_empty() {
            out.push_str(&margin);
            out.push_str(line);
        }
        out.push('\n');
    }
    out.push_str(&margin);
    out.push_str("\"\"\"");
    out.push_str(&fence);
    Some(out)
}

/// The longest run of `#` behind a quote: a raw string closes with one more.
fn longest_close(text: &str) -> usize {
    text.split('"')
        .skip(1)
        .map(|behind| behind.bytes().take_while(|byte| *byte == b'#').count())
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        FileId, Limits,
        ast::{Entry, Scalar},
    };

    /// What is read where `spelling` stands for a value, four columns in.
    fn read(spelling: &str) -> String {
        let text = format!("a {{\n    b {spelling}\n}}\n");
        let parse = crate::parse(FileId(0), Arc::from(text.as_str()), &Limits::default());
        assert_eq!(parse.errors(), [], "{text}");
        let outer = parse.document().nodes().next().expect("a node");
        let inner = outer.nodes().next().expect("a node in it");
        match inner.entries().next() {
            Some(Entry::Arg(arg)) => match arg.value() {
                Scalar::Str(read) => read.into_owned(),
                other => panic!("{text} is {other:?}"),
            },
            other => panic!("{text} has {other:?}"),
        }
    }

    #[test]
    fn a_name_stands_bare_and_all_else_in_quotes() {
        assert_eq!(word("gpu-train"), "gpu-train");
        assert_eq!(word("acme.features"), "acme.features");
        assert_eq!(word("LOG_LEVEL"), "LOG_LEVEL");
        for text in [
            "2TiB", "true", "nan", "", "a b", "-x", ".5", "ä", "a=b", "$$x",
        ] {
            assert_eq!(word(text), quote(text), "{text}");
        }
    }

    #[test]
    fn every_spelling_is_read_as_the_text() {
        for text in [
            "gpu-train",
            "inf",
            "true",
            "2TiB",
            "x\ty",
            "\u{202e}",
            "\"",
            "\\",
        ] {
            assert_eq!(read(&word(text)), text);
        }
        for text in [
            "one\ntwo",
            "one\ntwo\n",
            "\n",
            "  indented\n\nafter an empty line",
            "say \"hi\"\n",
            "a \"\"\" b\n",
            "a \"\"\"# b \"## c\n",
            "back\\slash\n\\",
        ] {
            let spelling = block(text, 8).expect("it can stand so");
            assert_eq!(read(&spelling), text, "{spelling}");
        }
    }

    #[test]
    fn what_lines_cannot_show_stays_in_quotes() {
        for text in [
            "one line",
            "a\r\nb",
            "a\n \nb",
            "a\n\u{3000}\n",
            "a\n\u{feff}",
            "a\n\u{85}",
        ] {
            assert_eq!(block(text, 4), None, "{text:?}");
        }
    }
}
