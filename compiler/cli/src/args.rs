//! The command line. Each command declares its own arguments beside its code.

use clap::{Parser, Subcommand};

use crate::commands;

/// Compiles an estate (who lives there, what they run, on which ground) into everything its
/// backends read: Kubernetes, KubeVirt, Kata, Helm, Proxmox, Ansible.
#[derive(Debug, Parser)]
#[command(
    name = "tenantry",
    version,
    max_term_width = 100,
    after_help = "\
First steps:
  tenantry init my-estate        write a first estate
  tenantry check my-estate       find what is wrong with it
  tenantry build my-estate       write what the clusters read, under my-estate/out
  tenantry explain gpu           read about a kind or a rule

Exit codes: 0 clean, 1 findings at error level, 2 wrong usage or a file that cannot be read or
written, 3 a limit passed, 4 placement undecided, 70 a bug in tenantry."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(commands::init::Args),
    Check(commands::check::Args),
    Build(commands::build::Args),
    Fmt(commands::fmt::Args),
    Diff(commands::diff::Args),
    Expand(commands::expand::Args),
    Explain(commands::explain::Args),
    Rules(commands::rules::Args),
    Schema(commands::schema::Args),
    Why(commands::why::Args),
    Graph(commands::graph::Args),
    Place(commands::place::Args),
    Flows(commands::flows::Args),
    Targets(commands::targets::Args),
    Test(commands::test::Args),
    Vendor(commands::vendor::Args),
    Lsp(commands::lsp::Args),
    Completions(commands::completions::Args),
}
