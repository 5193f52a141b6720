//! The engine against an oracle that tries everything, on many small problems. The oracle is
//! written from the definitions and shares nothing with the engine but the problem's types.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that asks the environment how much to do, and says how much it did"
)]

mod brute;
mod middle;
mod planted;
mod puzzle;
mod random;
mod reasons;
mod verdicts;
mod witness;

use tenantry_placement::problem::Problem;

/// What the oracle may try for one problem.
const TRIES: u64 = 300_000;

/// How many problems to try: more where the environment says so.
fn problems(quick: u64) -> u64 {
    let asked = std::env::var("TENANTRY_PROBLEMS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(quick)
}

/// The problem of a seed, moved to the edge of what fits where the oracle can say where that is.
/// With it whether it fits; nothing where there is too much to try.
fn on_the_edge(seed: u64) -> Option<(Problem, Option<brute::Proof>)> {
    let (first, _) = random::problem(seed);
    let judge = |problem: &Problem| {
        let puzzle = puzzle::Puzzle::new(problem, &puzzle::Dropped::new());
        brute::judge(&puzzle, TRIES).ok()
    };
    let mut now = (first.clone(), judge(&first)?);
    if seed.is_multiple_of(8) {
        return Some(now);
    }
    // One step at a time towards the edge, and over it more often than not.
    let mut dice = random::Dice::new(!seed);
    let fits = now.1.is_some();
    let stays = seed.is_multiple_of(if fits { 2 } else { 3 });
    for _ in 0..20 {
        let next = if fits {
            random::harder(&mut dice, &now.0)
        } else {
            random::easier(&mut dice, &now.0)
        };
        let Some(judged) = judge(&next) else { break };
        let crossed = judged.is_some() != fits;
        if crossed && stays {
            break;
        }
        now = (next, judged);
        if crossed {
            break;
        }
    }
    Some(now)
}

fn json(problem: &Problem) -> String {
    serde_json::to_string(problem).unwrap()
}
