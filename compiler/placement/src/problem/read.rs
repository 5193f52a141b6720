//! Reads a problem from JSON, and refuses what makes none.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use super::{Affinity, Pool, Problem, Workload};

/// The largest figure that a problem may hold, times any ratio: sums over all nodes of a problem
/// stay far within 128 bits, and those over one node within 64.
const LARGEST: u64 = 1 << 56;
/// The most nodes, and the most replicas, of one problem.
const MANY: u64 = 10_000_000;

/// A problem, and what of its text was not understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The problem.
    pub problem: Problem,
    /// Fields that mean nothing here: `pools.0.colour`.
    pub ignored: Vec<String>,
}

/// Why a text is no problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where: `workloads.3.replicas`; empty for the whole.
    pub at: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() || self.at == "." {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.at, self.message)
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads `placement/1`.
///
/// # Errors
/// Says where the text is no JSON, or no problem.
pub fn read(text: &str) -> Result<Reading, ReadError> {
    let mut ignored = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let path = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let read = serde_ignored::deserialize(path, |field| ignored.push(field.to_string()));
    let problem: Problem = read.map_err(|error: serde_json::Error| ReadError {
        at: track.path().to_string(),
        message: error.to_string(),
    })?;
    json.end().map_err(|error| ReadError {
        at: String::new(),
        message: error.to_string(),
    })?;
    check(&problem)?;
    Ok(Reading { problem, ignored })
}

/// A field that is written as `null`: the same as one that is left out.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// A single value where a list is meant. Reads by what stands there, so that a mistake within it
/// is told with its own place and words.
pub(super) fn one_or_many<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_any(OneOrMany(PhantomData))
}

struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one entry or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(de::value::SeqAccessDeserializer::new(many))
    }

    fn visit_map<A: MapAccess<'de>>(self, one: A) -> Result<Self::Value, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(one)).map(|one| vec![one])
    }

    fn visit_str<E: de::Error>(self, one: &str) -> Result<Self::Value, E> {
        T::deserialize(de::value::StrDeserializer::new(one)).map(|one| vec![one])
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

fn error(at: impl Into<String>, message: impl Into<String>) -> ReadError {
    ReadError {
        at: at.into(),
        message: message.into(),
    }
}

fn check(problem: &Problem) -> Result<(), ReadError> {
    let mut names = BTreeSet::new();
    for (at, pool) in problem.pools.iter().enumerate() {
        let at = format!("pools.{at}");
        if !names.insert(&pool.name) {
            return Err(error(at, format!("two pools are called `{}`", pool.name)));
        }
        check_pool(&at, pool)?;
    }
    let mut names = BTreeSet::new();
    for (at, workload) in problem.workloads.iter().enumerate() {
        if !names.insert(workload.name.as_str()) || workload.name == "self" {
            let why = format!("`{}` cannot be a workload's name here", workload.name);
            return Err(error(format!("workloads.{at}.name"), why));
        }
    }
    for (at, workload) in problem.workloads.iter().enumerate() {
        check_workload(&format!("workloads.{at}"), workload, &names)?;
    }
    for (at, failures) in problem.failures.iter().enumerate() {
        for name in failures.pools.iter().flatten() {
            if !problem.pools.iter().any(|pool| pool.name == *name) {
                let why = format!("there is no pool `{name}`");
                return Err(error(format!("failures.{at}.pools"), why));
            }
        }
    }
    for (what, many) in [("nodes", problem.nodes()), ("replicas", problem.replicas())] {
        if many > MANY {
            return Err(error("", format!("{many} {what} are more than {MANY}")));
        }
    }
    Ok(())
}

fn check_pool(at: &str, pool: &Pool) -> Result<(), ReadError> {
    for (what, places) in [("zones", &pool.zones), ("racks", &pool.racks)] {
        let sum: u64 = places.values().map(|count| u64::from(*count)).sum();
        if !places.is_empty() && sum != u64::from(pool.count) {
            let why = format!("they hold {sum} nodes, and the pool has {}", pool.count);
            return Err(error(format!("{at}.{what}"), why));
        }
    }
    if pool.numa == 0 {
        return Err(error(format!("{at}.numa"), "a node has one cell at least"));
    }
    for (resource, amount) in pool.capacity.iter().chain(&pool.reserved) {
        small(&format!("{at}.capacity.{resource}"), *amount)?;
    }
    for (resource, (num, den)) in &pool.overcommit {
        let at = format!("{at}.overcommit.{resource}");
        if *num == 0 || *den == 0 {
            return Err(error(at, "a ratio has no 0"));
        }
        let has = pool.capacity.get(resource).copied().unwrap_or(0);
        small(&at, has.saturating_mul(*num))?;
        small(&at, *den)?;
    }
    Ok(())
}

fn check_workload(at: &str, workload: &Workload, names: &BTreeSet<&str>) -> Result<(), ReadError> {
    for (resource, amount) in &workload.requests {
        small(&format!("{at}.requests.{resource}"), *amount)?;
    }
    let with = |what: &str, list: &[Affinity]| {
        let mut all = list.iter().flat_map(|entry| &entry.with);
        match all.find(|name| *name != "self" && !names.contains(name.as_str())) {
            Some(unknown) => Err(error(
                format!("{at}.{what}"),
                format!("there is no workload `{unknown}`"),
            )),
            None => Ok(()),
        }
    };
    with("anti_affinity", &workload.anti_affinity)?;
    with("affinity", &workload.affinity)?;
    match workload
        .spread
        .iter()
        .position(|spread| spread.max_skew == 0)
    {
        Some(entry) => Err(error(
            format!("{at}.spread.{entry}"),
            "a skew is 1 at least",
        )),
        None => Ok(()),
    }
}

fn small(at: &str, amount: u64) -> Result<(), ReadError> {
    if amount > LARGEST {
        return Err(error(at, format!("{amount} is more than {LARGEST}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn null_is_what_is_left_out_is() {
        let written = read(
            r#"{"pools": [{"name": "p", "count": 1, "capacity": {"cpu": 2}, "zones": null,
                "racks": null, "reserved": null, "taints": null, "labels": null, "max_pods": null}],
                "workloads": [{"name": "w", "replicas": 1, "requests": {"cpu": 1}, "numa": null,
                "tenant": null, "isolation": null, "spread": null, "affinity": null,
                "anti_affinity": null, "selector": null, "dedicated": null}],
                "failures": null}"#,
        );
        let left_out = read(
            r#"{"pools": [{"name": "p", "count": 1, "capacity": {"cpu": 2}}],
                "workloads": [{"name": "w", "replicas": 1, "requests": {"cpu": 1}}]}"#,
        );
        assert_eq!(written, left_out);
        assert!(written.is_ok(), "{written:?}");
    }

    #[test]
    fn a_mistake_in_a_single_entry_is_told_where_it_is() {
        let of = |spread: &str| {
            format!(
                r#"{{"pools": [], "workloads": [{{"name": "w", "replicas": 1, "spread": {spread}}}]}}"#
            )
        };
        for spread in [r#"{"topology": "nod"}"#, r#"[{"topology": "nod"}]"#] {
            let told = read(&of(spread)).unwrap_err().to_string();
            assert!(told.contains("spread"), "{told}");
            assert!(told.contains("unknown variant `nod`"), "{told}");
        }
        let told = read(&of(r#"{"topology": "node", "skew": 2}"#)).unwrap();
        assert_eq!(told.ignored, ["workloads.0.spread.skew"]);
        assert!(
            read(&of("3"))
                .unwrap_err()
                .message
                .contains("one entry or a list")
        );
    }
}
