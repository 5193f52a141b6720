//! How long it takes to decide a placement: `cargo bench -p tenantry-placement --bench placement`.
//! With words after `--`, only the families whose names hold one of them; with `--steps`, what the
//! steps went into.
//!
//! Prints for each family and load what was decided, the milliseconds of the best of several runs
//! from the problem to the answer, with its witness checked, the steps, and the most memory that
//! the process had until then.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and tells what it saw"
)]

#[path = "placement/families.rs"]
mod families;

use std::{hint::black_box, time::Instant};

use families::{FAMILIES, Load};
use tenantry_placement::{Options, solve};

const RUNS: usize = 3;

const LOADS: [(&str, Load); 6] = [
    ("-5 %", Load::Less(50)),
    ("-2 %", Load::Less(20)),
    ("-1 %", Load::Less(10)),
    ("full", Load::Less(0)),
    ("+1 %", Load::More(10)),
    ("+3 %", Load::More(30)),
];

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    println!(
        "{:>14} {:>5} {:>9} {:>6} {:>7} {:>11} {:>9} {:>10} {:>8}",
        "family", "load", "replicas", "nodes", "classes", "verdict", "ms", "steps", "peak MB"
    );
    let purposes = std::env::args().any(|word| word == "--steps");
    let wanted =
        |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    for family in FAMILIES.iter().filter(|family| wanted(family.name)) {
        for (name, load) in LOADS {
            let problem = family.problem(load);
            let mut best = f64::INFINITY;
            let mut answer = None;
            for _ in 0..RUNS {
                let start = Instant::now();
                answer = Some(black_box(solve(
                    &problem,
                    &Options {
                        explain: false,
                        ..Options::default()
                    },
                )));
                let took = start.elapsed().as_secs_f64() * 1000.0;
                best = best.min(took);
                if took > 1000.0 {
                    break;
                }
            }
            let Some(answer) = answer else { continue };
            println!(
                "{:>14} {name:>5} {:>9} {:>6} {:>7} {:>11} {best:>9.1} {:>10} {:>8}",
                family.name,
                problem.replicas(),
                problem.nodes(),
                family.pools,
                format!("{:?}", answer.verdict),
                answer.steps.values().sum::<u64>(),
                peak()
            );
            if purposes {
                println!("{:>21} {:?}", "", answer.steps);
            }
        }
    }
}

/// The most memory that the process had, in megabytes, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes / 1024)
}
