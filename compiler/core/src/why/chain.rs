//! The chain behind an origin.

use tenantry_syntax::Span;

use super::place::{Place, place};
use crate::{
    instances::{Cause, Instances},
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
    /// A call there was given it.
    Argument,
    /// A row of a table has it in this cell.
    Cell,
    /// A name stands for it since there.
    Let,
    /// It is worked out there from the value of a name.
    Use,
    /// What stands above is what this call stands for.
    Call,
    /// An `each` yielded what stands above for this row.
    Row,
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
            Self::Argument => "argument",
            Self::Cell => "cell",
            Self::Let => "let",
            Self::Use => "use",
            Self::Call => "call",
            Self::Row => "row",
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

/// From an origin along all that it was made from, the nearest first. What stands in expanded
/// text is followed by the call, or the row, that it was expanded for.
pub fn chain(origins: &Origins, sources: &Sources, id: OriginId) -> Vec<Link> {
    let mut links = Vec::new();
    // The next origin stands last, with the role that whoever led to it knows.
    let mut due: Vec<(OriginId, Option<Role>)> = vec![(id, None)];
    while let Some((id, known)) = due.pop() {
        if links.len() >= LONGEST {
            break;
        }
        let origin = origins.get(id);
        let real = |span| place(sources, origins.instances.real(span));
        let at = origin.span.and_then(real);
        let mut from: Vec<(OriginId, Option<Role>)> = origin
            .from
            .iter()
            .map(|from| (*from, argument(origins, origin.span, *from)))
            .collect();
        if let (How::Profile, Some((_, role))) = (origin.how, from.get_mut(1)) {
            // The profile's own words come first, then the `like` that brought them.
            *role = Some(Role::Like);
        }
        if let Some(role) = role(id, origin.how, known, at.as_ref()) {
            let words = words(role, origin.how, at.as_ref());
            let place = at;
            let expansions = origin
                .span
                .map(|span| expansions(&origins.instances, sources, span));
            let link = Link { role, place, words };
            for link in std::iter::once(link).chain(expansions.into_iter().flatten()) {
                if !links.contains(&link) {
                    links.push(link);
                }
            }
        }
        due.extend(from.into_iter().rev());
    }
    links
}

/// What happened where an origin is; `known` is what led to it. None where its parts say it all.
fn role(id: OriginId, how: How, known: Option<Role>, at: Option<&Place>) -> Option<Role> {
    Some(match (how, known) {
        (How::Profile, _) => return None,
        (_, Some(known)) => known,
        (How::Literal, None) => literal(at),
        (How::Environment, None) => Role::Parameter,
        (How::Default(_), None) => Role::Default,
        (How::Given, None) => Role::Set,
        (How::Param | How::Named, None) => match literal(at) {
            role @ (Role::Let | Role::Parameter | Role::Cell) => role,
            _ => Role::Use,
        },
        (How::Derived(_), None) if id == OriginId::NONE => return None,
        (How::Derived(_), None) => Role::Derived,
    })
}

/// What a text says by where it stands.
fn literal(at: Option<&Place>) -> Role {
    let Some(at) = at else { return Role::Written };
    match at.node.as_str() {
        "param" => Role::Parameter,
        _ if at.inside("param").is_some() => Role::Parameter,
        "let" => Role::Let,
        "row" | "column" if at.inside("table").is_some() => Role::Cell,
        _ => Role::Written,
    }
}

/// Whether a value was given by a call to the text that uses it.
fn argument(origins: &Origins, user: Option<Span>, value: OriginId) -> Option<Role> {
    let given = origins.get(value).span?;
    let is_given = origins.instances.causes(user?).iter().any(|cause| {
        matches!(cause, Cause::Call { at, .. }
            if at.file == given.file && at.start <= given.start && given.end <= at.end)
    });
    is_given.then_some(Role::Argument)
}

/// The calls and rows that a text was expanded for, the nearest first.
fn expansions(instances: &Instances, sources: &Sources, span: Span) -> Vec<Link> {
    let link = |cause: &Cause| match cause {
        Cause::Call { at, name, .. } => Link {
            role: Role::Call,
            place: place(sources, instances.real(*at)),
            words: format!("expanded from a call of `{name}`"),
        },
        Cause::Row { at, key } => Link {
            role: Role::Row,
            place: place(sources, instances.real(*at)),
            words: format!("for the row `{key}`"),
        },
    };
    instances.causes(span).into_iter().map(link).collect()
}

fn words(role: Role, how: How, at: Option<&Place>) -> String {
    let inside = |kind| at.and_then(|at| at.inside(kind));
    match role {
        Role::Written => written(at),
        Role::Default => "left out here, so the kind's default holds".to_owned(),
        Role::Like => match at {
            Some(at) => format!("brought by `{}`", at.text),
            None => "brought by a `like`".to_owned(),
        },
        Role::Argument => "given by this call".to_owned(),
        Role::Cell => match (inside("table"), at.map(|at| at.node.as_str())) {
            (Some(table), Some("column")) => {
                format!("the default of a column of the table `{table}`")
            }
            (Some(table), _) => format!("the table `{table}` says so"),
            (None, _) => "a table says so".to_owned(),
        },
        Role::Let => "a name stands for it here".to_owned(),
        Role::Use if how == How::Named => "the value of a name is used here".to_owned(),
        Role::Use => "worked out here".to_owned(),
        Role::Parameter if how == How::Environment => {
            "the parameter's value in this environment".to_owned()
        }
        Role::Parameter => match inside("define") {
            Some(define) => format!("the default of a parameter of `{define}`"),
            None => "the parameter's default".to_owned(),
        },
        Role::Set => "the parameter's value was given from outside".to_owned(),
        Role::Derived => match how {
            How::Derived(by) => format!("worked out by {by} from this"),
            _ => "worked out from this".to_owned(),
        },
        Role::Call => "expanded from this call".to_owned(),
        Role::Row => "for this row".to_owned(),
    }
}

/// What stands written where.
fn written(at: Option<&Place>) -> String {
    let Some(at) = at else {
        return "written in the spec".to_owned();
    };
    let mut words = match (at.inside("profile"), at.inside("define")) {
        (Some(profile), _) => format!("the profile `{profile}` says so"),
        (None, Some(define)) => format!("the definition `{define}` says so"),
        (None, None) if at.is_library() => "declared by the standard library".to_owned(),
        (None, None) => "written here".to_owned(),
    };
    if let Some(env) = at.inside("in") {
        words += &format!(", for {env}");
    }
    words
}
