//! How long it takes to prove that policies let through what is wanted and nothing else:
//! `cargo bench -p tenantry-reach --bench reach`. With words after `--`, only the clusters whose
//! names hold one of them, and with numbers, only so many workloads.
//!
//! Prints for each kind of cluster and number of workloads the milliseconds of the best of several
//! runs: to read parsed manifests, to lay the rules out, to compare with what is wanted, all of
//! that on the clock and on all processors (where the system tells), the number of differences; to
//! group everything that goes through, and the number of flows; and the most memory that the
//! process had until then, with the manifests.

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
        "{:>12} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6} {:>8} {:>6} {:>8}",
        "cluster",
        "workloads",
        "read",
        "judge",
        "compare",
        "all",
        "cpu",
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
    let mut best: Option<Times> = None;
    let (mut differ, mut flows) = (String::new(), String::new());
    for _ in 0..RUNS {
        let mut times = Times::default();
        let (mut cluster, complaints) = times.part(|| read(documents(&made)));
        assert!(complaints.is_empty(), "{:?}", complaints.first());
        let own: Vec<_> = cluster.pod_ids().collect();
        add_strangers(&mut cluster);
        let wanted = made.wanted(&cluster);
        let judge = times.part(|| Judge::new(&cluster));
        let terms = Terms {
            wanted: &wanted,
            of: Some(&own),
            ..Terms::default()
        };
        let compared = times.part(|| compare_under(&judge, &terms));
        let mut grouping = Times::default();
        let grouped = grouping.part(|| matrix(&judge));
        times.clock.extend(grouping.clock);
        differ = compared.map_or_else(|much| format!(">{}", much.steps), |it| it.len().to_string());
        flows = grouped.map_or_else(|much| format!(">{}", much.steps), |it| it.len().to_string());
        if best
            .as_ref()
            .is_none_or(|best| times.proof() < best.proof())
        {
            best = Some(times);
        }
    }
    let Some(best) = best else { return };
    let [read, judge, compare, matrix] = best.clock[..] else {
        return;
    };
    println!(
        "{:>12} {workloads:>9} {read:>8.1} {judge:>8.1} {compare:>8.1} {:>8.1} {:>8.1} {differ:>6} \
         {matrix:>8.1} {flows:>6} {:>8}",
        kind.name(),
        best.proof(),
        best.processor,
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
            value: value.into(),
        })
}

/// Parts that are timed one after another, in milliseconds.
#[derive(Default)]
struct Times {
    /// Each by the clock.
    clock: Vec<f64>,
    /// All of them on processors.
    processor: f64,
}

impl Times {
    fn part<T>(&mut self, part: impl FnOnce() -> T) -> T {
        let (start, spent) = (Instant::now(), spent());
        let done = black_box(part());
        self.clock.push(start.elapsed().as_secs_f64() * 1000.0);
        self.processor += self::spent() - spent;
        done
    }

    /// Up to the comparison.
    fn proof(&self) -> f64 {
        self.clock.iter().take(3).sum()
    }
}

/// The milliseconds that the process's threads were on processors; 0 where nobody tells.
fn spent() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let each = threads.filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<f64>().ok()
    });
    each.sum::<f64>() / 1e6
}

/// The most memory that the process had, in megabytes, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes / 1024)
}
