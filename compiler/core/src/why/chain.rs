//! The chain behind an origin.

use super::place::{Place, place};
use crate::{
    load::Sources,
    origin::{How, OriginId, Origins},
};

/// A chain of more links than this is cut: nobody reads on, and no estate needs it.
const LONGEST: usize = 64;

/// What happened at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The value, or the node, is written there.
    Written,
    /// The node there leaves it out, so that its kind's default holds.
    Default,
    /// A `like` there brought what stands in a profile.
    Like,
    /// A parameter is used there.
    Use,
    /// A parameter's value comes from there.
    Parameter,
    /// The parameter declared there was given its value from outside.
    Set,
    /// A phase worked it out; there is where from.
    Derived,
}

impl Role {
    /// Its name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Default => "default",
            Self::Like => "like",
            Self::Use => "use",
            Self::Parameter => "parameter",
            Self::Set => "set",
            Self::Derived => "derived",
        }
    }
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What happened.
    pub role: Role,
    /// Where; none for what only a phase did.
    pub place: Option<Place>,
    /// What happened, in words.
    pub words: String,
}

/// From an origin along all that it was made from, the nearest first.
pub fn chain(origins: &Origins, sources: &Sources, id: OriginId) -> Vec<Link> {
    let mut links = Vec::new();
    // The next origin stands last, with the role that whoever led to it knows.
    let mut due: Vec<(OriginId, Option<Role>)> = vec![(id, None)];
    while let Some((id, known)) = due.pop() {
        if links.len() >= LONGEST {
            break;
        }
        let origin = origins.get(id);
        let at = origin.span.and_then(|span| place(sources, span));
        let mut from: Vec<(OriginId, Option<Role>)> =
            origin.from.iter().map(|from| (*from, None)).collect();
        let role = match (origin.how, known) {
            (How::Profile, _) => {
                // The profile's own words come first, then the `like` that brought them.
                if let Some((_, role)) = from.get_mut(1) {
                    *role = Some(Role::Like);
                }
                None
            }
            (_, Some(known)) => Some(known),
            (How::Literal, None) if declares_parameter(at.as_ref()) => Some(Role::Parameter),
            (How::Literal, None) => Some(Role::Written),
            (How::Environment, None) => Some(Role::Parameter),
            (How::Default, None) => Some(Role::Default),
            (How::Param, None) if from.is_empty() => Some(Role::Set),
            (How::Param, None) => Some(Role::Use),
            (How::Derived(_), None) => (id != OriginId::NONE).then_some(Role::Derived),
        };
        if let Some(role) = role {
            let words = words(role, origin.how, at.as_ref());
            let link = Link {
                role,
                place: at,
                words,
            };
            if !links.contains(&link) {
                links.push(link);
            }
        }
        due.extend(from.into_iter().rev());
    }
    links
}

/// Whether a place is a property of a `param`, or in its block.
fn declares_parameter(at: Option<&Place>) -> bool {
    at.is_some_and(|at| match at.within.first() {
        Some(head) => head.starts_with("param "),
        None => at.column > 1 && at.text.starts_with("param "),
    })
}

fn words(role: Role, how: How, at: Option<&Place>) -> String {
    match role {
        Role::Written => written(at),
        Role::Default => "left out here, so the kind's default holds".to_owned(),
        Role::Like => match at {
            Some(at) => format!("brought by `{}`", at.text),
            None => "brought by a `like`".to_owned(),
        },
        Role::Use => "a parameter is used here".to_owned(),
        Role::Parameter if how == How::Environment => {
            "the parameter's value in this environment".to_owned()
        }
        Role::Parameter => "the parameter's default".to_owned(),
        Role::Set => "the parameter's value was given with `--set`".to_owned(),
        Role::Derived => match how {
            How::Derived(by) => format!("worked out by {by} from this"),
            _ => "worked out from this".to_owned(),
        },
    }
}

/// What stands written where.
fn written(at: Option<&Place>) -> String {
    let Some(at) = at else {
        return "written in the spec".to_owned();
    };
    let mut words = match at.inside("profile") {
        Some(profile) => format!("the profile `{profile}` says so"),
        None if at.is_library() => "declared by the standard library".to_owned(),
        None => "written here".to_owned(),
    };
    if let Some(env) = at.inside("in") {
        words += &format!(", for {env}");
    }
    words
}
