//! The manual is true: every listing of it compiles or is refused as it says, every command of it
//! runs, every output that it shows is what is printed, every link leads somewhere.
//!
//! What a listing is, its fence says; nothing is left out in silence:
//!
//! | fence | what it is, and what is held |
//! |---|---|
//! | `kdl` with an `estate` | a whole estate, without a finding |
//! | `kdl` without | a fragment: with the files of `tests/rules/base.kdl` beside it, without a finding |
//! | `kdl,in=vm` | as a fragment, inside of a node that `base.rs` writes around it |
//! | `kdl,example=NAME` | stands in that example, which other tests compile |
//! | `kdl,file=PATH` | a file of the page's own estate, which has no finding when it is written |
//! | `kdl,file=PATH,in=a.b` | nodes put into that file, inside of the node `b` of `a` (`in=` for the top level): what has the same key is replaced, else they come last |
//! | `kdl,…,error=RULE` | as above, but this rule finds something, and no other does |
//! | `kdl,…,undone` | as above, and it is taken back before the next listing |
//! | `kdl,…,later` | as above, but only a later listing makes it whole |
//! | `sh` | commands; `tenantry` runs in the page's estate and ends with 0, in a page without one its arguments are read |
//! | `sh,exit=1` | as above, ends with 1 |
//! | `text,output` | what the last command printed, `…` for any lines |
//! | `console,example=NAME` | commands after `$ ` in a copy of that example, each with what it prints |
//! | `text`, and any other | for people |
//!
//! At the end of a page its estate is without a finding. Listings are formatted as `tenantry fmt` does. With `TENANTRY_UPDATE=1` shown outputs are
//! written anew where they have no `…`.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "reads the manual, and lays out the estates that it tells of"
)]

mod base;
mod estate;
mod fence;
mod links;
mod page;
mod put;
mod walk;

use page::Page;

/// Pages whose listings another test holds.
fn held_elsewhere(page: &Page) -> bool {
    // `tests/rules.rs` and `tests/library` compile what these are generated from.
    page.path.starts_with("reference/rules/") || page.path.starts_with("reference/stdlib/")
}

#[test]
fn every_listing_and_command_is_as_the_page_says() {
    let mut wrong = Vec::new();
    for page in page::all().iter().filter(|page| !held_elsewhere(page)) {
        wrong.extend(walk::walk(page));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_link_leads_somewhere() {
    let wrong = links::broken();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_table_of_contents_has_every_page_once() {
    let wrong = links::misplaced();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
