//! Which variable is chosen next: the most active one.

/// A binary heap of variables by activity; equally active ones by number.
#[derive(Debug)]
pub(super) struct Heap {
    activity: Vec<f64>,
    /// Where in `heap` a variable is, `None` while it is set.
    place: Vec<Option<usize>>,
    heap: Vec<usize>,
    step: f64,
}

impl Default for Heap {
    fn default() -> Self {
        Self {
            activity: Vec::new(),
            place: Vec::new(),
            heap: Vec::new(),
            step: 1.0,
        }
    }
}

/// How much less a conflict counts than the one after it.
const DECAY: f64 = 0.95;

/// Beyond this all activities are made small again.
const LARGEST: f64 = 1e100;

impl Heap {
    /// Adds the next variable.
    pub(super) fn add(&mut self) {
        let var = self.activity.len();
        self.activity.push(0.0);
        self.place.push(Some(self.heap.len()));
        self.heap.push(var);
        self.up(self.heap.len() - 1);
    }

    /// Makes a variable so active, before anything is known.
    pub(super) fn weigh(&mut self, var: usize, weight: f64) {
        self.activity[var] += weight;
        if let Some(at) = self.place[var] {
            self.up(at);
        }
    }

    /// A variable took part in a conflict.
    pub(super) fn bump(&mut self, var: usize) {
        self.activity[var] += self.step;
        if self.activity[var] > LARGEST {
            for activity in &mut self.activity {
                *activity /= LARGEST;
            }
            self.step /= LARGEST;
        }
        if let Some(at) = self.place[var] {
            self.up(at);
        }
    }

    /// A conflict is over.
    pub(super) fn decay(&mut self) {
        self.step /= DECAY;
    }

    /// Takes the most active variable.
    pub(super) fn pop(&mut self) -> Option<usize> {
        let last = self.heap.pop()?;
        let Some(top) = self.heap.first_mut() else {
            self.place[last] = None;
            return Some(last);
        };
        let var = std::mem::replace(top, last);
        self.place[var] = None;
        self.place[last] = Some(0);
        self.down(0);
        Some(var)
    }

    /// Puts a variable back.
    pub(super) fn back(&mut self, var: usize) {
        if self.place[var].is_none() {
            self.place[var] = Some(self.heap.len());
            self.heap.push(var);
            self.up(self.heap.len() - 1);
        }
    }

    fn before(&self, one: usize, other: usize) -> bool {
        let (a, b) = (self.activity[one], self.activity[other]);
        a > b || (a >= b && one < other)
    }

    fn up(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.before(self.heap[at], self.heap[parent]) {
                break;
            }
            self.swap(at, parent);
            at = parent;
        }
    }

    fn down(&mut self, mut at: usize) {
        loop {
            let mut most = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.heap.len() && self.before(self.heap[child], self.heap[most]) {
                    most = child;
                }
            }
            if most == at {
                return;
            }
            self.swap(at, most);
            at = most;
        }
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.heap.swap(one, other);
        self.place[self.heap[one]] = Some(one);
        self.place[self.heap[other]] = Some(other);
    }
}
