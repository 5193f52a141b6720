//! Judges output folders by the rules of the systems that will read them:
//! `cargo run -p tenantry-tests --bin validate -- OUT_DIR…`
//!
//! Exit code 0: no violation. 1: at least one. 2: a folder could not be judged at all.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report is what it is for"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use tenantry_tests::validate::output;

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        eprintln!("which output? validate OUT_DIR…");
        return ExitCode::from(2);
    }
    let mut worst = 0;
    for folder in &folders {
        match output::validate(folder) {
            Ok(report) => {
                println!("{}:\n{report}", folder.display());
                worst = worst.max(u8::from(!report.violations.is_empty()));
            }
            Err(error) => {
                eprintln!("{error}");
                worst = 2;
            }
        }
    }
    ExitCode::from(worst)
}
