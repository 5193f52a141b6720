//! How long an estate takes: `cargo bench -p tenantry-tests --bench compile`.
//!
//! Prints milliseconds for `check` and `build` (everything but the disk) on estates of several
//! sizes, the best of several runs.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and tells what it saw"
)]

use std::{hint::black_box, time::Instant};

use tenantry_core::{Options, build, check, load::Library, world::Memory};
use tenantry_tests::generate::{Shape, estate};

const RUNS: usize = 7;

fn main() {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let targets = tenantry_targets::all();
    println!(
        "{:>10} {:>10} {:>9} {:>10} {:>10} {:>8} {:>10}",
        "tenants", "workloads", "spec kB", "check ms", "build ms", "files", "output kB"
    );
    for (tenants, workloads) in [(1, 4), (10, 20), (50, 40), (100, 100)] {
        let files = estate(Shape { tenants, workloads });
        let size: usize = files.iter().map(|(_, text)| text.len()).sum();
        let world = Memory::new(files);
        let checked = best(|| {
            let run = check(&world, library, &targets, &Options::default());
            assert!(
                run.findings.is_empty(),
                "the estate is sound: {:?}",
                run.findings.first()
            );
            black_box(run);
        });
        let mut output = (0, 0);
        let built = best(|| {
            let built = build(&world, library, &targets, &Options::default());
            let files = built
                .outputs
                .iter()
                .flat_map(|output| output.artifacts.iter());
            output = files.fold((0, 0), |(count, bytes), file| {
                (count + 1, bytes + file.bytes.len())
            });
        });
        println!(
            "{tenants:>10} {:>10} {:>9} {checked:>10.1} {built:>10.1} {:>8} {:>10}",
            tenants * workloads,
            size / 1000,
            output.0,
            output.1 / 1000
        );
    }
}

/// The best of several runs, in milliseconds.
fn best(mut run: impl FnMut()) -> f64 {
    (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .fold(f64::INFINITY, f64::min)
}
