//! `fmt`: files in place, a stream through, and what CI asks.

use crate::harness::Folder;

const UGLY: &str = "pool   box{ // a pool\nnodes   1\n\n\n}\n";
const TIDY: &str = "pool box { // a pool\n    nodes 1\n}\n";

#[test]
fn files_are_formatted_in_place_and_then_stay() {
    let folder = Folder::of([("a.kdl", UGLY), ("b/c.kdl", TIDY), ("vendor/d.kdl", UGLY)]);
    let run = folder.run("fmt").ends_with(0);
    assert_eq!(run.out, "a.kdl\n");
    assert_eq!(folder.read("a.kdl"), TIDY);
    assert_eq!(folder.read("vendor/d.kdl"), UGLY);
    assert_eq!(folder.run("fmt").ends_with(0).out, "");
}

#[test]
fn check_names_the_files_and_changes_none() {
    let folder = Folder::of([("a.kdl", UGLY)]);
    let run = folder.run("fmt --check").ends_with(1);
    assert_eq!(run.out, "a.kdl\n");
    assert_eq!(folder.read("a.kdl"), UGLY);
}

#[test]
fn diff_shows_what_would_change() {
    let folder = Folder::of([("a.kdl", UGLY)]);
    let run = folder.run("fmt --diff a.kdl").ends_with(1);
    assert!(
        run.out.starts_with("--- a.kdl\n+++ a.kdl\n@@ "),
        "{}",
        run.out
    );
    assert!(
        run.out.contains("\n-nodes   1\n") && run.out.contains("\n+    nodes 1\n"),
        "{}",
        run.out
    );
    assert_eq!(folder.read("a.kdl"), UGLY);
}

#[test]
fn a_stream_goes_through() {
    let run = Folder::of([]).run_with("fmt -", UGLY).ends_with(0);
    assert_eq!(run.out, TIDY);
    assert_eq!(run.err, "");
}

#[test]
fn a_broken_file_is_left_alone_and_the_others_are_done() {
    let folder = Folder::of([("a.kdl", "pool {\n"), ("b.kdl", UGLY)]);
    let run = folder.run("fmt").ends_with(1);
    assert_eq!(run.out, "b.kdl\n");
    assert!(
        run.err.contains("error[syntax]") && run.err.contains("a.kdl:1:6"),
        "{}",
        run.err
    );
    assert_eq!(folder.read("a.kdl"), "pool {\n");
    assert_eq!(folder.read("b.kdl"), TIDY);
}

#[test]
fn a_broken_stream_yields_no_text() {
    let run = Folder::of([]).run_with("fmt -", "pool {\n").ends_with(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("<stdin>:1:6"), "{}", run.err);
}

#[test]
fn a_file_that_is_not_there_is_wrong_usage() {
    let run = Folder::of([]).run("fmt nowhere.kdl").ends_with(2);
    assert_eq!(run.err, "error: cannot read nowhere.kdl: it is not there\n");
}
