//! The formatter: one look for every file, every comment kept, no change of meaning.
//!
//! It walks the tokens once. Between nodes it decides about lines, inside a node about spaces;
//! which of the two is told by the innermost element. A block that stood on one line is tried on
//! one line again, and if something in it does not allow that (a line end, a comment, more than
//! [`WIDTH`] columns), the walk goes back to its brace and puts each node on a line of its own. At
//! last, comments behind neighbouring lines are put into one column.

mod align;
mod printer;
mod spell;

use std::sync::Arc;

pub use spell::{block, is_word, word};

use crate::{
    FileId, Limits, Parse,
    ast::{Entry, Node},
    chars::{is_forbidden, is_newline},
};

/// Columns that a block on one line may reach.
pub const WIDTH: usize = 100;

/// A value that is about to be printed, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct ScalarSite<'s, 'a> {
    /// The nodes around it, outermost first; the last one is its own.
    pub path: &'s [Node<'a>],
    /// The argument or property of which it is the value.
    pub entry: Entry<'a>,
}

/// Another spelling for a value, if it is to have one; see [`format_with`].
pub type Rewrite<'h, 'a> = &'h mut dyn FnMut(ScalarSite<'_, 'a>) -> Option<String>;

/// The text of `parse` anew; `None` if it has errors, for then nobody knows what was meant.
///
/// Formatting what was formatted changes nothing.
pub fn format(parse: &Parse) -> Option<String> {
    format_with(parse, &mut |_| None)
}

/// As [`format()`]; `rewrite` may put another spelling in the place of a value, as it stands in a
/// file, quotes included ([`quote`] makes them). What would not be read as one value is not taken.
/// It may be asked about the same value more than once.
pub fn format_with<'a>(parse: &'a Parse, rewrite: Rewrite<'_, 'a>) -> Option<String> {
    if !parse.errors().is_empty() {
        return None;
    }
    let (text, trailing) = printer::print(parse, rewrite);
    Some(align::aligned(&text, &trailing))
}

/// `text` as a string in quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_forbidden(c) || is_newline(c) => {
                out.extend(c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether `text` in the place of a value is read as that value and nothing else.
fn is_one_value(text: &str) -> bool {
    let line = format!("node {text}");
    let parse = crate::parse(FileId(0), Arc::from(line.as_str()), &Limits::default());
    let Some(node) = parse.document().nodes().next() else {
        return false;
    };
    let whole = node.span().range().len() == line.len();
    let mut entries = node.entries();
    let first = entries.next();
    parse.errors().is_empty()
        && whole
        && entries.next().is_none()
        && matches!(first, Some(Entry::Arg(arg)) if arg.annotation().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Scalar;

    fn parsed(text: &str) -> Parse {
        crate::parse(FileId(0), Arc::from(text), &Limits::default())
    }

    fn formatted(text: &str) -> String {
        let once = format(&parsed(text)).unwrap();
        assert_eq!(format(&parsed(&once)).unwrap(), once, "{text:?} settles");
        once
    }

    #[test]
    fn spaces_are_canonical() {
        assert_eq!(formatted("a   1\tb = 2 ;c{}"), "a 1 b=2\nc {}\n");
        assert_eq!(
            formatted("( t ) a ( u ) 1 b = ( v ) 2"),
            "(t)a (u)1 b=(v)2\n"
        );
        assert_eq!(
            formatted("/-  a\nb /- 1 /-\n2 /-{\nc\n}"),
            "/-a\nb /-1 /-2 /-{\n    c\n}\n"
        );
    }

    #[test]
    fn a_block_on_one_line_stays_there_if_it_fits() {
        assert_eq!(formatted("a{b;c 1;}"), "a { b; c 1 }\n");
        assert_eq!(formatted("a {b {c}; d}"), "a { b { c }; d }\n");
        assert_eq!(formatted("a {  \\\r\n\n}"), "a {}\n");
        assert_eq!(formatted("a { b\nc }"), "a {\n    b\n    c\n}\n");
        let long = "x".repeat(WIDTH);
        assert_eq!(
            formatted(&format!("a {{ {long}; b {{ c }} }}")),
            format!("a {{\n    {long}\n    b {{ c }}\n}}\n")
        );
    }

    #[test]
    fn blank_lines_separate_but_do_not_pile_up() {
        let text = "\n\na\n\n\n\nb {\n\n    c\n\n\n    d\n\n}\n\n\n";
        assert_eq!(formatted(text), "a\n\nb {\n    c\n\n    d\n}\n");
    }

    #[test]
    fn every_comment_stays_with_what_it_was_about() {
        let text = "\
// head
a 1 // behind
b { // in the brace line
// own line
  c /* inside */ 1; /* before */ d
  // last
}
/* before */ e /* after */
";
        let expected = "\
// head
a 1 // behind
b { // in the brace line
    // own line
    c /* inside */ 1
    /* before */ d
    // last
}
/* before */ e /* after */
";
        assert_eq!(formatted(text), expected);
    }

    #[test]
    fn comments_behind_neighbouring_lines_are_aligned() {
        let text = "a { // brace\n  cpu 1 // one\n  memory \"1GiB\" // two\n  b\n  c // three\n}";
        let expected = "\
a { // brace
    cpu 1         // one
    memory \"1GiB\" // two
    b
    c // three
}
";
        assert_eq!(formatted(text), expected);
        let long = "x".repeat(align::FARTHEST_COLUMN + 1);
        let text = format!("a // one\n{long} // far\nbcd // two\n");
        assert_eq!(
            formatted(&text),
            format!("a   // one\n{long} // far\nbcd // two\n")
        );
    }

    #[test]
    fn continued_lines_stay_continued() {
        assert_eq!(
            formatted("a \\  // why\n  1 \\\n2\nb \\\n\nc"),
            "a \\ // why\n    1 \\\n    2\nb\n\nc\n"
        );
    }

    #[test]
    fn the_content_of_text_over_several_lines_is_not_touched() {
        let text = "a \"\"\"\n      x\n\n    y  \n    \"\"\"\n";
        assert_eq!(formatted(text), text);
    }

    #[test]
    fn text_over_several_lines_moves_along_with_its_node() {
        let text = "a {\n  b #\"\"\"\n    x\n     y\n    \"\"\"#\n}\n";
        let moved = "a {\n    b #\"\"\"\n      x\n       y\n      \"\"\"#\n}\n";
        assert_eq!(formatted(text), moved);
    }

    #[test]
    fn a_file_with_errors_is_refused() {
        assert_eq!(format(&parsed("a {")), None);
    }

    #[test]
    fn values_may_be_spelt_anew_where_they_are_known() {
        let text = "pool { memory 128Gi size=\"1Gi\"; /-memory \"1Gi\" }";
        let text = text.replace("128Gi", "\"128Gi\"");
        let parse = parsed(&text);
        let mut seen = Vec::new();
        let out = format_with(&parse, &mut |site| {
            let names: Vec<_> = site.path.iter().map(|node| node.name()).collect();
            seen.push(names.join("."));
            let Entry::Arg(arg) = site.entry else {
                return Some("not one value".to_owned());
            };
            let Scalar::Str(text) = arg.value() else {
                return None;
            };
            Some(quote(&text.replace("Gi", "GiB")))
        });
        let expected = "pool { memory \"128GiB\" size=\"1Gi\"; /-memory \"1Gi\" }\n";
        assert_eq!(out.as_deref(), Some(expected));
        assert_eq!(seen, ["pool.memory", "pool.memory"]);
    }

    #[test]
    fn a_quoted_text_is_read_as_that_text() {
        for text in [
            "",
            "plain",
            "a\"b\\c",
            "two\nlines\r\t",
            "\u{feff}\u{202e}\u{0}\u{85}\u{2028}",
        ] {
            let parse = parsed(&format!("node {}", quote(text)));
            assert_eq!(parse.errors(), []);
            let node = parse.document().nodes().next().unwrap();
            let Some(Entry::Arg(arg)) = node.entries().next() else {
                panic!("{text:?}")
            };
            assert_eq!(arg.value(), Scalar::Str(text.into()));
        }
    }
}
