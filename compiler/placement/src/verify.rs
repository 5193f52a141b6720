//! Reads a witness against its problem, and nothing else: it shares no code with what found it.
//! An answer that this refuses is not given.

mod failing;
mod ground;
mod rules;
mod standing;

use std::fmt::Display;

use crate::{
    answer::{Answer, Failed, Verdict},
    outward::MANY_LINES,
    problem::{Failures, Mode, Problem, Relax},
};
use failing::Failing;
use ground::{Ground, Lost};
use rules::Hard;
use standing::Standing;

/// As many complaints are listed: one is enough to refuse.
const COMPLAINTS: usize = 20;

/// What is wrong with a witness.
#[derive(Debug, Default)]
struct Complaints {
    context: String,
    list: Vec<String>,
}

impl Complaints {
    fn say(&mut self, what: impl Display) {
        if self.list.len() < COMPLAINTS {
            self.list.push(format!("{}{what}", self.context));
        }
    }

    fn none(&self) -> bool {
        self.list.is_empty()
    }
}

/// Checks the witness of an answer to a problem: that everything stands, on nodes that exist and
/// admit it, within every row and every cell, as every rule asks; that what is said to fail may
/// fail and that everything stands afterwards too; and that no way to fail is missing, where one
/// can be told for another that is like it, unless so many were written that not all are.
///
/// A compact witness names the nodes of a pool in order: the first entry has the first ones, and
/// nodes after the last hold nothing.
///
/// # Errors
/// What is wrong, each in a sentence: twenty at most.
pub fn verify(problem: &Problem, answer: &Answer) -> Result<(), Vec<String>> {
    let mut said = Complaints::default();
    match (answer.verdict, &answer.witness, &answer.witness_compact) {
        (Verdict::Feasible, Some(_), _) | (Verdict::Feasible, None, Some(_)) => {
            check(problem, answer, &mut said);
        }
        (Verdict::Feasible, None, None) => said.say("it is said to fit, and nothing shows how"),
        (_, None, None) => {}
        _ => said.say("it is not said to fit, and there is a witness"),
    }
    if said.none() { Ok(()) } else { Err(said.list) }
}

fn check(problem: &Problem, answer: &Answer, said: &mut Complaints) {
    let ground = Ground::of(problem);
    let nothing = Lost::default();
    if let Some(compact) = &answer.witness_compact {
        let standing = Standing::compact(&ground, compact, said);
        rules::hold(&ground, &standing, &nothing, Hard::ALL, said);
    }
    // By pools, what follows a failure is not written.
    if let Some(witness) = &answer.witness {
        let base = Standing::by_node(&ground, &witness.base, said);
        rules::hold(&ground, &base, &nothing, Hard::ALL, said);
        if said.none() {
            check_failures(&ground, &base, &witness.scenarios, said);
        }
    }
}

fn check_failures(ground: &Ground<'_>, base: &Standing, all: &[Failed], said: &mut Complaints) {
    let mut failing: Vec<Failing<'_>> = ground
        .problem
        .failures
        .iter()
        .map(|failures| Failing::of(ground, base, failures))
        .collect();
    for scenario in all {
        said.context = match scenario.failed.as_slice() {
            [] => "with nothing lost: ".to_owned(),
            [one] => format!("after losing {one}: "),
            [first, .., last] => format!(
                "after losing {first} to {last}, {} in all: ",
                scenario.failed.len()
            ),
        };
        check_scenario(ground, base, scenario, &mut failing, said);
    }
    said.context.clear();
    let room = MANY_LINES / ground.problem.replicas().max(1);
    if (all.len() as u64) < room {
        failing.iter().for_each(|failing| failing.demand_all(said));
    }
}

/// Checks what stands after a failure, and marks it as shown for each of the problem's failures
/// that it shows.
fn check_scenario(
    ground: &Ground<'_>,
    base: &Standing,
    scenario: &Failed,
    failing: &mut [Failing<'_>],
    said: &mut Complaints,
) {
    let Some(lost) = Lost::read(ground, &scenario.failed, said) else {
        return;
    };
    let (mode, after) = match (&scenario.placement, &scenario.moved) {
        (Some(placement), None) => (Mode::Replan, Standing::by_node(ground, placement, said)),
        (None, Some(moved)) => {
            let moved = Standing::by_node(ground, moved, said);
            (Mode::Evacuate, base.evacuated(ground, &lost, &moved, said))
        }
        _ => {
            said.say("either everything is placed anew, or what was lost is moved");
            return;
        }
    };
    let mut first_refusal = None;
    let mut shown = false;
    for failing in failing.iter_mut() {
        if failing.failures.mode != mode || !failing.may_lose(ground, &lost) {
            continue;
        }
        let mut refused = Complaints {
            context: said.context.clone(),
            list: Vec::new(),
        };
        rules::hold(
            ground,
            &after,
            &lost,
            Hard::after(failing.failures),
            &mut refused,
        );
        if refused.none() {
            shown = true;
            failing.shown(ground, &lost);
        } else {
            first_refusal.get_or_insert(refused.list);
        }
    }
    match first_refusal {
        _ if shown => {}
        Some(refused) => refused.into_iter().for_each(|what| {
            if said.list.len() < COMPLAINTS {
                said.list.push(what);
            }
        }),
        None => said.say("this is no way to fail"),
    }
}

impl Hard {
    /// Everything.
    const ALL: Self = Self {
        spread: true,
        apart: true,
    };

    fn after(failures: &Failures) -> Self {
        Self {
            spread: !failures.relax.contains(&Relax::Spread),
            apart: !failures.relax.contains(&Relax::AntiAffinity),
        }
    }
}
