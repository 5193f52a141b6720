//! What is asked: changes and limits as they are typed.

use std::{str::FromStr, time::Duration};

use tenantry_placement::{
    Options, STEPS,
    whatif::{Change, Unknown},
};

use super::words::listed;
use crate::exit::Failure;

/// `--add`
#[derive(Debug, Clone)]
pub(super) struct Adding(pub(super) Change);

impl FromStr for Adding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as 2xPOOL or 2xPOOL@ZONE".to_owned();
        let (nodes, rest) = text.split_once(['x', '×']).ok_or_else(wrong)?;
        let nodes = nodes.trim().parse().map_err(|_| wrong())?;
        let (pool, zone) = match rest.split_once('@') {
            Some((pool, zone)) => (pool, Some(zone.to_owned())),
            None => (rest, None),
        };
        if pool.is_empty() || zone.as_ref().is_some_and(String::is_empty) {
            return Err(wrong());
        }
        Ok(Self(Change::Add {
            nodes,
            pool: pool.to_owned(),
            zone,
        }))
    }
}

/// `--scale`
#[derive(Debug, Clone)]
pub(super) struct Scaling(pub(super) Change);

impl FromStr for Scaling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as WORKLOAD=REPLICAS".to_owned();
        let (workload, replicas) = text.rsplit_once('=').ok_or_else(wrong)?;
        Ok(Self(Change::Scale {
            workload: workload.to_owned(),
            replicas: replicas.parse().map_err(|_| wrong())?,
        }))
    }
}

/// How much may be tried.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Limits {
    /// The most steps of work; the same number leads to the same answer on every machine
    #[arg(long, value_name = "N")]
    pub(super) steps: Option<u64>,
    /// Stop after this long: 500ms, 10s, 2m. What is not decided by then is undecided
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) time_limit: Option<Duration>,
}

impl Limits {
    /// Does something within the limits.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Options<'_>) -> T) -> T {
        #[expect(
            clippy::disallowed_methods,
            reason = "a guard that the user asked for: it may leave a question open, and never answers one"
        )]
        let start = std::time::Instant::now();
        let guard = || {
            self.time_limit
                .is_some_and(|limit| start.elapsed() >= limit)
        };
        work(&Options {
            steps: self.steps.unwrap_or(STEPS),
            guard: self
                .time_limit
                .is_some()
                .then_some(&guard as &dyn Fn() -> bool),
            ..Options::default()
        })
    }
}

/// `500ms`, `10s`, `2m`, `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write it as 500ms, 10s, 2m or 1h".to_owned();
    let end = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (digits, unit) = text.split_at(end);
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(millis)
        .map(Duration::from_millis)
        .ok_or_else(wrong)
}

/// The most names that a help lists.
const LISTED: usize = 12;

/// A change names what is not there.
pub(super) fn unknown(unknown: Unknown) -> Failure {
    let failure = Failure::new(format!("there is no {} `{}`", unknown.kind, unknown.name));
    let known = &unknown.known;
    if known.is_empty() {
        return failure;
    }
    let mut shown: Vec<String> = known
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    if known.len() > LISTED {
        shown.push(format!("{} more", known.len() - LISTED));
    }
    failure.help(format!("there are {}", listed(&shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "5", "s", "5d", "-1s", "99999999999999999999s", "1.5s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn changes_are_typed_in_a_word() {
        let adding: Adding = "2xgpu-x@a".parse().unwrap();
        let Change::Add { nodes, pool, zone } = adding.0 else {
            panic!("nodes are added")
        };
        assert_eq!(
            (nodes, pool.as_str(), zone.as_deref()),
            (2, "gpu-x", Some("a"))
        );
        for wrong in ["gpu", "x", "2x", "axb", "2xgpu@"] {
            assert!(wrong.parse::<Adding>().is_err(), "{wrong}");
        }
        assert!("acme.trainer".parse::<Scaling>().is_err());
        assert!("acme.trainer=-1".parse::<Scaling>().is_err());
    }
}
