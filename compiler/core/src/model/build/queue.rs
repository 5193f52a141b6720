//! Queues, with the pools and tenants that they name.

use super::{Builder, Parts};
use crate::{model::Queue, schema::kinds};

impl Builder<'_> {
    pub(super) fn queues(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut queues: Vec<Queue> = std::mem::take(&mut spec.queue)
            .into_iter()
            .filter_map(|queue| self.queue(model, queue))
            .collect();
        queues.sort_by(|a, b| (a.cluster, &a.name.value).cmp(&(b.cluster, &b.name.value)));
        for queue in queues {
            let scope = model.clusters[queue.cluster].name.value.to_string();
            let name = queue.name.value.to_string();
            let id = model.queues.push(queue);
            self.tables().queues.insert(&scope, &name, id);
            self.lookup.mended("queue", &name);
        }
    }

    /// A queue. A pool or tenant that leads nowhere was reported, and is left out.
    fn queue(&mut self, model: &Parts, spec: kinds::Queue) -> Option<Queue> {
        let what = format!("queue `{}`", spec.name.value);
        let cluster = self.cluster_of(model, spec.cluster.as_ref(), &what, &spec.meta)?;
        let near = model.clusters[cluster].name.value.to_string();
        let named = spec.on.iter().flat_map(|on| &on.pools);
        let pools = named
            .filter_map(|pool| self.lookup.get(&self.tables.pools, pool, &[&near]))
            .collect();
        let shares = spec.share.iter().filter_map(|share| {
            let tenant = self.lookup.get(&self.tables.tenants, &share.tenant, &[])?;
            Some((tenant, share.clone()))
        });
        Some(Queue {
            name: spec.name.clone(),
            cluster,
            pools,
            shares: shares.collect(),
            spec,
        })
    }
}
