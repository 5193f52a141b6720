//! Verdicts and witnesses.

use std::collections::BTreeMap;

use tenantry_placement::{Options, Verdict, solve};

use crate::{
    json, on_the_edge, problems,
    puzzle::{Dropped, Puzzle},
    random,
};

#[test]
fn no_verdict_is_wrong_and_every_witness_holds() {
    let options = Options {
        explain: false,
        ..Options::default()
    };
    let (mut fits, mut lacks, mut skipped) = (0, 0, 0);
    let mut open: BTreeMap<String, u32> = BTreeMap::new();
    let mut first_open = Vec::new();
    for seed in 0..problems(2_000) {
        let Some((problem, judged)) = on_the_edge(seed) else {
            skipped += 1;
            continue;
        };
        if judged.is_some() {
            fits += 1
        } else {
            lacks += 1
        }
        let answer = solve(&problem, &options);
        let shown = || format!("seed {seed}\n{}\n{answer:?}", json(&problem));
        match answer.verdict {
            Verdict::Feasible => {
                assert!(judged.is_some(), "it does not fit: {}", shown());
                let puzzle = Puzzle::new(&problem, &Dropped::new());
                let refused = puzzle.refuses(answer.witness.as_ref().unwrap());
                assert_eq!(refused, None, "{}", shown());
            }
            Verdict::Infeasible => assert!(judged.is_none(), "it fits: {}", shown()),
            Verdict::Undecided => {
                let refused = answer.tried.iter().any(|tried| tried.contains("refuses"));
                assert!(!refused, "{}", shown());
                let key = format!("{:?}", random::problem(seed).1);
                *open.entry(key).or_default() += 1;
                first_open.push((seed, judged.is_some(), answer.tried.clone()));
            }
        }
    }
    let undecided: u32 = open.values().sum();
    eprintln!("{fits} fit, {lacks} do not, {undecided} undecided, {skipped} too many to try");
    assert_eq!(
        undecided,
        0,
        "{:#?}",
        first_open.iter().take(20).collect::<Vec<_>>()
    );
}
