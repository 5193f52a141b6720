//! Tries everything. Placements that differ only by nodes which cannot be told apart are tried
//! once, and nothing else is left out.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_placement::answer::{Answer, Count, Failed, Placement, Verdict, Witness};

use crate::puzzle::{Hard, Puzzle, State};

/// More was to be tried than the oracle may.
#[derive(Debug)]
pub(crate) struct TooMany;

/// What was found out about a problem: how it fits, if it does.
pub(crate) type Judged = Result<Option<Proof>, TooMany>;

/// How it fits.
pub(crate) struct Proof {
    pub(crate) base: State,
    /// Of each failure, after each of its sets: everything, or what was moved.
    pub(crate) after: Vec<Vec<State>>,
}

pub(crate) struct Brute<'p> {
    puzzle: &'p Puzzle,
    left: u64,
}

/// Decides a puzzle by trying everything, within so many tries.
pub(crate) fn judge(puzzle: &Puzzle, tries: u64) -> Judged {
    let mut brute = Brute {
        puzzle,
        left: tries,
    };
    let mut replans = Vec::new();
    let evacuates = puzzle.fails.iter().any(|fail| fail.evacuate);
    let whole = puzzle.whole();
    let all: Vec<u32> = puzzle.works.iter().map(|work| work.replicas).collect();
    if brute
        .find(&whole, &all, &puzzle.empty(), &mut |_, _| Ok(true))?
        .is_none()
    {
        return Ok(None);
    }
    for fail in &puzzle.fails {
        let mut after = Vec::new();
        for lost in fail.sets.iter().filter(|_| !fail.evacuate) {
            let hard = puzzle.after(fail, lost);
            match brute.find(&hard, &all, &puzzle.empty(), &mut |_, _| Ok(true))? {
                Some(found) => after.push(found),
                None => return Ok(None),
            }
        }
        replans.push(after);
    }
    let mut moved = Vec::new();
    let base = brute.find(&whole, &all, &puzzle.empty(), &mut |brute, base| {
        if !evacuates {
            return Ok(true);
        }
        match brute.survives(base)? {
            Some(found) => {
                moved = found;
                Ok(true)
            }
            None => Ok(false),
        }
    })?;
    Ok(base.map(|base| {
        for (replans, moved) in replans.iter_mut().zip(moved) {
            replans.extend(moved);
        }
        Proof {
            base,
            after: replans,
        }
    }))
}

type Seen = BTreeSet<(usize, State)>;
type Leaf<'l, 'p> = &'l mut dyn FnMut(&mut Brute<'p>, &State) -> Result<bool, TooMany>;

impl<'p> Brute<'p> {
    fn take(&mut self) -> Result<(), TooMany> {
        self.left = self.left.checked_sub(1).ok_or(TooMany)?;
        Ok(())
    }

    /// The first placement of so many more replicas beside what stands, that `accepts` takes.
    fn find(
        &mut self,
        hard: &Hard,
        more: &[u32],
        stands: &State,
        accepts: Leaf<'_, 'p>,
    ) -> Result<Option<State>, TooMany> {
        let mut state = stands.clone();
        let fresh = stands.iter().flatten().all(|count| *count == 0);
        let found = self.works(hard, more, 0, &mut state, &mut Seen::new(), fresh, accepts)?;
        Ok(found.then_some(state))
    }

    #[expect(clippy::too_many_arguments, reason = "a recursion's whole state")]
    fn works(
        &mut self,
        hard: &Hard,
        more: &[u32],
        work: usize,
        state: &mut State,
        seen: &mut Seen,
        fresh: bool,
        accepts: Leaf<'_, 'p>,
    ) -> Result<bool, TooMany> {
        if work == self.puzzle.works.len() {
            return accepts(self, state);
        }
        let slots: Vec<(usize, usize)> = (0..self.puzzle.nodes.len())
            .filter(|node| hard.alive[*node])
            .flat_map(|node| (0..self.puzzle.cells(node, work)).map(move |cell| (node, cell)))
            .collect();
        let mut whole = |brute: &mut Self, state: &mut State| {
            if !brute.puzzle.rules_hold(state, hard, work)
                || !seen.insert((work, brute.canonical(state, fresh)))
            {
                return Ok(false);
            }
            brute.works(hard, more, work + 1, state, seen, fresh, accepts)
        };
        self.slots(hard, work, &slots, more[work], state, &mut whole)
    }

    /// Puts so many replicas of a workload into these slots, in every way.
    fn slots(
        &mut self,
        hard: &Hard,
        work: usize,
        slots: &[(usize, usize)],
        left: u32,
        state: &mut State,
        whole: &mut dyn FnMut(&mut Self, &mut State) -> Result<bool, TooMany>,
    ) -> Result<bool, TooMany> {
        self.take()?;
        if left == 0 {
            return whole(self, state);
        }
        let Some(((node, cell), rest)) = slots.split_first() else {
            return Ok(false);
        };
        let at = work * self.puzzle.stride + cell;
        let before = state[*node][at];
        let mut put = 0;
        let mut done = false;
        loop {
            if self.slots(hard, work, rest, left - put, state, whole)? {
                done = true;
                break;
            }
            if put == left {
                break;
            }
            put += 1;
            state[*node][at] += 1;
            if !self.puzzle.node_holds(state, *node) || !self.puzzle.kept_apart(state, hard, work) {
                break;
            }
        }
        if !done {
            state[*node][at] = before;
        }
        Ok(done)
    }

    /// The same placement with nodes in order that cannot be told apart. What stands beside
    /// others that stay has nodes of its own.
    fn canonical(&self, state: &State, fresh: bool) -> State {
        let mut state = state.clone();
        if !fresh {
            return state;
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.puzzle.nodes.iter().enumerate() {
            groups.entry(node.alike).or_default().push(at);
        }
        for nodes in groups.values() {
            let mut holds: Vec<Vec<u8>> = nodes.iter().map(|n| state[*n].clone()).collect();
            holds.sort_unstable();
            for (node, holds) in nodes.iter().zip(holds) {
                state[*node] = holds;
            }
        }
        state
    }

    /// How a placement survives every failure that evacuates: of each failure, after each set,
    /// what was moved.
    fn survives(&mut self, base: &State) -> Result<Option<Vec<Vec<State>>>, TooMany> {
        let puzzle = self.puzzle;
        let mut all = Vec::new();
        for fail in &puzzle.fails {
            let mut after = Vec::new();
            for lost in fail.sets.iter().filter(|_| fail.evacuate) {
                match self.evacuates(base, &puzzle.after(fail, lost), lost)? {
                    Some(moved) => after.push(moved),
                    None => return Ok(None),
                }
            }
            all.push(after);
        }
        Ok(Some(all))
    }

    fn evacuates(
        &mut self,
        base: &State,
        hard: &Hard,
        lost: &[usize],
    ) -> Result<Option<State>, TooMany> {
        let puzzle = self.puzzle;
        let gone = |work| {
            lost.iter()
                .map(|node| puzzle.count(base, *node, work))
                .sum()
        };
        let gone: Vec<u32> = (0..puzzle.works.len()).map(gone).collect();
        let mut stays = base.clone();
        for node in lost {
            stays[*node].fill(0);
        }
        let found = self.find(hard, &gone, &stays, &mut |_, _| Ok(true))?;
        Ok(found.map(|mut all| {
            for (all, stays) in all.iter_mut().flatten().zip(stays.iter().flatten()) {
                *all -= stays;
            }
            all
        }))
    }
}

impl Puzzle {
    /// A placement as a witness writes it.
    pub(crate) fn placement(&self, state: &State) -> Placement {
        let mut placement = Placement::new();
        for (work, w) in self.works.iter().enumerate() {
            let on = placement.entry(w.name.clone()).or_default();
            for (at, node) in self.nodes.iter().enumerate() {
                let count = self.count(state, at, work);
                if count == 0 {
                    continue;
                }
                let from = work * self.stride;
                let cells = &state[at][from..from + node.cells];
                let count = if w.single && node.cells > 1 {
                    Count::Cells(cells.iter().map(|n| u32::from(*n)).collect())
                } else {
                    Count::Node(count)
                };
                on.insert(node.name.clone(), count);
            }
        }
        placement
    }

    /// What a witness writes as a placement; nothing where it names what is not there.
    pub(crate) fn state(&self, placement: &Placement) -> Option<State> {
        let mut state = self.empty();
        for (name, on) in placement {
            let work = self.works.iter().position(|work| work.name == *name)?;
            for (name, count) in on {
                let node = self.nodes.iter().position(|node| node.name == *name)?;
                let from = work * self.stride;
                match count {
                    Count::Cells(cells) if self.works[work].single => {
                        for (cell, count) in cells.iter().enumerate() {
                            *state[node][from..from + self.nodes[node].cells].get_mut(cell)? +=
                                u8::try_from(*count).ok()?;
                        }
                    }
                    count => state[node][from] += u8::try_from(count.total()).ok()?,
                }
            }
        }
        Some(state)
    }

    /// The whole witness.
    pub(crate) fn answer(&self, proof: &Proof) -> Answer {
        let name = |node: &usize| self.nodes[*node].name.clone();
        let mut scenarios = Vec::new();
        for (fail, after) in self.fails.iter().zip(&proof.after) {
            for (lost, state) in fail.sets.iter().zip(after) {
                let placement = Some(self.placement(state));
                let (placement, moved) = if fail.evacuate {
                    (None, placement)
                } else {
                    (placement, None)
                };
                scenarios.push(Failed {
                    failed: lost.iter().map(name).collect(),
                    placement,
                    moved,
                });
            }
        }
        let witness = Witness {
            base: self.placement(&proof.base),
            scenarios,
        };
        answer(Verdict::Feasible, Some(witness))
    }

    /// The oracle's own reading of a witness: what is wrong with it.
    pub(crate) fn refuses(&self, witness: &Witness) -> Option<String> {
        let Some(base) = self.state(&witness.base) else {
            return Some("the base names what is not there".to_owned());
        };
        if !self.holds(&base, &self.whole()) {
            return Some("the base does not hold".to_owned());
        }
        for scenario in &witness.scenarios {
            let node = |name: &String| self.nodes.iter().position(|node| node.name == *name);
            let Some(mut lost) = scenario.failed.iter().map(node).collect::<Option<Vec<_>>>()
            else {
                return Some(format!("{:?} are no nodes", scenario.failed));
            };
            lost.sort_unstable();
            let fails = self.fails.iter().filter(|fail| {
                let mut sets = fail.sets.iter().map(|set| {
                    let mut set = set.clone();
                    set.sort_unstable();
                    set
                });
                fail.evacuate == scenario.moved.is_some() && sets.any(|set| set == lost)
            });
            let after = match (&scenario.placement, &scenario.moved) {
                (Some(all), None) => self.state(all),
                (None, Some(moved)) => self
                    .state(moved)
                    .map(|moved| self.moved(&base, &lost, &moved)),
                _ => None,
            };
            let Some(after) = after else {
                return Some(format!(
                    "after {:?}: names what is not there",
                    scenario.failed
                ));
            };
            let mut fails = fails;
            if !fails.any(|fail| self.holds(&after, &self.after(fail, &lost))) {
                return Some(format!("after {:?}: does not hold", scenario.failed));
            }
        }
        None
    }

    fn moved(&self, base: &State, lost: &[usize], moved: &State) -> State {
        let mut after = base.clone();
        for (at, (after, moved)) in after.iter_mut().zip(moved).enumerate() {
            if lost.contains(&at) {
                after.fill(0);
            }
            for (after, moved) in after.iter_mut().zip(moved) {
                *after += moved;
            }
        }
        after
    }
}

/// An answer that says so much and no more.
pub(crate) fn answer(verdict: Verdict, witness: Option<Witness>) -> Answer {
    Answer {
        verdict,
        witness,
        witness_compact: None,
        explanation: None,
        mends: Vec::new(),
        bounds: None,
        tried: Vec::new(),
        steps: BTreeMap::new(),
    }
}
