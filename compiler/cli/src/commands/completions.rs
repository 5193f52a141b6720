//! `tenantry completions`

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Outcome;
use crate::{console::Console, exit::Exit};

/// Print a script that completes commands and options in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry completions bash > ~/.local/share/bash-completion/completions/tenantry
  tenantry completions zsh  > ~/.zfunc/_tenantry
  tenantry completions fish > ~/.config/fish/completions/tenantry.fish")]
pub(crate) struct Args {
    /// The shell that will read it
    shell: Shell,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut crate::args::Args::command(),
        "tenantry",
        &mut script,
    );
    console.out.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
