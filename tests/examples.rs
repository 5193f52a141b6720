//! Each example builds into exactly its golden output, which the systems that read it accept,
//! and no way of writing the same estate changes a byte.
//!
//! ```text
//! TENANTRY_UPDATE=1 cargo test -p tenantry-tests --test examples     # accept what is built now
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "reads the repository's own files; a failure fails the test"
)]

use std::{collections::BTreeSet, path::PathBuf};

use tenantry_core::lock::LOCK_FILE;
use tenantry_tests::{
    estate::{self, Files, Output},
    golden,
    validate::{output, shared},
};

fn examples() -> Vec<(String, Files)> {
    let examples = estate::examples().unwrap();
    assert!(!examples.is_empty(), "no examples");
    examples
}

fn golden_of(name: &str) -> PathBuf {
    shared::repository().join("golden").join(name)
}

/// Applies a test to every example and tells all that fail.
fn for_each(test: impl Fn(&str, &Files) -> Result<(), String>) {
    let failed: Vec<String> = examples()
        .iter()
        .filter_map(|(name, files)| test(name, files).err().map(|why| format!("{name}:\n{why}")))
        .collect();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn every_example_builds_into_its_golden_output() {
    for_each(|name, files| {
        let golden = golden_of(name);
        let produced = golden::kept(&golden, estate::output(files)?.files);
        let produced = produced.map_err(|error| error.to_string())?;
        golden::compare_dir(&golden.join("out"), &produced)
    });
}

#[test]
fn the_tests_that_an_example_holds_pass() {
    let holds = |name: &str| ["ci-runners", "homelab", "saas-platform"].contains(&name);
    for_each(|name, files| {
        let ran = estate::tested(files)?;
        match ran.is_empty() {
            true if holds(name) => Err("holds no tests any more".to_owned()),
            _ => Ok(()),
        }
    });
}

/// Else whoever builds it gets a changed file that is not of the output.
#[test]
fn every_example_is_stored_with_its_lock() {
    for_each(|name, files| {
        let Some(lock) = estate::output(files)?.lock else {
            return Ok(());
        };
        if golden::updating() {
            let folder = shared::repository().join("examples").join(name);
            let file = [(LOCK_FILE.to_owned(), lock.into_bytes())].into();
            return golden::write_dir(&folder, &file).map_err(|error| error.to_string());
        }
        Err(format!("examples/{name}/{LOCK_FILE} should be:\n{lock}"))
    });
}

#[test]
fn the_systems_that_read_an_example_s_output_accept_it() {
    for_each(|name, files| {
        let folder = tempfile::tempdir().unwrap();
        golden::write_dir(folder.path(), &estate::output(files)?.files).unwrap();
        let report = output::validate(folder.path())?;
        println!("{name}:\n{report}");
        if report.violations.is_empty() {
            Ok(())
        } else {
            Err(report.to_string())
        }
    });
}

#[test]
fn names_of_files_change_nothing() {
    for_each(|_, files| {
        same(
            &estate::output(files)?,
            &estate::output(&estate::renamed(files))?,
        )
    });
}

#[test]
fn the_order_of_what_has_none_changes_nothing() {
    for_each(|_, files| {
        same(
            &estate::output(files)?,
            &estate::output(&estate::turned_round(files))?,
        )
    });
}

/// Compares two outputs and shows the first place of the first file that differs.
fn same(one: &Output, other: &Output) -> Result<(), String> {
    if one.lock != other.lock {
        return Err(format!(
            "{LOCK_FILE} differs:\n{:?}\n{:?}",
            one.lock, other.lock
        ));
    }
    let paths: BTreeSet<&String> = one.files.keys().chain(other.files.keys()).collect();
    let mut differing = paths
        .into_iter()
        .filter(|path| one.files.get(*path) != other.files.get(*path));
    let Some(first) = differing.next() else {
        return Ok(());
    };
    let lines = |output: &Output| -> Vec<String> {
        let bytes = output.files.get(first).cloned().unwrap_or_default();
        String::from_utf8_lossy(&bytes)
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let (left, right) = (lines(one), lines(other));
    let at = left
        .iter()
        .zip(&right)
        .take_while(|(left, right)| left == right)
        .count();
    let around = |lines: &[String]| {
        lines
            .iter()
            .skip(at.saturating_sub(3))
            .take(8)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    };
    Err(format!(
        "{first} and {} others differ\n--- as it stands\n{}\n--- otherwise written\n{}\n",
        differing.count(),
        around(&left),
        around(&right)
    ))
}
