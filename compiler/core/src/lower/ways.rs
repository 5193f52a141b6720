//! What the ways in of a workload are called: the objects that are emitted for `expose`.

use std::{collections::BTreeSet, iter};

use super::names::LABEL;
use crate::{
    model::{Expose, Workload},
    schema::kinds::Via,
};

/// What an `expose` becomes: names are given once among the objects of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Becomes {
    Route,
    Service,
    /// Nothing that has a name.
    Nothing,
}

impl Becomes {
    fn of(expose: &Expose) -> Self {
        match expose.spec.via.value {
            Via::Gateway | Via::Ingress => Self::Route,
            Via::LoadBalancer | Via::NodePort => Self::Service,
            Via::SshGateway | Via::Direct => Self::Nothing,
        }
    }
}

/// The exposed port's name; one that has none is called after its number: `tcp-8080`.
pub fn port_name(expose: &Expose) -> String {
    match &expose.name {
        Some(name) => name.to_string(),
        None => expose.port.name(),
    }
}

/// The ways in of a workload, each with what stands behind the workload's name in that of its
/// object: `http`. The first of a port is called as if it were alone. A further one has its host
/// there too, `http-b-example-com`, so that its name stays what it is when others come and go.
pub fn ways(workload: &Workload) -> Vec<(&Expose, String)> {
    let room = LABEL.saturating_sub(workload.name.value.as_str().len() + 1);
    let mut taken = BTreeSet::new();
    let mut is_free = |expose, name: &String| taken.insert((Becomes::of(expose), name.clone()));
    let exposes = workload.exposes.iter();
    let firsts: Vec<bool> = exposes
        .clone()
        .map(|expose| is_free(expose, &port_name(expose)))
        .collect();
    let named = exposes.zip(firsts).map(|(expose, first)| {
        let name = match first {
            true => None,
            false => further(expose, room).find(|name| is_free(expose, name)),
        };
        (expose, name.unwrap_or_else(|| port_name(expose)))
    });
    named.collect()
}

/// Names of a further way in of a port, the best first, of at most this many characters where that
/// can be.
fn further(expose: &Expose, room: usize) -> impl Iterator<Item = String> {
    let port = port_name(expose);
    let whole = format!("{port}-{}", apart(expose));
    let best = cut(&whole, room.max(port.len() + 2));
    // Names that are the same once they are cut are counted.
    let counted = (2_u32..).map(move |number| {
        let number = format!("-{number}");
        let left = room.saturating_sub(number.len()).max(port.len());
        cut(&whole, left) + &number
    });
    iter::once(best).chain(counted)
}

/// What tells a way in from others of its port, as a part of a name.
fn apart(expose: &Expose) -> String {
    match &expose.spec.host {
        Some(host) => host
            .value
            .to_string()
            .replace('*', "wildcard")
            .replace('.', "-"),
        None => expose.spec.via.value.word().to_owned(),
    }
}

/// So many characters at most; a name ends in a letter or digit.
fn cut(name: &str, most: usize) -> String {
    let kept = name.get(..most).unwrap_or(name);
    kept.trim_end_matches('-').to_owned()
}
