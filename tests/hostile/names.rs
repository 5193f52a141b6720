//! Names that mean something to somebody else: to a file system, a terminal, a reader's eye.

use std::{collections::BTreeSet, fs, path::Path};

use super::harness::{Estate, GROUND};

/// None of these is a name, and none may become a path.
const NOT_NAMES: &[&str] = &[
    "../x",
    "..",
    ".",
    "/etc",
    "a/b",
    "a\\\\b",
    "~",
    "-",
    "-rf",
    "--help",
    "a\\u{0}b",
    "\\u{0}",
    "\\u{202e}txt",
    "a\\u{200b}b",
    "a\\u{2066}b",
    "\\u{feff}a",
    "a b",
    "a\\nb",
    " a",
    "a ",
    "",
    "A",
    "\\u{430}cme",
    "ﬁle",
    "İ",
    "a.",
    ".a",
    "a..b",
    "${'..'}",
    "$PWD",
    "`id`",
    "$(id)",
    "a;b",
    "{{a}}",
];

#[test]
fn what_is_no_name_is_refused() {
    for name in NOT_NAMES {
        for text in [
            format!("tenant \"{name}\""),
            format!(
                "tenant t {{ workload \"{name}\" {{ container image=\"r.example/a/b:1\"; cpu 1; memory \"1GiB\" }} }}"
            ),
            format!("pool \"{name}\" {{ nodes 1; cpu small; memory \"1GiB\" }}"),
            format!("site \"{name}\""),
            format!("cluster \"{name}\" {{ kubernetes \"1.34\" }}"),
        ] {
            let ended = Estate::on_ground(&text).check();
            ended.refused(&[]);
            // What the eye would be led astray by, the terminal never gets.
            assert!(
                !ended
                    .said
                    .contains(['\0', '\u{202e}', '\u{2066}', '\u{1b}']),
                "{}",
                ended.said
            );
        }
    }
}

#[test]
fn a_tenant_s_namespace_is_a_name_too() {
    for name in NOT_NAMES {
        Estate::on_ground(&format!("tenant t namespace=\"{name}\""))
            .check()
            .refused(&[]);
    }
}

#[test]
fn environments_are_folders_so_they_are_names() {
    for name in NOT_NAMES {
        let ground = GROUND.replace(
            "estate target",
            &format!("estate target {{ env \"{name}\" }}"),
        );
        Estate::new(&[("tenantry.kdl", &ground)])
            .check()
            .refused(&[]);
    }
}

#[test]
fn a_name_of_ten_thousand_letters() {
    let long = "a".repeat(10_000);
    Estate::on_ground(&format!("tenant {long} {{ workload {long} }}"))
        .check()
        .refused(&[]);
}

#[test]
fn packages_stay_inside() {
    for path in [
        "../..",
        "..",
        ".",
        "/etc",
        "a/../../b",
        "./../x",
        "",
        "~",
        "C:\\\\x",
        "\\\\\\\\host\\\\share",
        "a\\u{0}b",
        "vendor//x",
        "https://example.com/x",
        "\\u{202e}x",
        "con",
    ] {
        Estate::on_ground(&format!("use \"{path}\""))
            .check()
            .refused(&[]);
    }
}

/// Builds, and gives every path below `out/` (folders with a `/` behind).
fn built(estate: &Estate) -> BTreeSet<String> {
    estate.run(&["build", "--format", "short"]).accepted();
    fn walk(folder: &Path, below: &str, into: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{name}/"), into);
            } else {
                into.insert(name);
            }
        }
    }
    let mut all = BTreeSet::new();
    walk(estate.path(), "", &mut all);
    all
}

/// They mean nothing to the systems that an output is for, so they are names like others.
#[test]
fn names_that_other_systems_keep_for_themselves() {
    for name in [
        "con", "aux", "nul", "prn", "com1", "lpt9", "dev", "out", "std", "manifest",
    ] {
        let estate = Estate::on_ground(&format!(
            "tenant {name} {{ quota cpu=2 memory=\"2GiB\"; workload {name} {{ container image=\"r.example/a/b:1\"; cpu 1; memory \"1GiB\" }} }}"
        ));
        assert!(
            built(&estate).contains(&format!("out/kubernetes/c/{name}/kustomization.yaml")),
            "{name}"
        );
    }
}

/// A file system that folds case would lose one of them: names are lower-case, all of them.
#[test]
fn no_two_files_differ_in_case_alone() {
    let estate = Estate::on_ground(
        "tenant web { quota cpu=4 memory=\"4GiB\"; workload web { container image=\"r.example/a/b:1\"; cpu 1; memory \"1GiB\"; var PATH_A x; var path_a y }; config c { entry A x; entry a y } }",
    );
    let paths = built(&estate);
    let folded: BTreeSet<String> = paths.iter().map(|path| path.to_lowercase()).collect();
    assert_eq!(paths.len(), folded.len(), "{paths:?}");
}
