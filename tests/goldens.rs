//! Every golden output is what the systems that read it would accept.

use std::io;
use std::path::PathBuf;

use tenantry_tests::golden;
use tenantry_tests::validate::{output, shared};

/// `golden/<name>/out`, for each name that has one.
fn outputs() -> io::Result<Vec<PathBuf>> {
    let folder = shared::repository().join("golden");
    let files = golden::read_dir(&folder)?;
    let mut names: Vec<_> = files
        .keys()
        .filter_map(|path| {
            path.split_once("/out/")
                .map(|(name, _)| folder.join(name).join("out"))
        })
        .collect();
    names.dedup();
    Ok(names)
}

#[test]
fn the_referees_accept_every_golden_output() {
    let outputs = outputs().unwrap();
    if outputs.is_empty() {
        println!("skipped: no golden output yet");
    }
    for folder in outputs {
        if folder.with_file_name(golden::SAMPLE).exists() {
            println!(
                "skipped: of {} only a sample is stored; the examples' test judges all of it",
                folder.display()
            );
            continue;
        }
        let report = output::validate(&folder).unwrap();
        println!("{}:\n{report}", folder.display());
        assert!(
            report.violations.is_empty(),
            "{}:\n{report}",
            folder.display()
        );
    }
}
