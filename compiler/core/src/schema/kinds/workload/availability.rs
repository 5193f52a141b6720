//! How available a workload must be.

use super::super::prelude::*;

/// A number, or a share of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountOrShare {
    /// This many.
    Count(u32),
    /// This share.
    Share(Percent),
}

impl Unit for CountOrShare {
    const NAME: &'static str = "count or percent";
    const EXAMPLE: &'static str = "1";
    const DOC: &'static str = "A number, or a share of all: `1`, \"25%\".";

    fn parse(text: &str) -> Result<Self, UnitError> {
        <Percent as Unit>::parse(text).map(Self::Share)
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        u32::try_from(n).map(Self::Count).map_err(|_| UnitError {
            message: format!("{n} is no number of replicas"),
            help: None,
            mend: None,
            at: None,
        })
    }
}

impl std::fmt::Display for CountOrShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Share(share) => share.fmt(f),
        }
    }
}

choices! {
    /// How replicas work together.
    pub enum Pattern_ {
        /// Each for itself.
        None = "none",
        /// One leads, the others follow.
        PrimaryReplica = "primary-replica",
        /// Most of them decide.
        Quorum = "quorum",
    }
}

kind! {
    /// How available it must be.
    pub struct Availability = "availability" {
        /// The share of time that it must answer.
        prop slo: Option<V<Percent>>;
        /// How long it may be away.
        prop rto: Option<V<Duration>>;
        /// How much of what was written may be lost.
        prop rpo: Option<V<Duration>>;
        /// How many may be away on purpose.
        prop max_unavailable: Option<V<CountOrShare>>;
        /// How its replicas work together.
        prop pattern: V<Pattern_> = "none";
    }
}
