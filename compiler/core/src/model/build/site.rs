//! Sites: the connections between them, and what else names one.

use super::{Builder, Parts};
use crate::{model::Link, schema::kinds};

impl Builder<'_> {
    pub(super) fn links(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        for link in std::mem::take(&mut spec.link) {
            let first = self.lookup.get(&self.tables.sites, &link.first, &[]);
            let second = self.lookup.get(&self.tables.sites, &link.second, &[]);
            if let (Some(first), Some(second)) = (first, second) {
                model.links.push(Link {
                    ends: [first, second],
                    spec: link,
                });
            }
        }
        model.links.sort_by_key(|link| link.ends.map(|end| end.to));
    }

    /// Reports sites of backup stores and outside systems that lead nowhere.
    pub(super) fn sites_of(&mut self, model: &Parts) {
        let stores = model.backup_stores.values();
        let externals = model.externals.values();
        let named = (stores.filter_map(|store| store.site.as_ref()))
            .chain(externals.filter_map(|external| Some(&external.site.as_ref()?.site)));
        for site in named {
            self.lookup.get(&self.tables.sites, site, &[]);
        }
    }
}
