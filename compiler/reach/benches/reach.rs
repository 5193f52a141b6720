//! How long it takes to prove that policies let through what is wanted and nothing else:
//! `cargo bench -p tenantry-reach --bench reach`. With words after `--`, only the clusters whose
//! names hold one of them, and with numbers, only so many workloads.
//!
//! Prints for each kind of cluster and number of workloads the milliseconds on the processor (where
//! the system tells those; else on the clock) of the best of several runs: to read parsed manifests, to lay the rules out, to compare with what is wanted (with the
//! number of differences), and to group everything that goes through (with the number of flows);
//! and the most memory that the process had until then, with the manifests.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and tells what it saw"
)]

#[path = "reach/clusters.rs"]
mod clusters;

use std::{hint::black_box, time::Instant};

use clusters::{Kind, Made};
use tenantry_reach::{
    Document, Judge, Terms, add_strangers, compare::compare_under, matrix::matrix, read::read,
};

const RUNS: usize = 3;

const WORKLOADS: [usize; 4] = [100, 1_000, 10_000, 50_000];

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let (numbers, words): (Vec<_>, Vec<_>) = words
        .into_iter()
        .partition(|word| word.parse::<usize>().is_ok());
    let numbers: Vec<usize> = numbers.iter().filter_map(|it| it.parse().ok()).collect();
    println!(
        "{:>12} {:>9} {:>8} {:>8} {:>8} {:>8} {:>6} {:>8} {:>6} {:>8}",
        "cluster",
        "workloads",
        "read",
        "judge",
        "compare",
        "all",
        "differ",
        "matrix",
        "flows",
        "peak MB"
    );
    for kind in Kind::ALL {
        if !words.is_empty() && !words.iter().any(|word| kind.name().contains(word.as_str())) {
            continue;
        }
        let is_wanted = |it: &usize| numbers.is_empty() || numbers.contains(it);
        for workloads in WORKLOADS.into_iter().filter(is_wanted) {
            measure(kind, workloads);
        }
    }
}

/// The milliseconds of each part, of the run that was fastest in all.
fn measure(kind: Kind, workloads: usize) {
    let made = clusters::make(kind, workloads);
    let mut best: Option<[f64; 4]> = None;
    let (mut differ, mut flows) = (String::new(), String::new());
    for _ in 0..RUNS {
        let mut times = [0.0; 4];
        let mut timed = Timed {
            times: &mut times,
            at: 0,
        };
        let (mut cluster, complaints) = timed.part(|| read(documents(&made)));
        assert!(complaints.is_empty(), "{:?}", complaints.first());
        let own: Vec<_> = cluster.pod_ids().collect();
        add_strangers(&mut cluster);
        let wanted = made.wanted(&cluster);
        let judge = timed.part(|| Judge::new(&cluster));
        let terms = Terms {
            wanted: &wanted,
            of: Some(&own),
            ..Terms::default()
        };
        let compared = timed.part(|| compare_under(&judge, &terms));
        let grouped = timed.part(|| matrix(&judge));
        differ = compared.map_or_else(|much| format!(">{}", much.steps), |it| it.len().to_string());
        flows = grouped.map_or_else(|much| format!(">{}", much.steps), |it| it.len().to_string());
        let proof = |times: &[f64; 4]| times[..3].iter().sum::<f64>();
        if best.is_none_or(|best| proof(&times) < proof(&best)) {
            best = Some(times);
        }
    }
    let [read, judge, compare, matrix] = best.unwrap_or_default();
    println!(
        "{:>12} {workloads:>9} {read:>8.1} {judge:>8.1} {compare:>8.1} {:>8.1} {differ:>6} {matrix:>8.1} {flows:>6} {:>8}",
        kind.name(),
        read + judge + compare,
        peak()
    );
}

fn documents(made: &Made) -> impl Iterator<Item = Document<'_>> {
    made.documents
        .iter()
        .enumerate()
        .map(|(at, value)| Document {
            source: "bench",
            at,
            value,
        })
}

/// Parts that are timed one after another.
struct Timed<'t> {
    times: &'t mut [f64; 4],
    at: usize,
}

impl Timed<'_> {
    fn part<T>(&mut self, part: impl FnOnce() -> T) -> T {
        let (start, spent) = (Instant::now(), spent());
        let done = black_box(part());
        let clock = start.elapsed().as_secs_f64() * 1000.0;
        let processor = self::spent().zip(spent).map(|(end, start)| end - start);
        self.times[self.at] = processor.unwrap_or(clock);
        self.at += 1;
        done
    }
}

/// The milliseconds that the thread was on a processor, where the system tells.
fn spent() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e6)
}

/// The most memory that the process had, in megabytes, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes / 1024)
}
