//! Packages as their users meet them: taken in, pinned, used, guarded.

use std::{fs, path::Path, process::Command};

use crate::harness::{Folder, GROUND};

const PACKAGE: &str = "package postgres version=\"1.2.0\" {\n    tenantry \">=0.1\"\n}\n";

/// An estate, and beside it a package with a file that is no spec.
fn folder() -> Folder {
    Folder::of([
        ("shop/tenantry.kdl", GROUND),
        ("pg/tenantry.kdl", PACKAGE),
        ("pg/tiers.kdl", "priority databases 1000\n"),
        ("pg/LICENSE", "do as you like\n"),
        ("pg/.editorconfig", "root = true\n"),
    ])
}

fn use_it(folder: &Folder) {
    folder.write(
        "shop/tenantry.kdl",
        &format!("{GROUND}use \"vendor/postgres\"\n"),
    );
}

#[test]
fn a_folder_is_copied_and_pinned_and_says_how_it_is_used() {
    let folder = folder();
    let run = folder.run("vendor pg --estate shop").ends_with(0);
    assert_eq!(
        run.out,
        "ok postgres 1.2.0 copied to vendor/postgres, pinned in tenantry.lock\n   \
         to use it, say in tenantry.kdl: use \"vendor/postgres\"\n"
    );
    assert_eq!(
        folder.read("shop/vendor/postgres/LICENSE"),
        "do as you like\n"
    );
    let names: Vec<String> = fs::read_dir(folder.path("shop/vendor"))
        .expect("it is there")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(names, ["postgres"], "nothing is left of the stage");
    assert!(!folder.path("shop/vendor/postgres/.editorconfig").exists());
    let lock = folder.read("shop/tenantry.lock");
    assert!(
        lock.contains("package \"vendor/postgres\" name=\"postgres\" version=\"1.2.0\" sha256=")
    );
    use_it(&folder);
    folder.run("check shop --locked").ends_with(0);
    folder.run("vendor --check --estate shop").ends_with(0);
    let again = folder.run("vendor pg --estate shop").ends_with(0);
    assert!(again.out.contains("is in vendor/postgres"), "{}", again.out);
}

#[test]
fn an_edit_is_found_by_whoever_looks_and_can_be_taken_over() {
    let folder = folder();
    folder.run("vendor pg --estate shop").ends_with(0);
    use_it(&folder);
    folder.write("shop/vendor/postgres/LICENSE", "pay\n");
    let checked = folder.run("check shop --format short").ends_with(1);
    assert!(
        checked.out.contains("error[package-changed]"),
        "{}",
        checked.out
    );
    folder.run("build shop").ends_with(1);
    let verified = folder.run("vendor --check --estate shop").ends_with(1);
    assert!(
        verified.out.starts_with("vendor/postgres: changed: "),
        "{}",
        verified.out
    );
    let refused = folder.run("vendor pg --estate shop").ends_with(2);
    assert!(refused.err.contains("--force"), "{}", refused.err);
    folder
        .run("vendor --accept vendor/postgres --estate shop")
        .ends_with(0);
    folder.run("check shop --locked").ends_with(0);
    folder.write("shop/vendor/postgres/LICENSE", "pay more\n");
    folder.run("vendor pg --estate shop --force").ends_with(0);
    assert_eq!(
        folder.read("shop/vendor/postgres/LICENSE"),
        "do as you like\n"
    );
}

#[test]
fn a_new_version_takes_the_place_of_an_unedited_one() {
    let folder = folder();
    folder.run("vendor pg --estate shop").ends_with(0);
    folder.write("pg/tenantry.kdl", &PACKAGE.replace("1.2.0", "1.3.0"));
    fs::remove_file(folder.path("pg/LICENSE")).expect("it was there");
    folder.run("vendor pg --estate shop").ends_with(0);
    assert!(!folder.path("shop/vendor/postgres/LICENSE").exists());
    assert!(
        folder
            .read("shop/tenantry.lock")
            .contains("version=\"1.3.0\"")
    );
}

#[test]
fn a_build_pins_what_is_used_first_and_locked_forbids_it() {
    let folder = folder();
    folder.write("shop/vendor/postgres/tenantry.kdl", PACKAGE);
    use_it(&folder);
    let checked = folder
        .run("check shop --locked --format short")
        .ends_with(1);
    assert!(
        checked
            .out
            .contains("package vendor/postgres would be pinned"),
        "{}",
        checked.out
    );
    folder.run("build shop --locked").ends_with(1);
    assert!(!folder.path("shop/tenantry.lock").exists());
    folder.run("build shop").ends_with(0);
    folder.run("build shop --locked").ends_with(0);
    assert!(
        folder
            .read("shop/tenantry.lock")
            .contains("vendor/postgres")
    );
}

#[test]
fn what_is_no_package_is_refused_and_nothing_changes() {
    let folder = folder();
    folder.write("none/readme.txt", "no package");
    folder.write("other/tenantry.kdl", GROUND);
    folder.write("twice/tenantry.kdl", PACKAGE);
    folder.write("twice/Notes.txt", "1");
    folder.write("twice/notes.txt", "2");
    for (command, said) in [
        ("vendor none --estate shop", "none is no package"),
        ("vendor other --estate shop", "other is no package"),
        ("vendor nowhere --estate shop", "it is not there"),
        ("vendor twice --estate shop", "large and small letters"),
        ("vendor . --estate shop", "holds the estate itself"),
        (
            "vendor pg --estate shop --rev v1",
            "`--rev` is for an address",
        ),
        ("vendor pg --estate shop --as Not_A_Name", "--as NAME"),
        ("vendor pg --estate none", "has no tenantry.kdl"),
        ("vendor http://git.example/x.git --estate shop", "http://"),
        (
            "vendor https://me:word@git.example/x --estate shop",
            "password",
        ),
        (
            "vendor --accept ../pg --estate shop",
            "not below the estate",
        ),
    ] {
        let run = folder.run(command).ends_with(2);
        assert!(run.err.contains(said), "{command}: {}", run.err);
    }
    assert!(!folder.path("shop/tenantry.lock").exists());
    let left = fs::read_dir(folder.path("shop/vendor")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder();
    folder.write("secret.txt", "secret");
    let link = |to: &str, name: &str| symlink(to, folder.path(name)).expect("a link");
    link("LICENSE", "pg/COPYING");
    folder.run("vendor pg --estate shop").ends_with(0);
    assert_eq!(
        folder.read("shop/vendor/postgres/COPYING"),
        "do as you like\n"
    );
    link("../secret.txt", "pg/secret.txt");
    let run = folder.run("vendor pg --estate shop").ends_with(2);
    assert!(run.err.contains("leads out of the package"), "{}", run.err);
    // A `use` does not follow one either.
    link("../../pg", "shop/vendor/linked");
    folder.write(
        "shop/tenantry.kdl",
        &format!("{GROUND}use \"vendor/linked\"\n"),
    );
    let run = folder.run("check shop --format short").ends_with(1);
    assert!(run.out.contains("error[package-not-found]"), "{}", run.out);
}

#[test]
fn a_package_by_itself_is_checked_and_not_built() {
    let folder = folder();
    assert_eq!(
        folder.run("check pg").ends_with(0).out,
        "ok package postgres\n"
    );
    let built = folder.run("build pg").ends_with(2);
    assert!(
        built.err.contains("yields nothing by itself"),
        "{}",
        built.err
    );
}

/// Runs git in a folder, as nobody in particular.
fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=tester",
            "-c",
            "user.email=tester@example.org",
        ])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(words)
        .current_dir(folder)
        .output()
        .expect("git starts");
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_repository_is_fetched_at_the_revision_that_is_asked_for() {
    if Command::new("git").arg("--version").output().is_err() {
        println!("skipped: there is no git here");
        return;
    }
    let folder = folder();
    let repository = folder.path("pg");
    git(&repository, &["init", "--quiet"]);
    git(&repository, &["add", "--all"]);
    git(&repository, &["commit", "--quiet", "--message=one"]);
    git(&repository, &["tag", "v1.2.0"]);
    let first = git(&repository, &["rev-parse", "HEAD"]).trim().to_owned();
    folder.write("pg/tenantry.kdl", &PACKAGE.replace("1.2.0", "1.3.0"));
    git(&repository, &["add", "--all"]);
    git(&repository, &["commit", "--quiet", "--message=two"]);
    let url = format!("file://{}", repository.display());
    let lock = |command: &str| {
        folder
            .run(&format!("vendor {url} --estate shop {command}"))
            .ends_with(0);
        folder.read("shop/tenantry.lock")
    };
    let newest = lock("");
    assert!(newest.contains("version=\"1.3.0\"") && newest.contains(&format!("from={url:?}")));
    assert!(!folder.path("shop/vendor/postgres/.git").exists());
    let tagged = lock("--rev v1.2.0");
    assert!(
        tagged.contains("version=\"1.2.0\"") && tagged.contains(&first),
        "{tagged}"
    );
    assert_eq!(
        lock(&format!("--rev {first}")),
        tagged,
        "a commit by its number"
    );
    let by_folder = tagged.split(" from=").next().expect("a line");
    folder.run("vendor --check --estate shop").ends_with(0);
    // The same bytes have the same hash, wherever they come from.
    git(&repository, &["checkout", "--quiet", "v1.2.0"]);
    folder.run("vendor pg --estate shop").ends_with(0);
    assert!(folder.read("shop/tenantry.lock").starts_with(by_folder));
    for bad in [
        "--rev --upload-pack=id",
        "--rev=--upload-pack=id",
        "--rev a:b",
        "--rev nothing",
    ] {
        folder
            .run(&format!("vendor {url} --estate shop {bad}"))
            .ends_with(2);
    }
}
