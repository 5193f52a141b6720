//! Questions about a workload whose pods policies tell apart: they have one answer where it is the
//! same for all of these pods.

use tenantry_reach::{End, Judge, PodId};

use super::{ends::Unknown, words};

/// The most pairs of pods that one question may be about.
const MOST: usize = 10_000;

/// What mends a question that has no single answer.
const HELP: &str = "ask about single pods, by their own names: `shop/db-0`";

/// Two ends that stand for all whom a question is about, as far as `verdict` goes.
///
/// # Errors
/// Verdicts differ, or there are too many to be looked for.
pub(super) fn one<V: PartialEq>(
    judge: &Judge<'_>,
    (from, to): (&[End], &[End]),
    verdict: impl Fn((End, End)) -> V,
) -> Result<(End, End), Unknown> {
    let pairs = pairs(judge, from, to)?;
    let Some((first, others)) = pairs.split_first() else {
        return Err(unknown("nobody is asked about".to_owned()));
    };
    if others.is_empty() {
        return Ok(*first);
    }
    let known = verdict(*first);
    match others.iter().find(|pair| verdict(**pair) != known) {
        None => Ok(*first),
        Some(other) => {
            let name = |(from, to): &(End, End)| {
                format!("{} → {}", words::end(judge, *from), words::end(judge, *to))
            };
            Err(unknown(format!(
                "policies tell pods of one workload apart, and {} has another answer than {}",
                name(other),
                name(first)
            )))
        }
    }
}

/// The pairs whose answers may differ. Where several are meant nobody calls itself: a workload that
/// is asked against itself is two of its pods.
fn pairs(judge: &Judge<'_>, from: &[End], to: &[End]) -> Result<Vec<(End, End)>, Unknown> {
    let [from, to] = [from, to].map(|ends| unlike(judge, ends));
    let count = from.len().saturating_mul(to.len());
    if count > MOST {
        return Err(unknown(format!(
            "policies tell so many of these pods apart that the answer would have to be looked for \
             {count} times, and at most {MOST} are"
        )));
    }
    let pairs = from
        .iter()
        .flat_map(|from| to.iter().map(move |to| (*from, *to)));
    Ok(pairs
        .filter(|(from, to)| count == 1 || from != to)
        .collect())
}

/// Those whose answers may differ.
fn unlike(judge: &Judge<'_>, ends: &[End]) -> Vec<End> {
    let pods = ends.iter().map(|end| match end {
        End::Pod(pod) => Some(*pod),
        End::Address(_) => None,
    });
    match pods.collect::<Option<Vec<PodId>>>() {
        Some(pods) => judge.unlike(&pods).into_iter().map(End::Pod).collect(),
        None => ends.to_vec(),
    }
}

fn unknown(message: String) -> Unknown {
    Unknown {
        message,
        help: Some(HELP.to_owned()),
    }
}
