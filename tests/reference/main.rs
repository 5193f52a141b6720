//! The reference manual, made from the declarations: a page for each kind of the language and for
//! each rule, the value types, what each target can do. A test fails when a page is stale.
//!
//! ```text
//! TENANTRY_UPDATE=1 cargo test -p tenantry-tests --test reference     # write the pages anew
//! ```
#![cfg(test)]

mod examples;
mod functions;
mod kinds;
mod page;
mod rules;
mod summary;
mod targets;
mod values;

use page::{hold_file, hold_folder};

#[test]
fn every_kind_has_its_page() {
    hold_folder("reference/kinds", &kinds::pages());
}

#[test]
fn every_value_type_is_told() {
    hold_file("reference/values.md", &values::page());
}

#[test]
fn every_function_is_told() {
    hold_file("reference/functions.md", &functions::page());
}

#[test]
fn every_rule_has_its_page() {
    hold_folder("reference/rules", &rules::pages());
}

#[test]
fn every_feature_of_a_target_is_told() {
    hold_file("reference/targets/matrix.md", &targets::page());
}

#[test]
fn the_table_of_contents_lists_what_is_generated() {
    let written = page::read("SUMMARY.md");
    hold_file("SUMMARY.md", &summary::filled(&written));
}
