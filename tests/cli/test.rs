//! `tenantry test` as its users meet it.

use crate::harness::{Folder, GROUND};

const TESTS: &str = r#"
test "one < two" { expect "1 < 2" }
test "the box is there" { expect "estate.pool.size() == 2" }
"#;

fn folder() -> Folder {
    Folder::of([("tenantry.kdl", GROUND), ("tests.kdl", TESTS)])
}

#[test]
fn a_line_for_each_test_and_a_report_for_each_that_fails() {
    let run = folder().run("test").ends_with(1);
    assert!(
        run.out
            .starts_with("ok     one < two\nFAILED the box is there\n"),
        "{}",
        run.out
    );
    assert!(run.out.contains("`estate.pool.size()` is 1"), "{}", run.out);
    assert!(run.out.ends_with("1 of 2 tests failed\n"), "{}", run.out);
}

#[test]
fn a_part_of_them_can_be_run() {
    let run = folder().run("test --filter one").ends_with(0);
    assert_eq!(run.out, "ok     one < two\n1 test ok\n");
}

#[test]
fn tools_are_told_in_their_own_formats() {
    let json = folder().run("test --format json").ends_with(1).json();
    assert_eq!(json["summary"]["failed"], 1);
    assert_eq!(
        json["tests"][1]["findings"][0]["rule"],
        "expectation-failed"
    );
    let short = folder().run("test --format short").ends_with(1);
    assert!(
        short
            .out
            .starts_with("tests.kdl:2:6: ok: one < two\ntests.kdl:3:6: FAILED: "),
        "{}",
        short.out
    );
    let junit = folder().run("test --format junit").ends_with(1);
    assert!(
        junit
            .out
            .contains("tests=\"2\" failures=\"1\" errors=\"0\""),
        "{}",
        junit.out
    );
    assert!(junit.out.contains("name=\"one &lt; two\""), "{}", junit.out);
}

#[test]
fn what_is_wrong_with_the_spec_is_told_before_any_test() {
    let folder = folder();
    folder.write("more.kdl", "test x { expect \"nothing\" }");
    let run = folder.run("test").ends_with(1);
    assert!(run.out.contains("wrong-expression"), "{}", run.out);
    assert!(
        run.out
            .ends_with("no test was run: the spec itself is wrong\n"),
        "{}",
        run.out
    );
    let junit = folder.run("test --format junit").ends_with(1);
    assert!(junit.out.contains("errors=\"1\""), "{}", junit.out);
}

#[test]
fn tests_reach_no_output() {
    let folder = folder();
    folder.run("build").ends_with(0);
    let with = folder.read("out/manifest.json");
    folder.write("tests.kdl", "");
    folder.run("build --check").ends_with(0);
    assert_eq!(with, folder.read("out/manifest.json"));
}
