//! What the README and the reference show is what one gets.

use std::{collections::BTreeSet, fs};

use crate::harness::{Folder, GROUND, repository};

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).expect("the README is there")
}

/// The first block of that language.
fn block(text: &str, language: &str) -> String {
    let fence = format!("```{language}\n");
    let (_, rest) = text.split_once(&fence).expect("such a block");
    rest.split_once("```").expect("the block ends").0.to_owned()
}

#[test]
fn the_diagnostic_is_a_real_one() {
    let folder = Folder::of_example("ai-cloud");
    let tenant = folder.read("tenants/acme.kdl");
    let kept: Vec<&str> = tenant
        .lines()
        .filter(|line| !line.contains("offer http to=beta-corp"))
        .collect();
    assert_eq!(
        kept.len() + 1,
        tenant.lines().count(),
        "the line that the README speaks of"
    );
    folder.write("tenants/acme.kdl", &kept.join("\n"));
    let run = folder.run("check").ends_with(1);
    assert!(run.out.contains(&block(&readme(), "text")), "{}", run.out);
}

#[test]
fn the_smallest_estate_is_one() {
    let folder = Folder::of([("tenantry.kdl", &block(&readme(), "kdl"))]);
    folder.run("check").ends_with(0);
    folder.run("fmt --check").ends_with(0);
}

#[test]
fn the_reference_lists_every_field_of_a_finding() {
    let page = fs::read_to_string(repository().join("docs/reference/findings.md"))
        .expect("the page is there");
    let (_, table) = page
        .split_once("A finding:\n")
        .expect("the table of a finding");
    let rows = table
        .trim_start()
        .lines()
        .take_while(|line| line.starts_with('|'));
    let first_cells = rows.filter_map(|row| row.split('|').nth(1));
    let listed: BTreeSet<&str> = first_cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let folder = Folder::of([
        ("tenantry.kdl", GROUND),
        ("acme.kdl", "tenant acme tier=gould\n"),
    ]);
    let document = folder.run("check --format json").ends_with(1).json();
    let finding = document["findings"][0].as_object().expect("a finding");
    assert_eq!(listed, finding.keys().map(String::as_str).collect());
}
