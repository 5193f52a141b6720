//! A machine needs a feature that its hosts' processors do not have.

use super::models::{known_of, lacks};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::FeaturePolicy,
};

declare_rule! { pub RULE = "cpu-feature-missing", Cpu, Error, "a feature that the pool's processors do not have", include_str!("cpu_feature_missing.md") }

/// Reports each required feature at the first pool that lacks it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        let features = workload.spec.cpu.iter().flat_map(|cpu| &cpu.feature);
        for feature in features.filter(|it| it.policy.value == FeaturePolicy::Require) {
            let name = &feature.name.value;
            let lacking = workload.pools.iter().find_map(|pool| {
                let pool = &estate.pools[pool.to];
                let (line, has, model) = known_of(estate, pool)?;
                let from = lacks(name, line, has)?;
                Some((pool, model, from))
            });
            let Some((pool, model, from)) = lacking else {
                continue;
            };
            let message = format!(
                "`{}` needs `{name}`, which the {} of pool `{}` does not have",
                workload.path, pool.spec.cpu.model.value.text, pool.name.value
            );
            let why = match from {
                Some(first) => format!("processors of this maker have it from `{first}` on, and these are `{model}`; no node would be offered, and the machine waits for ever"),
                None => "no processor of this maker has it; no node would be offered, and the machine waits for ever".to_owned(),
            };
            findings.push(
                Diagnostic::new(&RULE, estate.span(feature.name.origin), message)
                    .label("not on its hosts")
                    .also(pool.spec.cpu.meta.span, format!("`{model}`"))
                    .why(why)
                    .help("leave it out, or choose a pool whose processors have it"),
            );
        }
    }
}
