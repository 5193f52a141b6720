//! `check --fix` and `--diff`: what is certain is written, or shown; the rest is reported.

use std::fs;

use crate::harness::{Folder, GROUND};

/// Two mistakes that are mended, among comments, and one that is not.
const BAD: &str = "\
// The second pool.
pool extra { // of old machines
    nodes (count)2 // two
    cpu edge-x86-8c
    memory 8GiB
}
tenant acme tier=gould
";
const MENDED: &str = "\
// The second pool.
pool extra { // of old machines
    nodes 2 // two
    cpu edge-x86-8c
    memory \"8GiB\"
}
tenant acme tier=gould
";

#[test]
fn what_is_certain_is_mended_and_the_rest_told() {
    let folder = Folder::of([("tenantry.kdl", GROUND), ("pools/extra.kdl", BAD)]);
    let run = folder.run("check --fix").ends_with(1);
    assert_eq!(folder.read("pools/extra.kdl"), MENDED);
    assert!(run.out.contains("no tier is called `gould`"), "{}", run.out);
    assert!(run.out.ends_with("1 error in 1 file\n"), "{}", run.out);
    assert_eq!(run.err, "2 findings mended in 1 file\n");
    // What was mended is, and stays.
    let again = folder.run("check --fix --format json").ends_with(1);
    assert_eq!(again.err, "nothing to mend\n");
    assert_eq!(again.json()["summary"]["errors"], 1);
    assert_eq!(folder.read("pools/extra.kdl"), MENDED);
}

#[test]
fn an_estate_that_is_clean_afterwards_says_so() {
    let text = BAD.replace("tenant acme tier=gould\n", "");
    let folder = Folder::of([("tenantry.kdl", GROUND), ("extra.kdl", &text)]);
    let run = folder.run("check --fix").ends_with(0);
    assert_eq!(run.out, "ok shop: 1 cluster\n");
    let estate = Folder::of([("tenantry.kdl", GROUND)]);
    let run = estate.run("check --fix").ends_with(0);
    assert_eq!(run.err, "nothing to mend\n");
}

#[test]
fn diff_shows_and_changes_nothing() {
    let folder = Folder::of([("shop/tenantry.kdl", GROUND), ("shop/extra.kdl", BAD)]);
    for command in ["check shop --diff", "check shop --fix --diff"] {
        let run = folder.run(command).ends_with(1);
        assert!(
            run.out
                .starts_with("--- shop/extra.kdl\n+++ shop/extra.kdl\n@@ -1,7 +1,7 @@\n"),
            "{}",
            run.out
        );
        let lines: Vec<&str> = run
            .out
            .lines()
            .skip(2)
            .filter(|line| line.starts_with(['-', '+']))
            .collect();
        let changed = [
            "-    nodes (count)2 // two",
            "+    nodes 2 // two",
            "-    memory 8GiB",
            "+    memory \"8GiB\"",
        ];
        assert_eq!(lines.len(), changed.len(), "{}", run.out);
        assert!(
            changed.iter().all(|line| lines.contains(line)),
            "{}",
            run.out
        );
        assert_eq!(run.err, "2 findings to mend in 1 file\n");
        assert_eq!(folder.read("shop/extra.kdl"), BAD);
    }
    let clean = Folder::of([("tenantry.kdl", GROUND)]);
    assert_eq!(clean.run("check --diff").ends_with(0).out, "");
}

#[test]
fn a_mend_that_is_left_out_says_why() {
    let estate = format!("use \"vendor/pg\" as=pg\n{GROUND}");
    let package = "package pg version=\"1.0.0\" {\n    tenantry \">=0.1\"\n}\nprofile small {\n    memory (size)\"1GiB\"\n}\n";
    let folder = Folder::of([
        ("tenantry.kdl", &estate),
        ("vendor/pg/tenantry.kdl", package),
    ]);
    let run = folder.run("check --fix").ends_with(1);
    assert_eq!(
        run.err,
        "not mended: vendor/pg/tenantry.kdl:5 [type-annotation]: the text is a package's or the library's\nnothing to mend\n"
    );
    assert_eq!(folder.read("vendor/pg/tenantry.kdl"), package);
}

#[test]
fn a_file_that_is_read_only_is_not_written_and_neither_are_the_others() {
    let folder = Folder::of([
        ("tenantry.kdl", GROUND),
        ("a.kdl", BAD),
        ("b.kdl", "like (x)y\n"),
    ]);
    let path = folder.path("a.kdl");
    let mut permissions = fs::metadata(&path).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("it is marked");
    let run = folder.run("check --fix").ends_with(2);
    assert_eq!(
        run.err,
        "error: cannot write a.kdl: it is marked read-only\n"
    );
    assert_eq!(folder.read("a.kdl"), BAD);
    assert_eq!(folder.read("b.kdl"), "like (x)y\n");
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_what_lies_outside_is_not_touched() {
    use std::os::unix::fs::symlink;
    let folder = Folder::of([
        ("estate/tenantry.kdl", GROUND),
        ("estate/real.txt", BAD),
        ("outside.kdl", BAD),
    ]);
    symlink("real.txt", folder.path("estate/within.kdl")).expect("a link");
    symlink("../outside.kdl", folder.path("estate/out.kdl")).expect("a link");
    let run = folder.run("check estate --fix --format short").ends_with(1);
    assert!(run.out.contains("cannot read out.kdl"), "{}", run.out);
    assert_eq!(folder.read("outside.kdl"), BAD);
    assert_eq!(folder.read("estate/real.txt"), MENDED);
    let link = fs::symlink_metadata(folder.path("estate/within.kdl")).expect("it is there");
    assert!(link.file_type().is_symlink());
}
