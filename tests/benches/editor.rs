//! How long an editor waits: `cargo bench -p tenantry-tests --bench editor`.
//!
//! An estate of 2,000 workloads in some 500 files is opened and edited, with one environment and
//! with three. Told are milliseconds: until all is known of an estate just opened, from an edit to
//! the findings of the whole estate, by sort of edit, and of answers to questions; and what stays
//! in memory. Edits follow each other without a pause, which is worse than any typing: what was
//! known before is let go of beside the next edit. Sorts of edits that are named on the command
//! line are made alone.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark reads the clock, tells what it saw, and stops where it cannot"
)]

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use mimalloc::MiMalloc;
use tenantry_core::{Options, compile::Depth, load::Library, target::Target, world::Memory};
use tenantry_ide::{
    Host,
    complete::{Trigger, complete},
    hover,
};
use tenantry_tests::{
    edits::{Dice, Sort, edit},
    generate::{Shape, edited},
};

/// As in the command.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// How many edits of each sort; each is undone, which counts too.
const EDITS: usize = 12;
const QUESTIONS: usize = 400;

fn main() {
    let shape = Shape {
        tenants: 500,
        workloads: 4,
    };
    for environments in [&[][..], &["dev", "staging", "prod"]] {
        let files: BTreeMap<String, String> = edited(shape, environments).into_iter().collect();
        println!(
            "{} workloads in {} files, {} environments",
            shape.tenants * shape.workloads,
            files.len(),
            environments.len().max(1)
        );
        session(files);
    }
}

/// Opens an estate, edits it, asks about it.
fn session(files: BTreeMap<String, String>) {
    let targets: &'static [&'static dyn Target] = Vec::leak(tenantry_targets::all());
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let mut world = Memory::new(files.clone());
    let start = Instant::now();
    let mut host = Host::new(library, targets, Options::default());
    host.analyse(&world, Depth::Lower);
    println!("  {:24} {:>7.1}", "open", millis(start));
    let findings = host.snapshot().known().analysis.findings.clone();
    assert!(findings.is_empty(), "the estate is sound: {findings:?}");
    println!("  {:24} {}", "memory MB (now/most)", memory());

    println!(
        "  {:24} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "edit to findings, ms", "least", "median", "p90", "p99", "most", "busy"
    );
    let mut dice = Dice::new(7);
    let mut all = Vec::new();
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let asked: Vec<&String> = asked.iter().filter(|it| !it.starts_with('-')).collect();
    let is_asked =
        |sort: &&Sort| asked.is_empty() || asked.iter().any(|it| **it == format!("{sort:?}"));
    for sort in Sort::ALL.iter().filter(is_asked) {
        let mut laps = Vec::new();
        let before = busy();
        for _ in 0..EDITS {
            let (path, text) = edit(&files, *sort, &mut dice);
            for text in [text, files[&path].clone()] {
                let text: std::sync::Arc<str> = text.into();
                let start = Instant::now();
                world.set(&path, text.clone());
                host.change(&path, text);
                host.analyse(&world, Depth::Lower);
                laps.push(millis(start));
            }
        }
        let each = (busy() - before) / f64::from(u32::try_from(laps.len()).expect("some edits"));
        told(&format!("{sort:?}"), &mut laps, &format!("{each:>7.1}"));
        all.append(&mut laps);
    }
    told("all", &mut all, "");
    println!("  {:24} {}", "memory MB (now/most)", memory());

    let snapshot = host.snapshot();
    let paths: Vec<&String> = files.keys().collect();
    let mut laps = Vec::new();
    for _ in 0..QUESTIONS {
        let path = paths[dice.below(paths.len())];
        let at = dice.below(files[path].len());
        let at = u32::try_from(at).expect("small files");
        let start = Instant::now();
        black_box(hover::hover(&snapshot, path, at));
        laps.push(millis(start));
    }
    told("hover", &mut laps, "");
    completion(&mut host, &files, &mut dice);
}

/// What is typed of a line in a workload when completion is asked for, by what is to follow.
const UNFINISHED: &[(&str, &str)] = &[
    ("kind", "re"),
    ("property", "cpu \"500m\" "),
    ("choice", "port x 9 protocol="),
    ("name", "connect "),
    ("name of another's", "connect t001."),
    ("unit", "memory \"4"),
    ("expression", "replicas \"${"),
];

/// Asks at the end of unfinished lines, each in a text that is not analysed yet.
fn completion(host: &mut Host, files: &BTreeMap<String, String>, dice: &mut Dice) {
    const BEGIN: &str = "workload w000 {\n";
    let within: Vec<(&String, &String)> = files
        .iter()
        .filter(|(_, text)| text.contains(BEGIN))
        .collect();
    let mut all = Vec::new();
    for (what, typed) in UNFINISHED {
        let mut laps = Vec::new();
        let mut offered = 0;
        for _ in 0..QUESTIONS / UNFINISHED.len() {
            let (path, text) = within[dice.below(within.len())];
            let line = text.find(BEGIN).expect("it is there") + BEGIN.len();
            let at = u32::try_from(line + typed.len()).expect("small files");
            let unfinished = format!("{}{typed}\n{}", &text[..line], &text[line..]);
            host.change(path, unfinished.into());
            let snapshot = host.snapshot();
            let start = Instant::now();
            let found = black_box(complete(&snapshot, path, at, Trigger::Word));
            laps.push(millis(start));
            offered += found.items.len();
            host.change(path, text.as_str().into());
        }
        told(&format!("complete: {what}"), &mut laps, "");
        assert!(offered > 0, "nothing is offered for {what}");
        all.append(&mut laps);
    }
    told("complete: all", &mut all, "");
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Prints how some times are distributed.
fn told(what: &str, laps: &mut [f64], busy: &str) {
    laps.sort_by(f64::total_cmp);
    let at = |percent: usize| laps[(laps.len() - 1) * percent / 100];
    println!(
        "  {what:24} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {busy}",
        at(0),
        at(50),
        at(90),
        at(99),
        at(100)
    );
}

/// The time that cores have worked for this process, in milliseconds: what the wait would be
/// without others on the machine lies between half of it, on two cores, and all of it.
fn busy() -> f64 {
    /// Linux counts in hundredths of a second.
    const TICK: f64 = 10.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // Fields 14 and 15 of the line, in user and in kernel mode; its first two are cut off.
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) * TICK
}

/// What the process holds, and the most that it has held.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let size = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        size.map_or("?".to_owned(), |kib| (kib / 1024).to_string())
    };
    format!("{} / {}", of("VmRSS:"), of("VmHWM:"))
}
