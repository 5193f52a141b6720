//! The `tenantry` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// What one thread of an editor's session made another one lets go of. The allocator of the
/// system takes a lock for that, and an edit waits for it.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    tenantry_cli::main()
}
