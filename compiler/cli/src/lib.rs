//! The `tenantry` command: everything that touches the world; the compiler itself touches none
//! of it.
//!
//! `args` says what may be asked, `commands` has a file for each command, `render` turns
//! findings into text. What is printed goes through `console`; how a run ends is in `exit`.

mod args;
mod commands;
mod console;
pub mod disk;
mod estate;
mod exit;
mod files;
mod params;
mod render;
mod report;
pub mod show;
mod vendor;
mod vocabulary;
pub mod write;

use std::{panic, process::ExitCode};

use clap::Parser as _;

use crate::{
    args::Args,
    console::Console,
    exit::{Exit, Failure},
};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(own_up));
    panic::catch_unwind(run).unwrap_or(Exit::Bug).into()
}

fn run() -> Exit {
    let args = Args::parse();
    let mut console = Console::of_process();
    let result = commands::run(&args, &mut console).and_then(|exit| {
        console.out.flush()?;
        Ok(exit)
    });
    result.unwrap_or_else(|failure| say(&failure, &mut console))
}

/// Tells why a command could not do its work.
fn say(failure: &Failure, console: &mut Console) -> Exit {
    if failure.unheard {
        return Exit::Clean;
    }
    let look = console.err.look;
    let mut text = format!(
        "{} {}\n",
        look.level("error:", tenantry_core::diag::Level::Error),
        render::visible(&failure.message)
    );
    if let Some(help) = &failure.help {
        let help = render::visible(help);
        text += &look.wrap(&help, &format!(" {} ", look.strong("help:")), "       ");
        text.push('\n');
    }
    // What was printed so far comes first; if either stream is gone, nobody is listening.
    let _ = console.out.flush();
    let _ = console.err.print(&text);
    failure.exit
}

/// A panic is a defect of ours: say so, and what would help us to find it.
#[expect(
    clippy::print_stderr,
    reason = "nothing but the standard stream can be trusted in a panic"
)]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever asks for a backtrace asks through the environment"
)]
fn own_up(bug: &panic::PanicHookInfo<'_>) {
    let place = bug
        .location()
        .map(|at| format!(" at {at}"))
        .unwrap_or_default();
    let words = bug.payload_as_str().unwrap_or("no message");
    eprintln!(
        "error: this is a bug in tenantry {}, not in your spec",
        env!("CARGO_PKG_VERSION")
    );
    eprintln!("  {words}{place}");
    eprintln!("  Please report the two lines above with the command that you ran and, if you can");
    eprintln!("  share it, the smallest spec that still shows this.");
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        eprintln!("{}", std::backtrace::Backtrace::force_capture());
    } else {
        eprintln!(
            "  With RUST_BACKTRACE=1 set, the report says where in the compiler it happened."
        );
    }
}
