//! The parts of a model that have nothing to do with each other: no replica of one can stand on a
//! node of another, and no rule speaks of both.

use crate::model::Model;

/// Shapes and the classes that they may stand on, or are counted on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Component {
    /// The shapes, in order.
    pub shapes: Vec<usize>,
    /// The classes, in order.
    pub classes: Vec<usize>,
}

/// Splits a model. Classes that nobody stands on are in none of the parts.
pub(crate) fn components(model: &Model) -> Vec<Component> {
    let shapes = model.shapes.len();
    // Shapes first, then classes.
    let mut joined = Joined::new(shapes + model.classes.len());
    for shape in 0..shapes {
        for class in 0..model.classes.len() {
            if model.fits_one(class, shape) {
                joined.join(shape, shapes + class);
            }
        }
    }
    for pair in model.apart.iter().chain(&model.together) {
        joined.join(pair.of, pair.with);
    }
    for even in &model.even {
        for class in (0..even.counts.len()).filter(|class| even.counts[*class]) {
            joined.join(even.of, shapes + class);
        }
    }
    let mut all: Vec<Component> = Vec::new();
    let mut known = vec![None; joined.above.len()];
    for shape in 0..shapes {
        let root = joined.root(shape);
        let at = *known[root].get_or_insert_with(|| {
            all.push(Component::default());
            all.len() - 1
        });
        all[at].shapes.push(shape);
    }
    for class in 0..model.classes.len() {
        if let Some(at) = known[joined.root(shapes + class)] {
            all[at].classes.push(class);
        }
    }
    all
}

/// Sets that are joined to larger ones.
struct Joined {
    above: Vec<usize>,
}

impl Joined {
    fn new(many: usize) -> Self {
        Self {
            above: (0..many).collect(),
        }
    }

    fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.above[a.max(b)] = a.min(b);
    }
}

impl Model {
    /// Whether a class admits a shape and one of its nodes has enough for one replica.
    pub(crate) fn fits_one(&self, class: usize, shape: usize) -> bool {
        let single = self.shapes[shape].single;
        self.shapes[shape].admits[class]
            && (0..self.rows.len()).all(|row| {
                let weight = self.weight(class, shape, row);
                let cell = self.classes[class].cell[row].filter(|_| single);
                weight <= self.classes[class].has[row] && cell.is_none_or(|has| weight <= has)
            })
    }
}
