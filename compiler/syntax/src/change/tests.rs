//! What becomes of a text.

use std::sync::Arc;

use super::{Change, last_in_block};
use crate::{FileId, Limits, Parse, Span, parse};

fn read(text: &str) -> Parse {
    parse(FileId(0), Arc::from(text), &Limits::default())
}

/// The text after the change at `mark`; as it was where there is none.
fn after(text: &str, mark: &str, change: impl Fn(Span) -> Change) -> String {
    let read = read(text);
    let start = u32::try_from(text.find(mark).unwrap()).unwrap();
    let end = start + u32::try_from(mark.len()).unwrap();
    let Some((span, new)) = change(Span::new(FileId(0), start, end)).edit(&read) else {
        return text.to_owned();
    };
    let mut out = text.to_owned();
    out.replace_range(span.range(), &new);
    let again = self::read(&out);
    assert!(
        again.errors().is_empty(),
        "{out:?} reads: {:?}",
        again.errors()
    );
    out
}

fn without(text: &str, mark: &str) -> String {
    after(text, mark, Change::RemoveNode)
}

fn without_entry(text: &str, mark: &str) -> String {
    after(text, mark, Change::RemoveEntry)
}

fn with(text: &str, mark: &str, child: &str) -> String {
    after(text, mark, |span| Change::AddChild(span, child.to_owned()))
}

#[test]
fn a_node_goes_with_its_line() {
    let text = "a {\n    b 1\n    c 2 x=3 {\n        d\n    }\n    e\n}\n";
    assert_eq!(without(text, "x=3"), "a {\n    b 1\n    e\n}\n");
    assert_eq!(without(text, "b 1"), text.replace("    b 1\n", ""));
    assert_eq!(without("a\nb", "b"), "a");
    assert_eq!(without("\u{feff}a\nb", "a"), "\u{feff}b");
    assert_eq!(without("a\n\nb\n\nc\n", "b"), "a\n\nc\n");
}

#[test]
fn of_several_on_a_line_one_goes() {
    assert_eq!(without("a { b; c; d }\n", "b"), "a { c; d }\n");
    assert_eq!(without("a { b; c; d }\n", "c"), "a { b; d }\n");
    assert_eq!(without("a { b; c; d }\n", "d"), "a { b; c }\n");
    assert_eq!(without("a { b; c; }\n", "c"), "a { b }\n");
    assert_eq!(without("a; b\n", "b"), "a\n");
    assert_eq!(without("a; b\n", "a"), "b\n");
}

#[test]
fn a_block_that_would_be_empty_goes_too() {
    assert_eq!(without("a 1 { b }\n", "b"), "a 1\n");
    assert_eq!(without("a {\n    b\n}\nc\n", "b"), "a\nc\n");
    assert_eq!(
        without("a {\n    // why\n    b\n}\n", "b"),
        "a {\n    // why\n}\n"
    );
}

#[test]
fn every_comment_stays() {
    let text = "a {\n    // above\n    b 1 { // of the brace\n        c // inner\n    } // behind\n    d\n}\n";
    assert_eq!(
        without(text, "b 1"),
        "a {\n    // above\n    // of the brace\n    // inner\n    // behind\n    d\n}\n"
    );
    assert_eq!(without("a { b /* x */ 1; c }\n", "b"), "a { /* x */ c }\n");
    assert_eq!(without("a { c; b /* x */ 1 }\n", "b"), "a { c /* x */ }\n");
}

#[test]
fn what_was_taken_out_is_not_lost() {
    let text = "a {\n    b {\n        /- c\n        d\n    }\n}\n";
    assert_eq!(without(text, "b"), text);
}

#[test]
fn line_ends_are_those_of_the_text() {
    let text = "a {\r\n\tb 1 { // x\r\n\t\tc\r\n\t} // y\r\n\td\r\n}\r\n";
    assert_eq!(
        without(text, "b 1"),
        "a {\r\n\t// x\r\n\t// y\r\n\td\r\n}\r\n"
    );
    assert_eq!(with("a\r\nb\r\n", "a", "c"), "a {\r\n    c\r\n}\r\nb\r\n");
}

#[test]
fn an_entry_goes_with_the_space_before_it() {
    assert_eq!(without_entry("a 1 x=2 y=3\n", "2"), "a 1 y=3\n");
    assert_eq!(without_entry("a 1 x=2 { b }\n", "x=2"), "a 1 { b }\n");
    assert_eq!(without_entry("a 1 x=2 // why\n", "2"), "a 1 // why\n");
    assert_eq!(without_entry("a 1 \\\n    x=2\nb\n", "2"), "a 1\nb\n");
    assert_eq!(
        without_entry("a 1 \\\n    x=2 y=3\nb\n", "2"),
        "a 1 \\\n    y=3\nb\n"
    );
}

#[test]
fn a_property_is_set_where_it_is_or_added() {
    let set = |text: &str| {
        after(text, "a", |span| {
            Change::SetProperty(span, "x".to_owned(), "9".to_owned())
        })
    };
    assert_eq!(set("a 1 x=2 y=3\n"), "a 1 x=9 y=3\n");
    assert_eq!(set("a 1 { b }\n"), "a 1 x=9 { b }\n");
    assert_eq!(set("a // why\n"), "a x=9 // why\n");
}

#[test]
fn a_child_stands_like_its_siblings() {
    assert_eq!(with("a {\n  b\n}\n", "a", "c 1"), "a {\n  b\n  c 1\n}\n");
    assert_eq!(
        with("a {\n    b\n    // end\n}\n", "a", "c"),
        "a {\n    b\n    // end\n    c\n}\n"
    );
    assert_eq!(with("a { b }\n", "a", "c"), "a { b; c }\n");
    assert_eq!(with("a { b; }\n", "a", "c"), "a { b; c }\n");
    assert_eq!(with("a {}\n", "a", "c"), "a { c }\n");
    assert_eq!(with("a { b }\n", "b", "c"), "a { b { c } }\n");
    assert_eq!(with("    a\n", "a", "c"), "    a {\n        c\n    }\n");
}

#[test]
fn the_last_line_of_a_block_is_one_without_a_block_of_its_own() {
    let text = "a 1 {\n    b\n    c 2 {\n        d\n    }\n}\ne\n";
    let last = |mark: &str| {
        let at = u32::try_from(text.find(mark).unwrap()).unwrap();
        let last = last_in_block(&read(text), Span::new(FileId(0), at, at + 1));
        last.map(|span| &text[span.range()])
    };
    assert_eq!(last("a"), Some("b"));
    assert_eq!(last("c"), Some("d"));
    assert_eq!(last("e"), None);
}
