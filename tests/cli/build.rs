//! `build`: all or nothing, and what it says about it.

use std::fs;

use crate::harness::{Folder, GROUND};

#[test]
fn beside_an_error_nothing_is_written() {
    let folder = Folder::of([
        ("tenantry.kdl", GROUND),
        ("acme.kdl", "tenant acme tier=gould\n"),
    ]);
    let run = folder.run("build").ends_with(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("error[unknown-name]"), "{}", run.err);
    assert!(run.err.ends_with("nothing was written\n"), "{}", run.err);
    assert!(!folder.path("out").exists());
}

#[test]
fn check_compares_and_changes_nothing() {
    let folder = Folder::of([("tenantry.kdl", GROUND)]);
    let run = folder.run("build --check").ends_with(1);
    assert!(
        run.out.contains("out/manifest.json: missing"),
        "{}",
        run.out
    );
    assert!(!folder.path("out/manifest.json").exists());
    folder.run("build").ends_with(0);
    let run = folder.run("build --check").ends_with(0);
    assert_eq!(run.out, "ok out is what the spec says\n");
}

#[test]
fn a_folder_can_be_named() {
    let folder = Folder::of([("estate/tenantry.kdl", GROUND)]);
    folder.run("build estate --out deploy/here").ends_with(0);
    assert!(folder.path("deploy/here/manifest.json").exists());
    assert!(!folder.path("estate/out").exists());
}

#[test]
fn an_environment_has_a_folder_of_its_own() {
    let estate = GROUND.replace(
        "tenantry \">=0.1\"",
        "tenantry \">=0.1\"\n    env staging prod",
    );
    let folder = Folder::of([("tenantry.kdl", &estate)]);
    folder.run("build --env prod").ends_with(0);
    assert!(folder.path("out/prod/manifest.json").exists());
    assert!(!folder.path("out/staging").exists());
    folder.run("build").ends_with(0);
    assert!(folder.path("out/staging/manifest.json").exists());
}

#[test]
fn an_edited_manifest_is_not_overwritten_in_silence() {
    let folder = Folder::of([("tenantry.kdl", GROUND)]);
    folder.run("build").ends_with(0);
    fs::write(folder.path("out/manifest.json"), "{}").expect("the file is written");
    let run = folder.run("build").ends_with(2);
    assert!(run.err.starts_with("error: "), "{}", run.err);
    assert_eq!(folder.read("out/manifest.json"), "{}");
}

#[test]
fn one_environment_in_the_way_stops_all() {
    let estate = GROUND.replace(
        "tenantry \">=0.1\"",
        "tenantry \">=0.1\"\n    env prod staging",
    );
    let folder = Folder::of([
        ("tenantry.kdl", &estate),
        ("out/staging/manifest.json", "{}"),
    ]);
    let run = folder.run("build").ends_with(2);
    assert!(run.err.contains("staging/manifest.json"), "{}", run.err);
    assert!(!folder.path("out/prod").exists());
}

#[test]
fn what_was_written_is_said_and_then_nothing_changes() {
    let folder = Folder::of([]);
    folder.run("init shop").ends_with(0);
    let first = folder.run("build shop").ends_with(0).out;
    let (rows, last) = first
        .trim_end()
        .rsplit_once('\n')
        .expect("rows, and a line that counts");
    assert!(
        rows.lines().all(|row| row.starts_with("  shop/out/")),
        "{first}"
    );
    assert!(
        last.starts_with("ok ") && last.ends_with(" written"),
        "{first}"
    );
    let manifest = folder.read("shop/out/manifest.json");
    let second = folder.run("build shop").ends_with(0).out;
    assert!(second.starts_with("ok nothing changed: "), "{second}");
    assert_eq!(folder.read("shop/out/manifest.json"), manifest);
    folder.run("build shop --check --locked").ends_with(0);
}
