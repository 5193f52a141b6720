//! Rules that the cluster enforces: what a backend needs to know to write one as a policy of its
//! own. The rule stays what it is; here is what the estate decides about it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    cel::{self, Budget, Expr, Problem, Value, Vars, With},
    diag::Level,
    levels,
    model::{Cluster, Estate, Id, Replicas, Workload},
    query::{Names, View},
    schema::{
        decode::{Judgement, UserRule},
        node::Formula,
    },
    units::Name,
};

/// A rule to be enforced in a cluster.
pub struct Enforced<'e> {
    /// The rule.
    pub rule: &'e UserRule,
    /// What it asks and says.
    pub judgement: &'e Judgement,
    /// How grave it is in this estate.
    pub level: Level,
    estate: &'e Estate,
    view: Arc<View>,
    cluster: Value,
    on: Id<Cluster>,
}

impl std::fmt::Debug for Enforced<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enforced")
            .field("rule", &self.rule.head.name)
            .finish_non_exhaustive()
    }
}

/// The rules that a cluster is to enforce, in the order of the text: neither those that are
/// switched off nor those whose `if` is false.
pub fn of_cluster(estate: &Estate, on: Id<Cluster>) -> Vec<Enforced<'_>> {
    let rules = &estate.text.rules;
    if rules.iter().all(|rule| rule.enforced.is_none()) {
        return Vec::new();
    }
    let view = View::of(estate);
    let cluster = view.cluster_named(estate.clusters[on].name.origin);
    let enforced = rules.iter().filter(|rule| rule.enforced.is_some());
    enforced
        .filter_map(|rule| {
            Some(Enforced {
                rule,
                judgement: rule.judgement.as_ref()?,
                level: levels::of_own(estate, rule),
                estate,
                view: view.clone(),
                cluster: cluster.clone(),
                on,
            })
        })
        .filter(|one| one.level != Level::Off && one.holds())
        .collect()
}

/// The names whose values one cluster's policy may hold, because they are the same for all that
/// is in the cluster.
pub const AROUND: [&str; 2] = ["cluster", "estate"];

impl<'e> Enforced<'e> {
    /// The value of a part of an expression that speaks of nothing but what the unit declares,
    /// [`AROUND`] and the environment.
    ///
    /// # Errors
    /// What has no value, at the part that has none.
    pub fn constant(&self, formula: &Formula, part: &Expr) -> Result<Value, Problem> {
        let names = Names::of_estate(self.estate, &self.view, self.rule.unit);
        let vars = With {
            name: "cluster",
            value: &self.cluster,
            rest: &names,
        };
        cel::evaluate_part(&formula.program, part, &vars, &mut Budget::default())
    }

    /// Whether a name is one of those.
    pub fn is_constant(&self, name: &str) -> bool {
        let names = Names::of_estate(self.estate, &self.view, self.rule.unit);
        AROUND.contains(&name) || names.get(name).is_some()
    }

    fn holds(&self) -> bool {
        let Some(condition) = &self.rule.condition else {
            return true;
        };
        let value = self.constant(condition, condition.program.tree());
        matches!(value, Ok(Value::Bool(true)))
    }

    /// Whether some workload of the cluster has its replicas counted for each zone.
    pub fn counts_per_zone(&self) -> bool {
        let mut all = self.estate.workloads_of(self.on);
        all.any(|(_, workload)| matches!(workload.replicas, Replicas::PerZone(_)))
    }

    /// The workloads of the cluster that the rule finds something in, with their namespaces.
    /// Where an error stops the build, what is built all the same is what an `allow` excuses.
    pub fn found(&self) -> Vec<Found<'e>> {
        let all = self.estate.workloads_of(self.on);
        all.filter(|(_, workload)| {
            let Some(chain) = self.view.workload_named(workload.name.origin) else {
                return false;
            };
            let names = Names::of_node(self.estate, &self.view, self.rule.unit, &chain);
            let when = &self.judgement.when.program;
            let value = cel::evaluate(when, &names, &mut Budget::default());
            matches!(value, Ok(Value::Bool(true)))
        })
        .map(|(_, workload)| Found {
            workload,
            namespace: &self.estate.tenants[workload.tenant].namespace.value,
        })
        .collect()
    }
}

/// A workload that a rule finds something in.
#[derive(Debug, Clone, Copy)]
pub struct Found<'e> {
    /// The workload.
    pub workload: &'e Workload,
    /// The namespace that its objects are in.
    pub namespace: &'e Name,
}

/// The values of names that a part of an expression takes from around it: all but the elements
/// of its own macros.
pub fn free_names(part: &Expr) -> BTreeMap<Arc<str>, &Expr> {
    let mut free = BTreeMap::new();
    part.walk(&mut |expr, bound| {
        if let cel::ExprKind::Name(name) = &expr.kind
            && !bound.contains(name)
        {
            free.entry(name.clone()).or_insert(expr);
        }
        true
    });
    free
}
