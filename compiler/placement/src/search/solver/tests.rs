//! Small problems, compared with trying everything.

use proptest::{collection::vec, prelude::*};

use super::{Int, Lit, Solver};
use crate::steps::Steps;

/// Numbers by their bounds, rows as factors and amount, clauses as number, value and side.
#[derive(Debug, Clone)]
struct Small {
    bounds: Vec<(i64, i64)>,
    rows: Vec<(Vec<i64>, i64)>,
    clauses: Vec<Vec<(usize, i64, bool)>>,
}

fn small() -> impl Strategy<Value = Small> {
    (2..6_usize).prop_flat_map(|numbers| {
        let bound = (-1..2_i64, 0..4_i64).prop_map(|(low, more)| (low, low + more));
        let row = (vec(-4..6_i64, numbers), -6..14_i64);
        let clause = vec((0..numbers, -1..5_i64, any::<bool>()), 1..4);
        (vec(bound, numbers), vec(row, 0..7), vec(clause, 0..7)).prop_map(
            |(bounds, rows, clauses)| Small {
                bounds,
                rows,
                clauses,
            },
        )
    })
}

impl Small {
    fn holds(&self, values: &[i64]) -> bool {
        let rows = self.rows.iter().all(|(factors, most)| {
            let sum: i64 = factors.iter().zip(values).map(|(a, b)| a * b).sum();
            sum <= *most
        });
        rows && self.clauses.iter().all(|clause| {
            let mut lits = clause.iter();
            lits.any(|(number, value, least)| (values[*number] >= *value) == *least)
        })
    }

    fn solvable(&self, values: &mut Vec<i64>) -> bool {
        let Some((low, high)) = self.bounds.get(values.len()) else {
            return self.holds(values);
        };
        (*low..=*high).any(|value| {
            values.push(value);
            let found = self.solvable(values);
            values.pop();
            found
        })
    }

    fn add_to(&self, solver: &mut Solver) -> Vec<Int> {
        let numbers: Vec<Int> = self
            .bounds
            .iter()
            .map(|(low, high)| solver.number(*low, *high))
            .collect();
        for (factors, most) in &self.rows {
            let terms: Vec<(i128, Int)> = factors
                .iter()
                .zip(&numbers)
                .map(|(factor, number)| (i128::from(*factor), *number))
                .collect();
            solver.at_most(&terms, i128::from(*most)).expect("small");
        }
        for clause in &self.clauses {
            let lits: Vec<Lit> = clause
                .iter()
                .map(|(number, value, least)| {
                    let lit = solver.at_least(numbers[*number], *value);
                    if *least { lit } else { !lit }
                })
                .collect();
            solver.clause(&lits);
        }
        numbers
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_trying_everything_finds(small in small()) {
        let mut solver = Solver::new();
        let numbers = small.add_to(&mut solver);
        let found = solver.solve(&mut Steps::new(1 << 20)).expect("small");
        prop_assert_eq!(found, small.solvable(&mut Vec::new()));
        if found {
            let values: Vec<i64> = numbers.iter().map(|number| solver.value(*number)).collect();
            prop_assert!(small.holds(&values));
        }
    }

    /// Rules that are added later count with what was learnt before.
    #[test]
    fn goes_on_with_more_rules(first in small(), more in small()) {
        let mut both = first.clone();
        both.rows.extend(more.rows.into_iter().map(|(mut factors, most)| {
            factors.resize(first.bounds.len(), 1);
            (factors, most)
        }));
        let mut solver = Solver::new();
        let numbers = first.add_to(&mut solver);
        solver.solve(&mut Steps::new(1 << 20)).expect("small");
        for (factors, most) in &both.rows[first.rows.len()..] {
            let terms: Vec<(i128, Int)> = factors
                .iter()
                .zip(&numbers)
                .map(|(factor, number)| (i128::from(*factor), *number))
                .collect();
            solver.at_most(&terms, i128::from(*most)).expect("small");
        }
        let found = solver.solve(&mut Steps::new(1 << 20)).expect("small");
        prop_assert_eq!(found, both.solvable(&mut Vec::new()));
    }
}

/// Seven things that each fill a place of their own, in six places: no clause that is learnt
/// from two of them alone shows it, many do.
#[test]
fn sees_that_there_are_too_few_places() {
    let mut solver = Solver::new();
    let places: Vec<Vec<Int>> = (0..7)
        .map(|_| (0..6).map(|_| solver.number(0, 1)).collect())
        .collect();
    for thing in &places {
        let terms: Vec<(i128, Int)> = thing.iter().map(|at| (1, *at)).collect();
        solver.exactly(&terms, 1).expect("small");
    }
    for place in 0..6 {
        let terms: Vec<(i128, Int)> = places.iter().map(|thing| (1, thing[place])).collect();
        solver.at_most(&terms, 1).expect("small");
    }
    assert_eq!(solver.solve(&mut Steps::new(1 << 24)), Ok(false));
}

#[test]
fn stops_when_the_budget_is_spent() {
    let mut solver = Solver::new();
    let places: Vec<Vec<Int>> = (0..14)
        .map(|_| (0..13).map(|_| solver.number(0, 1)).collect())
        .collect();
    for thing in &places {
        let terms: Vec<(i128, Int)> = thing.iter().map(|at| (1, *at)).collect();
        solver.exactly(&terms, 1).expect("small");
    }
    for place in 0..13 {
        let terms: Vec<(i128, Int)> = places.iter().map(|thing| (1, thing[place])).collect();
        solver.at_most(&terms, 1).expect("small");
    }
    assert!(solver.solve(&mut Steps::new(5_000)).is_err());
}
