//! Decides whether what is asked for fits on what is there: with a witness that an independent
//! checker has read, or with the smallest reason why not, or, within a budget of steps, not at
//! all. It knows nothing of the language, reads nothing but its problem, and computes with
//! integers: where a linear program is asked, what it says is taken as a hint and proved again.

mod alike;
pub mod another;
pub mod answer;
mod bounds;
mod check;
mod components;
mod decide;
pub mod element;
mod evacuate;
pub mod explain;
mod failing;
mod failures;
pub mod fill;
mod greedy;
mod ground;
pub mod headroom;
mod keep;
mod lp;
pub mod model;
mod outward;
mod part;
pub mod problem;
mod refill;
mod renumber;
mod room;
mod search;
mod settle;
mod solve;
pub mod steps;
mod trail;
pub mod usage;
mod verify;
pub mod whatif;

pub use answer::{Answer, Verdict};
pub use decide::{Decision, decide};
pub use keep::{Stood, keep};
pub use outward::{MANY_FAILURES, MANY_NODES, MANY_REPLICAS};
pub use problem::{Problem, ReadError, Reading, read};
pub use solve::{Options, STEPS, solve};
pub use verify::verify;
