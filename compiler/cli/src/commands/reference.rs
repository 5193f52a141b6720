//! The reference of the commands: their own help, as a page.

#![cfg(test)]

use clap::{Command, CommandFactory as _};

use crate::args::Args;

/// The page, relative to this crate.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/commands.md");

/// Every command's help, in the order in which `tenantry help` lists them.
fn page() -> String {
    let mut command = Args::command().term_width(100);
    command.build();
    let mut out = String::from(
        "<!-- Generated from the command line's own help. To renew it:\n     TENANTRY_UPDATE=1 cargo test -p tenantry-cli reference -->\n\n# Commands\n\n",
    );
    out += &format!("```text\n{}\n```\n", help(&mut command));
    for command in command.get_subcommands_mut() {
        if command.get_name() != "help" {
            let title = command.get_name().to_owned();
            out += &format!("\n## tenantry {title}\n\n```text\n{}\n```\n", help(command));
        }
    }
    out
}

fn help(command: &mut Command) -> String {
    let text = command.render_long_help().to_string();
    text.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "compares a page with what it is made of"
)]
fn the_reference_is_what_the_commands_say() {
    let page = page();
    if std::env::var_os("TENANTRY_UPDATE").is_some() {
        std::fs::write(PAGE, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference/commands.md is stale: TENANTRY_UPDATE=1 cargo test -p tenantry-cli reference"
    );
}
