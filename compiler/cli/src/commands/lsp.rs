//! `tenantry lsp`

mod folders;
mod server;
mod sync;
mod wire;
mod workers;

use super::Outcome;
use crate::{
    console::Console,
    exit::{Exit, Failure},
};

/// Serve editors: the same analysis as `check`, on every keystroke
///
/// Speaks the language server protocol on standard input and output; editors start it themselves.
/// It reads the folders that the editor opens and writes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Editors start it as `tenantry lsp`; the manual tells how to set up each of them.")]
pub(crate) struct Args {
    /// Ignored: standard input and output is all that there is
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(crate) fn run(args: &Args, _: &mut Console) -> Outcome {
    // Some clients pass the way they talk; there is but one.
    let _ = args.stdio;
    let failed = |error: std::io::Error| Failure::new(error.to_string());
    let (wire, threads) = wire::Wire::stdio().map_err(failed)?;
    let orderly = server::serve(&wire).map_err(failed)?;
    drop(wire);
    threads
        .join()
        .map_err(|error| Failure::new(format!("the editor's pipe broke: {error}")))?;
    // The protocol's own codes: 1 where `exit` came without `shutdown`.
    Ok(if orderly { Exit::Clean } else { Exit::Findings })
}
