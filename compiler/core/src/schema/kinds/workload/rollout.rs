//! How a new version takes the place of the old one.

use super::{super::prelude::*, CountOrShare};

choices! {
    /// How a new version takes the place of the old one.
    pub enum Strategy {
        /// Replica by replica.
        Rolling = "rolling",
        /// Beside the old one, until all change over at once.
        BlueGreen = "blue-green",
        /// For a growing share of the requests.
        Canary = "canary",
        /// After the old one is gone.
        Recreate = "recreate",
    }
}

kind! {
    /// How a new version takes the place of the old one.
    pub struct Rollout = "rollout" {
        /// In which way.
        prop strategy: V<Strategy> = "rolling";
        /// How many replicas there may be beyond the number wanted.
        prop max_surge: Option<V<CountOrShare>>;
        /// How long a new replica must be ready before the next one is replaced.
        prop pause: Option<V<Duration>>;
        /// A share of the requests, and how long it stays.
        child step: Vec<RolloutStep>;
        /// When the old version comes back.
        child rollback: Option<Rollback>;
    }
}

kind! {
    /// A share of the requests that the new version gets.
    pub struct RolloutStep = "step", key("share") {
        /// The share.
        arg share: V<Percent>;
        /// How long it stays at that.
        prop hold: Option<V<Duration>>;
    }
}

kind! {
    /// When the old version comes back.
    pub struct Rollback = "rollback" {
        /// After how long without a new version that is ready.
        prop after: V<Duration>;
    }
}
