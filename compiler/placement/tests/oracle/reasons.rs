//! Reasons and mends: the parts of a reason do not fit together, any one of them away they do,
//! and what is said to mend a problem mends it.

use tenantry_placement::{
    Options, Problem, Verdict,
    answer::{Answer, Mend},
    problem::{Isolation, Numa},
    solve,
    whatif::{Change, change},
};

use crate::{
    TRIES, brute, json, on_the_edge, problems,
    puzzle::{Dropped, Puzzle},
};

/// All parts that a reason may name.
fn parts(problem: &Problem) -> Dropped {
    let mut parts: Dropped = ["taints", "max_pods", "numa", "failures"]
        .map(str::to_owned)
        .into();
    for workload in &problem.workloads {
        for rule in [
            "workload",
            "anti_affinity",
            "affinity",
            "spread",
            "selector",
            "isolation",
        ] {
            parts.insert(format!("{rule}:{}", workload.name));
        }
        parts.extend(
            workload
                .requests
                .keys()
                .map(|resource| format!("capacity:{resource}")),
        );
    }
    parts
}

/// Whether the problem is there without a part.
fn has(problem: &Problem, part: &str) -> bool {
    let (kind, name) = part.split_once(':').unwrap_or((part, ""));
    let mut workloads = problem.workloads.iter();
    let mut own = problem
        .workloads
        .iter()
        .filter(|workload| workload.name == name);
    match kind {
        "taints" => problem.pools.iter().any(|pool| !pool.taints.is_empty()),
        "max_pods" => problem.pools.iter().any(|pool| pool.max_pods.is_some()),
        "numa" => workloads.any(|workload| workload.numa == Some(Numa::Single)),
        "failures" => !problem.failures.is_empty(),
        "capacity" => workloads.any(|workload| workload.requests.contains_key(name)),
        "workload" => own.next().is_some(),
        "anti_affinity" => own.any(|workload| !workload.anti_affinity.is_empty()),
        "affinity" => own.any(|workload| !workload.affinity.is_empty()),
        "spread" => own.any(|workload| !workload.spread.is_empty()),
        "selector" => own.any(|workload| !workload.selector.is_empty()),
        "isolation" => own.any(|workload| workload.isolation != Isolation::Shared),
        _ => false,
    }
}

/// Whether it fits without some parts; nothing where there is too much to try.
fn fits(problem: &Problem, dropped: &Dropped) -> Option<bool> {
    let judged = brute::judge(&Puzzle::new(problem, dropped), TRIES);
    judged.ok().map(|proof| proof.is_some())
}

/// The oracle says of each claim whether it is so; what it cannot say it counts.
struct Claims {
    shown: String,
    untold: u32,
}

impl Claims {
    fn claim(&mut self, problem: &Problem, dropped: &Dropped, expected: bool, what: &str) {
        match fits(problem, dropped) {
            Some(found) => assert_eq!(found, expected, "{what}: {}", self.shown),
            None => self.untold += 1,
        }
    }
}

fn mended(problem: &Problem, mend: &Mend) -> (Problem, Dropped) {
    let mut dropped = Dropped::new();
    let changed = |change_: Change| change(problem, &[change_]).unwrap().problem;
    let problem = match mend {
        Mend::AddNodes { pool, nodes } => changed(Change::Add {
            nodes: *nodes,
            pool: pool.clone(),
            zone: None,
        }),
        Mend::Replicas { workload, fit } => changed(Change::Scale {
            workload: workload.clone(),
            replicas: *fit,
        }),
        Mend::Drop { element } => {
            dropped.insert(element.to_string());
            problem.clone()
        }
        Mend::All(all) => {
            let mut problem = problem.clone();
            for mend in all {
                let (next, more) = mended(&problem, mend);
                problem = next;
                dropped.extend(more);
            }
            problem
        }
    };
    (problem, dropped)
}

fn check_reason(problem: &Problem, answer: &Answer, claims: &mut Claims) -> bool {
    let Some(explanation) = &answer.explanation else {
        panic!("no reason: {}", claims.shown);
    };
    let elements: Dropped = explanation
        .elements
        .iter()
        .map(ToString::to_string)
        .collect();
    let unknown = elements.iter().find(|element| !has(problem, element));
    assert_eq!(unknown, None, "no such part: {}", claims.shown);
    let others: Dropped = parts(problem).difference(&elements).cloned().collect();
    claims.claim(problem, &others, false, "the reason alone fits");
    if explanation.minimal {
        for element in &elements {
            let mut dropped = others.clone();
            dropped.insert(element.clone());
            claims.claim(problem, &dropped, true, &format!("not needed: {element}"));
        }
    }
    let figures = &explanation.figures;
    if let (Some(asked), Some(has)) = (figures.asked, figures.has) {
        assert!(
            asked > has,
            "{asked} is no more than {has}: {}",
            claims.shown
        );
    }
    assert!(!explanation.sentence.is_empty(), "{}", claims.shown);
    explanation.minimal
}

fn check_mends(problem: &Problem, answer: &Answer, claims: &mut Claims) {
    for mend in &answer.mends {
        let (better, dropped) = mended(problem, mend);
        claims.claim(&better, &dropped, true, &format!("mends nothing: {mend:?}"));
        // One node fewer is not enough.
        if let Mend::AddNodes { pool, nodes } = mend {
            let fewer = Mend::AddNodes {
                pool: pool.clone(),
                nodes: nodes - 1,
            };
            let (worse, dropped) = mended(problem, &fewer);
            claims.claim(&worse, &dropped, false, &format!("{fewer:?} is enough"));
        }
    }
    if let Some(bounds) = &answer.bounds {
        let scaled = |fit: u32| {
            let workload = bounds.workload.clone();
            mended(problem, &Mend::Replicas { workload, fit }).0
        };
        let none = Dropped::new();
        claims.claim(
            &scaled(bounds.fits),
            &none,
            true,
            "the lower bound is too high",
        );
        let found = problem
            .workloads
            .iter()
            .find(|w| w.name == bounds.workload)
            .unwrap();
        if bounds.at_most < found.replicas {
            let over = scaled(bounds.at_most + 1);
            claims.claim(&over, &none, false, "the upper bound is too low");
        }
    }
}

#[test]
fn reasons_are_sufficient_and_minimal_and_mends_mend() {
    let (mut told, mut minimal, mut untold, mut mends, mut unmended) = (0_u32, 0, 0, 0, 0);
    for seed in 0..problems(600) {
        let Some((problem, None)) = on_the_edge(seed) else {
            continue;
        };
        let answer = solve(&problem, &Options::default());
        let mut claims = Claims {
            shown: format!("seed {seed}\n{}\n{answer:?}", json(&problem)),
            untold: 0,
        };
        if answer.verdict == Verdict::Infeasible {
            told += 1;
            minimal += u32::from(check_reason(&problem, &answer, &mut claims));
        }
        check_mends(&problem, &answer, &mut claims);
        mends += answer.mends.len();
        unmended += u32::from(answer.mends.is_empty());
        untold += claims.untold;
    }
    eprintln!("{told} reasons, {minimal} of them minimal; {mends} mends, none {unmended} times");
    eprintln!("{untold} claims with too much to try");
    assert!(u64::from(told) > problems(600) / 4, "{told} reasons");
}
