//! Moving text between triple quotes along with the node that it belongs to.
//!
//! The indentation of the closing line is not part of the text, so all lines may be moved together.

use std::borrow::Cow;

use crate::{
    chars::{newline_len, skip_spaces},
    kind::TokenKind,
    strings::{content, frame, last_line, logical_line_end},
};

/// The string `token`, whose line was indented by `old`, for a line that is indented by `new`
/// spaces: what its text stands deeper than the line, it stands deeper afterwards. As it is where
/// that cannot be told, or could change the content.
pub(crate) fn moved<'t>(kind: TokenKind, token: &'t str, old: &str, new: usize) -> Cow<'t, str> {
    let (start, end) = frame(kind, token);
    let escapes = kind == TokenKind::MultiLine;
    let bytes = &token.as_bytes()[..end];
    let first = start + newline_len(bytes, start);
    let closing = last_line(bytes, first, escapes);
    if skip_spaces(bytes, closing) != end {
        return Cow::Borrowed(token);
    }
    let Some(prefix) = moved_prefix(&token[closing..end], old, new) else {
        return Cow::Borrowed(token);
    };
    let mut out = String::with_capacity(token.len());
    out.push_str(&token[..start]);
    out.push('\n');
    let mut at = first;
    while at < closing {
        let end_of_line = logical_line_end(bytes, at, escapes);
        if skip_spaces(bytes, at) < end_of_line {
            out.push_str(&prefix);
            out.push_str(&token[at + (end - closing)..end_of_line]);
        }
        out.push('\n');
        at = end_of_line + newline_len(bytes, end_of_line);
    }
    out.push_str(&prefix);
    out.push_str(&token[end..]);
    // Line ends that a backslash takes away, odd spaces: whoever wrote it knows best.
    if content(kind, &out) == content(kind, token) {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(token)
    }
}

/// The indentation `prefix` for a line that goes from `old` to `new` spaces, in spaces; `None` if
/// it has other space characters than spaces and tabs.
fn moved_prefix(prefix: &str, old: &str, new: usize) -> Option<String> {
    let plain = prefix.bytes().all(|b| matches!(b, b' ' | b'\t'));
    plain.then(|| " ".repeat((new + columns(prefix)).saturating_sub(columns(old))))
}

/// How wide an indentation is, a tab being four columns.
fn columns(indentation: &str) -> usize {
    indentation
        .chars()
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(token: &str, old: &str, new: usize) -> String {
        moved(TokenKind::MultiLine, token, old, new).into_owned()
    }

    #[test]
    fn the_text_keeps_its_distance_from_the_line() {
        let token = "\"\"\"\n      a\n        b\n\n      \"\"\"";
        assert_eq!(
            text(token, "  ", 4),
            "\"\"\"\n        a\n          b\n\n        \"\"\""
        );
        assert_eq!(text(token, "  ", 0), "\"\"\"\n    a\n      b\n\n    \"\"\"");
        let outdented = "\"\"\"\na\n\"\"\"";
        assert_eq!(text(outdented, "  ", 4), "\"\"\"\n  a\n  \"\"\"");
    }

    #[test]
    fn tabs_before_the_text_become_four_spaces() {
        assert_eq!(
            text("\"\"\"\n\ta\n\t\"\"\"", " ", 0),
            "\"\"\"\n   a\n   \"\"\""
        );
        assert_eq!(
            text("\"\"\"\n\t\ta\n\t\t\"\"\"", "\t", 4),
            "\"\"\"\n        a\n        \"\"\""
        );
    }

    #[test]
    fn what_cannot_be_moved_stays() {
        for token in ["\"\"\"\n  a\n  \\  \"\"\"", "\"\"\"\n\u{a0}a\n\u{a0}\"\"\""] {
            assert_eq!(text(token, "    ", 0), token);
        }
    }
}
