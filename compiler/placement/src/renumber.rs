//! What was found out about a part of a model, said of the whole.

use crate::fill::{Proof, Reason};

/// What a part's numbers are in the whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers<'n> {
    /// Of each shape.
    pub shapes: &'n [usize],
    /// Of each class, those that it is made of: class and nodes.
    pub classes: &'n [Vec<(usize, u32)>],
    /// Of each row.
    pub rows: &'n [usize],
    /// How many shapes and classes the whole has.
    pub many: (usize, usize),
}

impl Reason {
    /// The same reason in the numbers of the whole.
    pub(crate) fn renumbered(&self, numbers: &Numbers<'_>) -> Self {
        Self {
            shapes: self.shapes.iter().map(|at| numbers.shapes[*at]).collect(),
            rows: self.rows.iter().map(|at| numbers.rows[*at]).collect(),
            proof: self.proof.renumbered(numbers),
        }
    }
}

impl Proof {
    fn renumbered(&self, numbers: &Numbers<'_>) -> Self {
        match self {
            Self::Nowhere { shape } => Self::Nowhere {
                shape: numbers.shapes[*shape],
            },
            Self::Count { asked, fit, at } => Self::Count {
                asked: *asked,
                fit: *fit,
                at: shared_out(numbers, at),
            },
            Self::Sum {
                row,
                unit,
                asked,
                has,
                classes,
            } => Self::Sum {
                row: numbers.rows[*row],
                unit: *unit,
                asked: *asked,
                has: *has,
                classes: numbers.all_of(classes),
            },
            Self::Domains { .. } | Self::Spread { .. } | Self::United { .. } | Self::Search => {
                self.clone()
            }
            Self::Company { shape } => Self::Company {
                shape: numbers.shapes[*shape],
            },
            Self::Large {
                row,
                worth,
                nodes,
                asked,
                has,
            } => Self::Large {
                row: numbers.rows[*row],
                worth: worth
                    .iter()
                    .map(|(shape, worth)| (numbers.shapes[*shape], *worth))
                    .collect(),
                nodes: shared_out(numbers, nodes),
                asked: *asked,
                has: *has,
            },
            Self::Owners {
                topology,
                owners,
                has,
            } => Self::Owners {
                topology: *topology,
                owners: owners
                    .iter()
                    .map(|(shapes, need)| {
                        let shapes = shapes.iter().map(|shape| numbers.shapes[*shape]);
                        (shapes.collect(), *need)
                    })
                    .collect(),
                has: *has,
            },
            Self::Prices { worth, price } => {
                let (shapes, classes) = numbers.many;
                let mut all = (vec![0; shapes], vec![0; classes]);
                for (shape, worth) in numbers.shapes.iter().zip(worth) {
                    all.0[*shape] = *worth;
                }
                for (of, price) in numbers.classes.iter().zip(price) {
                    for (class, _) in of {
                        all.1[*class] = *price;
                    }
                }
                Self::Prices {
                    worth: all.0,
                    price: all.1,
                }
            }
        }
    }
}

impl Numbers<'_> {
    /// The classes of the whole that some of the part's are made of.
    fn all_of(&self, classes: &[usize]) -> Vec<usize> {
        let of = classes.iter().flat_map(|class| &self.classes[*class]);
        let mut all: Vec<usize> = of.map(|(class, _)| *class).collect();
        all.sort_unstable();
        all
    }
}

/// Class, nodes, and what each of them counts: the nodes shared out among the classes of the
/// whole.
fn shared_out<T: Copy + Ord>(
    numbers: &Numbers<'_>,
    at: &[(usize, u64, T)],
) -> Vec<(usize, u64, T)> {
    let mut all = Vec::new();
    for (class, nodes, each) in at {
        let mut left = *nodes;
        for (whole, count) in &numbers.classes[*class] {
            let here = left.min(u64::from(*count));
            if here > 0 {
                left -= here;
                all.push((*whole, here, *each));
            }
        }
    }
    all.sort_unstable();
    all
}
