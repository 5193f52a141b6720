//! What can be wrong with parameters, profiles and environments.

use std::sync::Arc;

use tenantry_syntax::Span;

use crate::{
    cel,
    diag::{Diagnostic, nearest::nearest, rule_set},
    load::rules::LIMIT_PASSED,
    origin::Origins,
    schema::{
        kind::{Kind, Slot},
        rules::{DUPLICATE_NODE, WRONG_VALUE},
        ty::Lit,
    },
    units::UnitError,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNKNOWN_PARAMETER = "unknown-parameter", Language, Error, "a value given from outside for a parameter that nobody declares", include_str!("pages/unknown-parameter.md");
    PARAMETER_WITHOUT_VALUE = "parameter-without-value", Language, Error, "a parameter that nothing gives a value in some environment", include_str!("pages/parameter-without-value.md");
    PARAMETER_OUT_OF_BOUNDS = "parameter-out-of-bounds", Language, Error, "a parameter's value outside what its declaration allows", include_str!("pages/parameter-out-of-bounds.md");
    UNKNOWN_ENVIRONMENT = "unknown-environment", Language, Error, "an environment that the estate does not declare", include_str!("pages/unknown-environment.md");
    UNKNOWN_PROFILE = "unknown-profile", Language, Error, "a `like` that names no profile of that kind", include_str!("pages/unknown-profile.md");
    PROFILE_CIRCLE = "profile-circle", Language, Error, "profiles that are like each other in a circle", include_str!("pages/profile-circle.md");
}

/// A value that a parameter put where its type does not fit.
pub fn wrong_parameter(
    slot: &Slot,
    span: Span,
    lit: &Lit,
    error: &UnitError,
    made_from: Option<Span>,
) -> Diagnostic {
    let mut finding = Diagnostic::new(
        &WRONG_VALUE,
        span,
        format!("`{}`: {}", slot.name, error.message),
    )
    .label(format!("here it is {}", lit.describe()))
    .maybe_help(error.help.clone());
    if let Some(from) = made_from {
        finding = finding.also(from, "the value comes from here");
    }
    finding
}

/// A value from outside for a parameter that nobody declares.
pub fn unknown_set(name: &str, known: &[String]) -> Diagnostic {
    let finding = Diagnostic::nowhere(
        &UNKNOWN_PARAMETER,
        format!("`--set {name}=…`: no `param` is called `{name}`"),
    );
    match (nearest(name, known.iter().map(String::as_str)), known) {
        (Some(near), _) => finding.help(format!("did you mean `{near}`?")),
        (None, []) => finding.help("the estate declares no parameters"),
        (None, known) => finding.help(format!("it declares {}", known.join(", "))),
    }
}

/// A parameter that has no value.
pub fn without_value(name: &str, span: Span, env: Option<&str>) -> Diagnostic {
    let place = env.map_or(String::new(), |env| format!(" in {env}"));
    Diagnostic::new(
        &PARAMETER_WITHOUT_VALUE,
        span,
        format!("the parameter `{name}` has no value{place}"),
    )
    .label("declared without `default`")
    .help(format!(
        "give it `default=…`, a value per environment (`in ENV VALUE`), or `--set {name}=…`"
    ))
}

/// A value outside `min`, `max`, `pattern` or `one-of`.
pub fn out_of_bounds(name: &str, lit: &Lit, span: Span, bound: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        &PARAMETER_OUT_OF_BOUNDS,
        span,
        format!("the parameter `{name}` is {lit}, {bound}"),
    )
    .label("this value")
    .also(declared, "declared here")
    .help("choose a value within the bound, or widen the bound where the parameter is declared")
}

/// An environment that the estate does not declare.
pub fn unknown_environment(env: &str, span: Span, known: &[Arc<str>]) -> Diagnostic {
    let finding = Diagnostic::new(
        &UNKNOWN_ENVIRONMENT,
        span,
        format!("the estate declares no environment `{env}`"),
    )
    .label("unknown");
    match (nearest(env, known.iter().map(|k| &**k)), known) {
        (Some(near), _) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
        (None, []) => finding.help(format!(
            "declare it in the estate: `estate … {{ env {env} }}`"
        )),
        (None, known) => finding.help(format!("it declares {}", known.join(", "))),
    }
}

/// An environment asked for on the command line that the estate does not declare.
pub fn no_such_environment(env: &str, known: &[Arc<str>]) -> Diagnostic {
    let finding = Diagnostic::nowhere(
        &UNKNOWN_ENVIRONMENT,
        format!("the estate declares no environment `{env}`"),
    );
    match known {
        [] => finding.help("it declares none: build without `--env`"),
        known => finding.help(format!("it declares {}", known.join(", "))),
    }
}

/// A `like` that names nothing, or a profile for another kind.
pub fn unknown_profile(
    name: &str,
    span: Span,
    kind: &str,
    known: &[String],
    shelved: &[&str],
    other: Option<Span>,
) -> Diagnostic {
    let finding = Diagnostic::new(
        &UNKNOWN_PROFILE,
        span,
        format!("no profile for a {kind} is called `{name}`"),
    )
    .label("unknown");
    if let Some(other) = other {
        return finding.also(other, "this one is for another kind");
    }
    let all = known
        .iter()
        .map(String::as_str)
        .chain(shelved.iter().copied());
    match nearest(name, all) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
        None => finding.help(instead_of_profile(name, kind, known)),
    }
}

/// What there is to be like, where no name is near.
fn instead_of_profile(name: &str, kind: &str, known: &[String]) -> String {
    let mut ways = Vec::new();
    match known {
        [] => {}
        [only] => ways.push(format!("there is `{only}`")),
        few if few.len() <= 12 => ways.push(format!("there are {}", few.join(", "))),
        many => ways.push(format!("{} are declared", many.len())),
    }
    match name.split_once('.') {
        // It is for the package to declare it.
        Some((_, bare)) => ways.push(format!(
            "declare it in the package: `{}`",
            profile_of(bare, kind)
        )),
        None if kind == "workload" => {
            ways.push(format!("declare one (`{}`)", profile_of(name, kind)));
            ways.push("take one of the standard library: ai-training, batch-task, database, edge-inference, web-service".to_owned());
        }
        None => ways.push(format!("declare one (`{}`)", profile_of(name, kind))),
    }
    ways.join(", or ")
}

/// How a profile is declared.
fn profile_of(name: &str, kind: &str) -> String {
    match kind {
        "workload" => format!("profile {name} {{ … }}"),
        kind => format!("profile {name} for={kind} {{ … }}"),
    }
}

/// Profiles in a circle.
pub fn profile_circle(name: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::new(
        &PROFILE_CIRCLE,
        span,
        format!("the profile `{name}` is like itself, by way of this `like`"),
    )
    .label("closes the circle")
    .also(declared, "the profile")
    .help("take one `like` of the circle away")
}

/// An expression that is a list or a node where one value is due.
pub fn not_a_value(noun: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &WRONG_VALUE,
        span,
        format!("this expression is {noun}, and here is room for one value"),
    )
    .label("not one value")
    .help("choose one of it, or repeat the node with `each`")
}

/// More nodes than an estate may have, and the loop or call that brought most of them.
pub fn too_many_nodes(
    found: usize,
    limit: usize,
    at: Option<Span>,
    most: Option<(String, Span, usize)>,
) -> Diagnostic {
    let words = format!("the estate has more than {limit} nodes, with all that it expands into");
    if let Some((what, span, count)) = most {
        return Diagnostic::new(&LIMIT_PASSED, span, words)
            .label(format!("{what} had brought {count} when it was stopped"))
            .help(format!(
                "make it smaller, or allow more with `--limit nodes={}`",
                limit.saturating_mul(4)
            ));
    }
    let words = format!("{words}: {found} so far");
    let finding = match at {
        Some(span) => Diagnostic::new(&LIMIT_PASSED, span, words),
        None => Diagnostic::nowhere(&LIMIT_PASSED, words),
    };
    finding.help("a large profile counts anew for each node that is like it: make it smaller, split the estate, or allow more with `--limit nodes=…`")
}

/// A text that its expressions make longer than a text may be.
pub fn too_long_a_text(span: Span) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!(
            "with the values of its expressions this text is longer than {} KiB",
            cel::limits::STRING_BYTES >> 10
        ),
    )
    .label("grows too long")
    .help("a long text belongs into the body of a `file`, whose length is not computed")
}

/// All expressions together take longer than they may.
pub fn too_many_steps(span: Span, limit: u64) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!("the estate's expressions take more than {limit} steps, all together"),
    )
    .label("one too many")
    .help("work out once, in a `let`, what many places need, or allow more with `--limit steps=…`")
}

/// All texts together that expressions make.
pub fn too_much_text(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!("expressions make more than {limit} bytes of text, all together"),
    )
    .label("one too many")
    .help("make them shorter or fewer, or allow more with `--limit made-bytes=…`")
}

/// More environments than are compiled at once.
pub fn too_many_environments(at: Option<Span>, limit: usize) -> Diagnostic {
    let words = format!("the estate has more than {limit} environments");
    let finding = match at {
        Some(span) => Diagnostic::new(&LIMIT_PASSED, span, words).label("one too many"),
        None => Diagnostic::nowhere(&LIMIT_PASSED, words),
    };
    finding.help("allow more with `--limit environments=…`: each is an estate of its own, with the time and memory of one")
}

/// Profiles that are like each other in a long chain.
pub fn too_long_a_chain(name: &str, span: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!("the profile `{name}` comes by a chain of more than {limit} profiles"),
    )
    .label("one too many")
    .help("join some of them, or allow it with `--limit profiles=…`")
}

/// Calls within calls beyond the bound.
pub fn too_deep(name: &str, span: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!("`{name}` stands {limit} calls deep; deeper ones are not followed"),
    )
    .label("one call too deep")
    .help("let a definition stand for more, or allow it with `--limit expansions=…`")
}

/// Two nodes with one key, or two of what may stand once.
pub fn duplicate(kind: &Kind, key: &str, span: Span, first: Span, origins: &Origins) -> Diagnostic {
    let what = match key {
        "" => format!("`{}` stands twice in this block", kind.name),
        key => format!("{} `{key}` stands twice in this scope", kind.name),
    };
    let instances = &origins.instances;
    if instances.real(span) == instances.real(first) && span != first {
        let (row, other) = (instances.place(span).rows, instances.place(first).rows);
        if let (Some((row, key)), Some((_, other))) = (row.first(), other.first()) {
            return Diagnostic::new(&DUPLICATE_NODE, *row, what)
                .label(format!("`{key}` yields the same as `{other}`"))
                .also(instances.place(span).span, "here")
                .help("use something of the row in its name, such as `${row.key}`");
        }
    }
    Diagnostic::new(&DUPLICATE_NODE, span, what)
        .label("the second one")
        .also(first, "the first one")
        .help(format!(
            "give one of them another {}, or join what they say",
            told_by(kind)
        ))
}

/// What tells nodes of a kind apart, in words: a name, or whatever its key is made of.
fn told_by(kind: &Kind) -> String {
    let slots = kind.key.iter().filter_map(|field| kind.slot(*field));
    let mut names: Vec<String> = slots.map(|slot| format!("`{}`", slot.name)).collect();
    match names.pop() {
        Some(last) if !names.is_empty() && last != "`name`" => {
            format!("{} or {last}", names.join(", "))
        }
        _ => "name".to_owned(),
    }
}
