//! The checker of witnesses: it takes every good one, and none that was spoiled.

use std::collections::BTreeMap;

use tenantry_placement::{
    Verdict,
    answer::{Answer, Count, Placement},
    verify,
};

use crate::{
    json, on_the_edge, problems,
    puzzle::{Dropped, Puzzle},
    random::Dice,
};

/// Good answers of the oracle's own.
fn good(seeds: u64) -> impl Iterator<Item = (u64, tenantry_placement::Problem, Answer)> {
    (0..seeds).filter_map(|seed| {
        let (problem, proof) = on_the_edge(seed)?;
        let puzzle = Puzzle::new(&problem, &Dropped::new());
        let answer = puzzle.answer(&proof?);
        Some((seed, problem, answer))
    })
}

#[test]
fn good_witnesses_are_taken() {
    let mut taken = 0;
    for (seed, problem, answer) in good(problems(1_000)) {
        let refused = verify(&problem, &answer);
        assert_eq!(
            refused,
            Ok(()),
            "seed {seed}\n{}\n{answer:?}",
            json(&problem)
        );
        taken += 1;
    }
    assert!(taken > 300, "{taken} of the problems fit");
}

/// A random change to a placement; says what it changed.
fn spoil(dice: &mut Dice, placement: &mut Placement, nodes: &[String]) -> Option<&'static str> {
    let names: Vec<String> = placement.keys().cloned().collect();
    let name = dice.pick(&names).clone();
    let on: &mut BTreeMap<String, Count> = placement.get_mut(&name)?;
    let from = {
        let from: Vec<String> = on.keys().cloned().collect();
        if from.is_empty() {
            return None;
        }
        dice.pick(&from).clone()
    };
    match dice.of(0, 5) {
        0 => {
            on.remove(&from);
            Some("left out")
        }
        1 => {
            let more = match &on[&from] {
                Count::Node(n) => Count::Node(n + 1),
                Count::Cells(cells) => Count::Cells(cells.iter().map(|n| n + 1).collect()),
            };
            on.insert(from, more);
            Some("one more")
        }
        2 => {
            let count = on.remove(&from)?;
            on.insert("nowhere-0".to_owned(), count);
            Some("nowhere")
        }
        3 => {
            let Count::Cells(cells) = on.get_mut(&from)? else {
                return None;
            };
            let to = cells.len() - 1;
            let (a, b) = (cells[0], cells[to]);
            cells[0] = 0;
            cells[to] = a + b;
            Some("another cell")
        }
        4 => {
            let count = on.remove(&from)?.total();
            let to = dice.pick(nodes).clone();
            let there = on.remove(&to).map_or(0, |there| there.total());
            on.insert(to, Count::Node(u32::try_from(count + there).ok()?));
            Some("all to another node")
        }
        _ => {
            let (a, b) = (dice.pick(&names).clone(), dice.pick(&names).clone());
            let (at, bt) = (placement.get(&a)?.clone(), placement.get(&b)?.clone());
            placement.insert(a, bt);
            placement.insert(b, at);
            Some("changed places")
        }
    }
}

/// Whatever is changed, the checker and the oracle are of one mind.
#[test]
fn spoiled_witnesses_are_refused() {
    let mut refused_by_kind: BTreeMap<&str, u32> = BTreeMap::new();
    for (seed, problem, good) in good(problems(1_000)) {
        let puzzle = Puzzle::new(&problem, &Dropped::new());
        let nodes: Vec<String> = puzzle.nodes.iter().map(|node| node.name.clone()).collect();
        let mut dice = Dice::new(seed ^ 0xABCD);
        for _ in 0..8 {
            let mut answer = good.clone();
            let witness = answer.witness.as_mut().unwrap();
            let scenarios = witness.scenarios.len() as u64;
            let what = if scenarios > 0 && dice.chance(50) {
                let at = usize::try_from(dice.of(0, scenarios - 1)).unwrap();
                let scenario = &mut witness.scenarios[at];
                if dice.chance(15) {
                    scenario.failed.pop();
                    Some("one node less lost")
                } else {
                    let placement = scenario.placement.as_mut().or(scenario.moved.as_mut());
                    placement.and_then(|placement| spoil(&mut dice, placement, &nodes))
                }
            } else {
                spoil(&mut dice, &mut witness.base, &nodes)
            };
            let Some(what) = what else { continue };
            let witness = answer.witness.as_ref().unwrap();
            let oracle = puzzle.refuses(witness);
            let ours = verify(&problem, &answer);
            let shown = || {
                format!(
                    "seed {seed}, {what}\n{}\n{answer:?}\n{ours:?}",
                    json(&problem)
                )
            };
            if oracle.is_some() {
                assert!(ours.is_err(), "{oracle:?}, and it is taken: {}", shown());
                *refused_by_kind.entry(what).or_default() += 1;
            } else if ours.is_err() {
                // A node's cells are not said any more, or a way to fail not shown.
                let strict = ours
                    .as_ref()
                    .unwrap_err()
                    .iter()
                    .all(|why| why.contains("in which of") || why.contains("are not shown"));
                assert!(strict, "the oracle takes it: {}", shown());
            }
        }
    }
    for what in [
        "left out",
        "one more",
        "nowhere",
        "another cell",
        "all to another node",
    ] {
        assert!(
            refused_by_kind.contains_key(what),
            "{what}: {refused_by_kind:?}"
        );
    }
    assert!(
        refused_by_kind.contains_key("one node less lost"),
        "{refused_by_kind:?}"
    );
}

#[test]
fn what_is_said_to_fit_is_shown() {
    let problem = tenantry_placement::Problem::default();
    let nothing = crate::brute::answer(Verdict::Feasible, None);
    assert!(verify(&problem, &nothing).is_err());
    let open = crate::brute::answer(Verdict::Undecided, None);
    assert_eq!(verify(&problem, &open), Ok(()));
}
