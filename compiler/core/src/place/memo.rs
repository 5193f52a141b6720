//! What the engine was asked before: the same question has the same answer, and most edits ask it
//! again as it was.

use std::{
    collections::VecDeque,
    fmt, ptr,
    sync::{Arc, Mutex},
};

use tenantry_placement::{Answer, problem::Problem};

/// How many answers are kept: of the problem at hand, and of the one that an edit undone leads back
/// to.
const KEPT: usize = 2;

/// The questions that the engine was asked last, with its answers.
#[derive(Default)]
pub struct Memo(Mutex<VecDeque<Asked>>);

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

struct Asked {
    problem: Arc<Problem>,
    steps: u64,
    explain: bool,
    answer: Answer,
}

impl Memo {
    /// The answer, if the question was asked lately; else what `solve` says. The problem is mostly
    /// the one that was posed, which others keep as well.
    pub(super) fn answer(
        &self,
        problem: &Problem,
        posed: &Arc<Problem>,
        (steps, explain): (u64, bool),
        solve: impl FnOnce() -> Answer,
    ) -> Answer {
        let is_same = |asked: &Asked| {
            (asked.steps, asked.explain) == (steps, explain) && *asked.problem == *problem
        };
        if let Ok(mut known) = self.0.lock()
            && let Some(at) = known.iter().position(is_same)
            && let Some(asked) = known.remove(at)
        {
            let answer = asked.answer.clone();
            known.push_back(asked);
            return answer;
        }
        let answer = solve();
        if let Ok(mut known) = self.0.lock() {
            if known.len() == KEPT {
                known.pop_front();
            }
            known.push_back(Asked {
                problem: match ptr::eq(problem, &raw const **posed) {
                    true => posed.clone(),
                    false => Arc::new(problem.clone()),
                },
                steps,
                explain,
                answer: answer.clone(),
            });
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Arc, KEPT, Memo, Problem};

    fn named(name: &str) -> Problem {
        let mut problem = Problem::default();
        problem
            .workloads
            .push(tenantry_placement::problem::Workload {
                name: name.to_owned(),
                ..Default::default()
            });
        problem
    }

    #[test]
    fn the_same_question_is_answered_once() {
        let memo = Memo::default();
        let mut asked = 0;
        let mut ask = |problem: &Problem, steps, explain| {
            let posed = Arc::new(problem.clone());
            memo.answer(problem, &posed, (steps, explain), || {
                asked += 1;
                Answer::undecided()
            });
            asked
        };
        assert_eq!(ask(&named("a"), 1, false), 1);
        assert_eq!(ask(&named("a"), 1, false), 1, "asked before");
        assert_eq!(ask(&named("b"), 1, false), 2, "another problem");
        assert_eq!(ask(&named("a"), 1, false), 2, "asked before that");
        assert_eq!(ask(&named("a"), 2, false), 3, "within other bounds");
        assert_eq!(ask(&named("a"), 1, true), 4, "with its reasons");
        for number in 0..KEPT {
            ask(&named(&number.to_string()), 1, false);
        }
        assert_eq!(ask(&named("a"), 1, false), 5 + KEPT, "long ago");
    }
}
