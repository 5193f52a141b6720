//! What an estate means before any phase has judged it.

use super::{Options, Run, Summary, environments, finish, read};
use crate::{
    diag::{self, Diagnostic, Findings, Level},
    instances::Instances,
    load::Library,
    model,
    outcome::Clean,
    resolve, schema,
    world::World,
};

/// What an estate's text means in each of its environments, before any phase has judged it.
#[derive(Debug)]
pub struct Trees {
    /// The run.
    pub run: Run,
    /// The typed text; none of an estate that cannot be read.
    pub typed: Option<schema::TypedEstate>,
    /// The nodes of each environment that was asked for; none beside an error.
    pub environments: Vec<resolve::Resolved>,
}

/// Resolves an estate and goes no further. An error is told where the nodes would not mean
/// anything: in the text, in what is worked out from it, in what a name leads to. Whether the
/// estate can be built is `check`'s to say, and so is everything below an error.
pub fn trees(world: &dyn World, library: Library, options: &Options) -> Trees {
    let mut findings = Findings::new();
    let (sources, typed) = read(world, library, options, &mut findings);
    let mut resolved = Vec::new();
    if let Some(typed) = &typed {
        let mut per_env = Vec::new();
        for env in environments(typed, options, &mut findings) {
            let resolve = || resolve::resolve(typed, env.as_ref(), &options.sets);
            // The model takes the nodes apart, so it gets its own.
            let mut instances = Instances::default();
            let mut judged = resolve().then(|resolved| {
                instances.clone_from(&resolved.origins.instances);
                model::build(resolved, &typed.words.vocabulary)
            });
            instances.settle(&mut judged.findings);
            per_env.push((env.clone().unwrap_or_default(), judged.findings));
            let wanted = |wanted: &String| env.as_deref() == Some(wanted);
            if options.env.as_ref().is_none_or(wanted) {
                resolved.extend(resolve().value);
            }
        }
        findings.extend(diag::merge_envs(per_env));
    }
    // An environment that was not asked for cannot stand in the way.
    let concerns = |finding: &Diagnostic| {
        let wanted = |wanted: &String| finding.envs.iter().any(|env| **env == **wanted);
        finding.envs.is_empty() || options.env.as_ref().is_none_or(wanted)
    };
    findings.retain(|finding| finding.level >= Level::Error && concerns(finding));
    if Clean::of(&findings).is_none() {
        resolved.clear();
    }
    Trees {
        run: finish(sources, findings, Summary::default()),
        typed,
        environments: resolved,
    }
}
