//! How long each phase takes: `cargo bench -p tenantry-tests --bench phases`.
//!
//! Prints milliseconds of every phase on estates of several sizes, and what has passed by then:
//! the line of `check` is what an editor waits for before the rules have spoken. `proof` holds the
//! flows against the objects; `prove` reads all bytes back and holds them against the objects. Below
//! are the rules that take longest, each by itself on one core. The best of several runs counts: whatever
//! else the machine does only makes a run slower. `-- 50x40` asks for that one size alone: 50
//! tenants with 40 workloads each.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark reads the clock, tells what it saw, and stops where it cannot"
)]

use std::time::Instant;

use mimalloc::MiMalloc;
use tenantry_core::{
    check, close,
    diag::Findings,
    emit::{Objects, assemble},
    flows,
    limits::Limits,
    load,
    load::Library,
    lock::Allocations,
    lower, model,
    outcome::{Clean, Outcome},
    place, plan,
    prove::{self, flows::Ground},
    resolve, schema,
    world::Memory,
};
use tenantry_tests::generate::{Shape, estate};

/// As in the command.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

const RUNS: usize = 7;
/// How many rules are named.
const SLOWEST: usize = 8;

/// The phases, in the order in which they run.
const PHASES: &[&str] = &[
    "load", "schema", "resolve", "model", "close", "check", "place", "flows", "lower", "targets",
    "plan", "proof", "emit", "prove",
];

/// The sizes: tenants, and the workloads of each.
const SIZES: [(usize, usize); 4] = [(10, 20), (50, 40), (100, 100), (1_000, 10)];

fn main() {
    let asked: Vec<(usize, usize)> = std::env::args().filter_map(|word| size(&word)).collect();
    let sizes = if asked.is_empty() { &SIZES[..] } else { &asked };
    for &(tenants, workloads) in sizes {
        let files = estate(Shape { tenants, workloads });
        let size: usize = files.iter().map(|(_, text)| text.len()).sum();
        let world = Memory::new(files);
        let mut best = vec![f64::INFINITY; PHASES.len()];
        let mut passed = best.clone();
        let mut rules = vec![f64::INFINITY; check::rules::all().count()];
        for _ in 0..RUNS {
            let mut sum = 0.0;
            let laps = run(&world);
            for (at, taken) in laps.phases.into_iter().enumerate() {
                sum += taken;
                best[at] = best[at].min(taken);
                passed[at] = passed[at].min(sum);
            }
            for (at, taken) in laps.rules.into_iter().enumerate() {
                rules[at] = rules[at].min(taken);
            }
        }
        let count = tenants * workloads;
        println!("{count} workloads of {tenants} tenants, {} kB", size / 1000);
        println!("  {:8} {:>9} {:>9}", "phase", "ms", "so far");
        for (at, name) in PHASES.iter().enumerate() {
            println!("  {name:8} {:>9.1} {:>9.1}", best[at], passed[at]);
        }
        let mut slowest: Vec<(f64, &str)> = check::rules::all()
            .zip(rules)
            .map(|(rule, taken)| (taken, rule.name))
            .collect();
        slowest.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (taken, name) in slowest.into_iter().take(SLOWEST) {
            println!("    {taken:>6.2}  {name}");
        }
    }
}

/// `50x40`; none where a word says something else.
fn size(word: &str) -> Option<(usize, usize)> {
    let (tenants, workloads) = word.split_once('x')?;
    Some((tenants.parse().ok()?, workloads.parse().ok()?))
}

/// What one compile took, in milliseconds.
struct Laps {
    /// Each phase.
    phases: Vec<f64>,
    /// Each rule by itself.
    rules: Vec<f64>,
}

fn run(world: &Memory) -> Laps {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let targets = tenantry_targets::all();
    let limits = Limits {
        nodes: 1_000_000,
        ..Limits::default()
    };
    let mut clock = Clock::start();
    let sources = sound(load::load(world, library, &limits));
    clock.lap();
    let typed = sound(schema::decode(&sources));
    clock.lap();
    let resolved = sound(resolve::resolve(&typed, None, &[]));
    clock.lap();
    let estate = sound(model::build(resolved, &typed.words.vocabulary));
    clock.lap();
    let platform = close::close(&estate, &targets);
    clock.lap();
    let checked = sound(check::run(&estate, &platform, &targets));
    clock.lap();
    let placed = sound(place::place(
        &checked,
        &targets,
        &Allocations::default(),
        &limits,
        &[],
    ));
    clock.lap();
    let flows = sound(flows::collect(&checked, &targets));
    clock.lap();
    let allocated = sound(lower::allocate(&checked, &placed));
    let lowered = lower::lower(&checked, &placed, &flows, allocated);
    clock.lap();
    let mut objects = Objects::default();
    for target in &targets {
        let findings = target.objects(&lowered, &mut objects);
        assert!(findings.is_empty(), "the estate is sound: {findings:?}");
    }
    clock.lap();
    let plan = sound(plan::plan(&objects, &platform, &estate.origins));
    clock.lap();
    let names: Vec<&'static str> = targets.iter().map(|target| target.name()).collect();
    let ground = Ground {
        estate: &estate,
        platform: &platform,
        flows: &flows,
        allocations: &lowered.allocations,
        objects: &objects,
        targets: &names,
    };
    let meant = prove::meant(&objects);
    let (_, told) = prove::flows(ground, &meant);
    assert!(told.is_empty(), "the flows are proved: {told:?}");
    clock.lap();
    let clean = Clean::of(&told).expect("nothing was found");
    let output = assemble::assemble(&objects, &plan, &estate, &sources, &clean);
    let output = output.expect("files that do not collide");
    clock.lap();
    let told = prove::prove(&output, ground);
    assert!(told.is_empty(), "the bytes are proved: {told:?}");
    clock.lap();
    drop(plan);
    let phases = std::mem::take(&mut clock.laps);
    let subject = check::Subject {
        estate: &estate,
        platform: &platform,
        targets: &targets,
    };
    clock.lap();
    clock.laps.clear();
    for rule in check::rules::checks() {
        rule(&subject, &mut Findings::new());
        clock.lap();
    }
    Laps {
        phases,
        rules: clock.laps,
    }
}

/// What a phase made of an estate in which nothing is wrong.
fn sound<T>(outcome: Outcome<T>) -> T {
    let first = outcome.findings.first();
    assert!(first.is_none(), "the estate is sound: {first:?}");
    outcome.value.expect("a sound estate goes through")
}

/// A watch that is stopped after each phase.
struct Clock {
    last: Instant,
    laps: Vec<f64>,
}

impl Clock {
    fn start() -> Self {
        Self {
            last: Instant::now(),
            laps: Vec::with_capacity(PHASES.len()),
        }
    }

    fn lap(&mut self) {
        let now = Instant::now();
        let taken = now.duration_since(self.last);
        self.laps.push(taken.as_secs_f64() * 1000.0);
        self.last = now;
    }
}
