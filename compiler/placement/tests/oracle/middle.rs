//! Problems of middle size: with a placement that was there first, and such that cannot fit by a
//! short argument.

use std::{collections::BTreeMap, time::Instant};

use tenantry_placement::{
    Options, Problem, Verdict,
    problem::{Affinity, Failures, Isolation, Mode, Numa, Relax, Spread, Topology, Workload},
    solve, verify,
};

use crate::{json, planted::planted, problems, random::Dice};

/// One more workload that the pools cannot bear, for a reason that is told in a line.
fn burden(dice: &mut Dice, problem: &mut Problem) -> &'static str {
    let at = usize::try_from(dice.of(0, problem.pools.len() as u64 - 1)).unwrap();
    for (number, pool) in problem.pools.iter_mut().enumerate() {
        if number == at {
            pool.labels.insert("only".to_owned(), "here".to_owned());
        }
    }
    let pool = &problem.pools[at];
    let cpu = pool.allocatable("cpu");
    let mut more = Workload {
        name: "more".to_owned(),
        tolerations: vec!["kept".to_owned()],
        ..Workload::default()
    };
    let here = BTreeMap::from([("only".to_owned(), vec!["here".to_owned()])]);
    let apart = |topology, with: &str| Affinity {
        topology,
        with: vec![with.to_owned()],
    };
    let kind = dice.of(0, 9);
    match kind {
        0 => {
            more.selector = here;
            more.replicas = pool.count + 1;
            more.anti_affinity = vec![apart(Topology::Node, "self")];
        }
        1 => {
            more.replicas = 4;
            more.anti_affinity = vec![apart(Topology::Zone, "self")];
        }
        2 => {
            // Shared units stretch; those that are dedicated do not.
            more.selector = here;
            more.requests.insert("cpu".to_owned(), cpu / 2 + 1);
            more.dedicated = vec!["cpu".to_owned()];
            more.replicas = pool.count + 1;
        }
        3 => {
            more.selector = here;
            more.replicas = pool.count + 1;
            more.isolation = Isolation::Node;
        }
        4 => {
            let (num, den) = pool.ratio("cpu");
            let room: u64 = u64::from(pool.count) * cpu * num / den;
            more.selector = here;
            more.requests.insert("cpu".to_owned(), 1);
            more.replicas = u32::try_from(room + 1).unwrap();
        }
        5 => {
            // As many replicas in each of three zones, but for one; one zone has one node of
            // the pool at most for each that the others have.
            let least = pool.zones.values().min().copied().unwrap();
            more.selector = here;
            more.spread = vec![Spread {
                topology: Topology::Zone,
                max_skew: 1,
            }];
            more.anti_affinity = vec![apart(Topology::Node, "self")];
            more.replicas = 3 * least + 3;
        }
        6 => {
            // A replica that needs more than half of a cell: two for each node.
            more.selector = here;
            more.numa = Some(Numa::Single);
            more.dedicated = vec!["cpu".to_owned()];
            let cell = cpu / u64::from(pool.numa);
            more.requests.insert("cpu".to_owned(), cell / 2 + 1);
            more.replicas = pool.count * pool.numa + 1;
        }
        7 => {
            // Everybody keeps a node apart from two others: three on as many nodes as they are.
            more.selector = here.clone();
            more.replicas = pool.count / 2 + 1;
            more.anti_affinity = vec![
                apart(Topology::Node, "self"),
                apart(Topology::Node, "even more"),
            ];
            let mut even = more.clone();
            even.name = "even more".to_owned();
            even.replicas = pool.count.div_ceil(2);
            even.anti_affinity = vec![apart(Topology::Node, "self")];
            problem.workloads.push(even);
        }
        8 => {
            // Two tenants that share no node, each with more than half of the pool's memory.
            let memory = pool.allocatable("memory");
            more.selector = here;
            more.tenant = Some("more".to_owned());
            more.isolation = Isolation::Tenant;
            more.requests.insert("memory".to_owned(), memory / 2 + 1);
            more.replicas = pool.count / 2 + 1;
            let mut even = more.clone();
            even.name = "even more".to_owned();
            even.tenant = Some("even more".to_owned());
            even.replicas = pool.count.div_ceil(2);
            problem.workloads.push(even);
        }
        _ => {
            // What fits on all nodes, one each, but not on one less.
            more.selector = here;
            more.replicas = pool.count;
            more.anti_affinity = vec![apart(Topology::Node, "self")];
            problem.failures.push(Failures {
                k: 1,
                pools: Some(vec![pool.name.clone()]),
                ..Failures::default()
            });
        }
    }
    problem.workloads.push(more);
    [
        "apart by node",
        "apart by zone",
        "halves",
        "alone",
        "sum",
        "spread",
        "cells",
        "clique",
        "tenants",
        "failure",
    ][usize::try_from(kind).unwrap()]
}

#[derive(Default)]
struct Tally {
    asked: u32,
    open: Vec<u64>,
    longest: (u128, u64),
    total: u128,
}

/// Of so many that were asked one may stay open: what has no room to spare is hard.
const OPEN: usize = 15;

impl Tally {
    /// Few are open.
    fn check(tallies: &[&Self]) {
        let asked: usize = tallies.iter().map(|tally| tally.asked as usize).sum();
        let open: usize = tallies.iter().map(|tally| tally.open.len()).sum();
        assert!(open * OPEN <= asked, "{open} of {asked} are open");
    }

    fn add(&mut self, seed: u64, verdict: Verdict, millis: u128) {
        self.asked += 1;
        self.total += millis;
        self.longest = self.longest.max((millis, seed));
        if verdict == Verdict::Undecided {
            self.open.push(seed);
        }
    }

    fn tell(&self, what: &str) -> String {
        format!(
            "{what}: {} asked, {} open {:?}, {} ms each, longest {} ms (seed {})\n",
            self.asked,
            self.open.len(),
            &self.open[..self.open.len().min(12)],
            self.total / u128::from(self.asked.max(1)),
            self.longest.0,
            self.longest.1
        )
    }
}

fn options() -> Options<'static> {
    Options {
        explain: false,
        ..Options::default()
    }
}

#[test]
fn what_was_planted_is_not_refused() {
    let mut tallies: BTreeMap<u64, Tally> = BTreeMap::new();
    for seed in 0..problems(40) {
        let slack = [0, 2, 5, 10, 20][usize::try_from(seed % 5).unwrap()];
        let planted = planted(seed, slack);
        let good = verify(&planted.problem, &planted.answer);
        assert_eq!(good, Ok(()), "seed {seed}\n{}", json(&planted.problem));
        let start = Instant::now();
        let answer = solve(&planted.problem, &options());
        let millis = start.elapsed().as_millis();
        assert_ne!(
            answer.verdict,
            Verdict::Infeasible,
            "seed {seed}\n{}",
            json(&planted.problem)
        );
        let refused = answer.tried.iter().any(|tried| tried.contains("refuses"));
        assert!(!refused, "seed {seed} {:?}", answer.tried);
        tallies
            .entry(slack)
            .or_default()
            .add(seed, answer.verdict, millis);
    }
    for (slack, tally) in tallies {
        eprint!(
            "{}",
            tally.tell(&format!("planted, {slack} of 100 taken out"))
        );
    }
}

/// The same with so many empty nodes more in each pool, and as many that may fail: what stood on
/// one that is lost can stand on an empty one of its pool. Without the rules that this may break.
fn spared(dice: &mut Dice, problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    let k = if dice.chance(75) { 1 } else { 2 };
    for pool in &mut problem.pools {
        pool.count += k;
        if let Some((_, count)) = pool.zones.last_mut() {
            *count += k;
        }
    }
    for workload in &mut problem.workloads {
        workload
            .affinity
            .retain(|entry| entry.topology == Topology::Node);
        workload
            .spread
            .retain(|spread| spread.topology == Topology::Zone);
    }
    problem.failures.push(Failures {
        k,
        mode: if dice.chance(70) {
            Mode::Evacuate
        } else {
            Mode::Replan
        },
        relax: vec![Relax::Spread, Relax::AntiAffinity],
        ..Failures::default()
    });
    problem
}

#[test]
fn what_is_spared_survives() {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for seed in 0..problems(30) {
        let problem = spared(&mut Dice::new(seed), &planted(seed, seed % 20).problem);
        let start = Instant::now();
        let answer = solve(&problem, &options());
        let millis = start.elapsed().as_millis();
        assert_ne!(
            answer.verdict,
            Verdict::Infeasible,
            "seed {seed}\n{}",
            json(&problem)
        );
        if answer.verdict == Verdict::Undecided {
            eprintln!("spared, seed {seed}: {:?}", answer.tried);
        }
        let refused = answer.tried.iter().any(|tried| tried.contains("refuses"));
        assert!(!refused, "seed {seed} {:?}", answer.tried);
        let failures = &problem.failures[0];
        let what = format!("spared, {:?} {}", failures.mode, failures.k);
        tallies
            .entry(what)
            .or_default()
            .add(seed, answer.verdict, millis);
    }
    for (what, tally) in &tallies {
        eprint!("{}", tally.tell(what));
    }
    Tally::check(&tallies.values().collect::<Vec<_>>());
}

/// So many times as many nodes, each zone and each workload as many times as large: what a node
/// holds can be repeated. Without the rules that then do not hold any more.
fn repeated(problem: &Problem, times: u32) -> Problem {
    let mut problem = problem.clone();
    for pool in &mut problem.pools {
        pool.count *= times;
        pool.zones.values_mut().for_each(|count| *count *= times);
    }
    for workload in &mut problem.workloads {
        workload.replicas *= times;
        let by_node = |entry: &Affinity| entry.topology == Topology::Node;
        workload.anti_affinity.retain(by_node);
        workload
            .affinity
            .retain(|entry| by_node(entry) && entry.with != ["self"]);
        workload
            .spread
            .retain(|spread| spread.topology == Topology::Node);
    }
    problem
}

#[test]
fn large_problems_are_judged_right_too() {
    let (mut fits, mut lacks) = (Tally::default(), Tally::default());
    for seed in 0..problems(32).div_ceil(4) {
        let planted = planted(seed, 10).problem;
        let mut problem = repeated(&planted, 20);
        let start = Instant::now();
        let answer = solve(&problem, &options());
        assert_ne!(
            answer.verdict,
            Verdict::Infeasible,
            "seed {seed}\n{}",
            json(&problem)
        );
        let refused = answer.tried.iter().any(|tried| tried.contains("refuses"));
        assert!(!refused, "seed {seed} {:?}", answer.tried);
        fits.add(seed, answer.verdict, start.elapsed().as_millis());

        let what = burden(&mut Dice::new(seed), &mut problem);
        let start = Instant::now();
        let answer = solve(&problem, &options());
        assert_ne!(
            answer.verdict,
            Verdict::Feasible,
            "{what}, seed {seed}\n{}",
            json(&problem)
        );
        lacks.add(seed, answer.verdict, start.elapsed().as_millis());
    }
    eprint!(
        "{}{}",
        fits.tell("large, fits"),
        lacks.tell("large, does not")
    );
}

#[test]
fn what_cannot_fit_is_not_placed() {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for seed in 0..problems(40) {
        let mut problem = planted(seed, 30).problem;
        let what = burden(&mut Dice::new(seed), &mut problem);
        let start = Instant::now();
        let answer = solve(&problem, &options());
        let millis = start.elapsed().as_millis();
        assert_ne!(
            answer.verdict,
            Verdict::Feasible,
            "{what}, seed {seed}\n{}",
            json(&problem)
        );
        tallies
            .entry(what)
            .or_default()
            .add(seed, answer.verdict, millis);
    }
    for (what, tally) in &tallies {
        eprint!("{}", tally.tell(what));
    }
    Tally::check(&tallies.values().collect::<Vec<_>>());
}
