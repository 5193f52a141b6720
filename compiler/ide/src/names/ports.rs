//! Ports that a workload has without declaring them under its name: a profile, a definition or a
//! loop does.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{
    compile::Analysed,
    origin::{How, OriginId, Origins},
};
use tenantry_syntax::Span;

/// Where such ports stand, by the paths of their workloads.
#[derive(Debug, Default)]
pub(super) struct Ports {
    by_workload: BTreeMap<Arc<str>, Vec<(Arc<str>, Span)>>,
}

impl Ports {
    /// Those of all environments.
    pub(super) fn of(environments: &[Analysed]) -> Self {
        let mut ports = Self::default();
        for estate in environments.iter().map(|one| &one.kept.estate) {
            for workload in estate.workloads.values() {
                let is_own = is_plain(&estate.origins, workload.name.origin);
                for port in &workload.spec.port {
                    let origin = port.name.origin;
                    if is_own && is_plain(&estate.origins, origin) {
                        continue;
                    }
                    let Some(span) = estate.origins.editable(origin) else {
                        continue;
                    };
                    ports.add(&workload.path, port.name.value.as_str(), span);
                }
            }
        }
        ports
    }

    fn add(&mut self, workload: &Arc<str>, name: &str, span: Span) {
        let known = self.by_workload.entry(Arc::clone(workload)).or_default();
        if !known
            .iter()
            .any(|(other, at)| **other == *name && *at == span)
        {
            known.push((name.into(), span));
        }
    }

    /// Where the port of a workload stands, for each environment that has it from elsewhere.
    pub(super) fn of_workload(&self, workload: &str, name: &str) -> Vec<Span> {
        let known = self.by_workload.get(workload).into_iter().flatten();
        let known = known.filter(|(port, _)| **port == *name);
        known.map(|(_, span)| *span).collect()
    }
}

/// Whether a name is written where it holds, and nowhere else.
fn is_plain(origins: &Origins, name: OriginId) -> bool {
    let origin = origins.get(name);
    let is_expanded = |span| origins.instances.is_expanded(span);
    origin.how == How::Literal && !origin.span.is_some_and(is_expanded)
}
