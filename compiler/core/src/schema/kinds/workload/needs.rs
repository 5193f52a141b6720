//! What must run before a workload.

use super::super::{prelude::*, *};

choices! {
    /// How far something must have come.
    pub enum Until {
        /// It has started.
        Started = "started",
        /// It is ready.
        Ready = "ready",
        /// It has ended well.
        Done = "done",
    }
}

kind! {
    /// What must run before it. Orders; opens no flow.
    pub struct Needs = "needs", key("target") {
        /// The workload.
        arg target: V<NameOf<Workload>>;
        /// How far it must have come.
        prop until: V<Until> = "ready";
    }
}
