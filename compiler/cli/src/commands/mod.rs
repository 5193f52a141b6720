//! The commands: one file each, with its arguments on top and its work below.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod expand;
pub(crate) mod explain;
mod fix;
pub(crate) mod flows;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod lsp;
pub(crate) mod place;
mod reference;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod targets;
pub(crate) mod test;
pub(crate) mod vendor;
pub(crate) mod why;

use crate::{
    args::{Args, Command},
    console::Console,
    exit::{Exit, Failure},
};

/// How a command ends.
pub(crate) type Outcome = Result<Exit, Failure>;

/// How what is asked for is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For reading
    Human,
    /// One JSON document, for tools
    Json,
}

/// Runs the command that was asked for.
pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    match &args.command {
        Command::Init(args) => init::run(args, console),
        Command::Check(args) => check::run(args, console),
        Command::Build(args) => build::run(args, console),
        Command::Fmt(args) => fmt::run(args, console),
        Command::Explain(args) => explain::run(args, console),
        Command::Rules(args) => rules::run(args, console),
        Command::Diff(args) => diff::run(args, console),
        Command::Expand(args) => expand::run(args, console),
        Command::Schema(args) => schema::run(args, console),
        Command::Why(args) => why::run(args, console),
        Command::Graph(args) => graph::run(args, console),
        Command::Flows(args) => flows::run(args, console),
        Command::Place(args) => place::run(args, console),
        Command::Targets(args) => targets::run(args, console),
        Command::Test(args) => test::run(args, console),
        Command::Vendor(args) => vendor::run(args, console),
        Command::Lsp(args) => lsp::run(args, console),
        Command::Completions(args) => completions::run(args, console),
    }
}
