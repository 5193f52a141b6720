//! What becomes of a declaration, in a line above it: how full a pool is, how much of a quota is
//! asked for, where a workload stands, who may talk to it.
//!
//! Where lines stand is asked of the newest text and costs little; what they say is worked out
//! for one line when that is about to be seen.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use tenantry_core::{
    compile::{Analysed, Kept},
    diag::Level,
    flows::{Flow, Peer},
    model::{Estate, Id, Quota, Tenant, Workload},
    place::{Posed, booked},
};
use tenantry_placement::{
    Answer,
    usage::{PoolUsage, Taken, of_alike, of_nodes},
};

use tenantry_syntax::ast::{Entry, Node, Scalar};

use crate::{
    cursor::first_argument,
    host::{File, Snapshot},
};

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LensSort {
    /// How full a pool is.
    Fill,
    /// How much of a quota its tenant asks for.
    Quota,
    /// On how many nodes a workload stands.
    Place,
    /// Who may talk to a workload, and to whom it may.
    Flows,
    /// What is emitted for a workload.
    Emitted,
    /// Whether a test passes.
    Test,
}

impl LensSort {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Fill,
        Self::Quota,
        Self::Place,
        Self::Flows,
        Self::Emitted,
        Self::Test,
    ];

    /// A word for it, to be carried along until it is asked what it says.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Quota => "quota",
            Self::Place => "place",
            Self::Flows => "flows",
            Self::Emitted => "emitted",
            Self::Test => "test",
        }
    }
}

/// A line above a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The name that is declared.
    pub range: Range<u32>,
    /// What it is about.
    pub sort: LensSort,
    /// Of what: `acme.web`, a pool's or a test's name; of a quota its tenant, and after a `/` the
    /// cluster where the quota names one.
    pub of: Arc<str>,
}

/// The lines of a file, in the order of its text, that have something to say in the environment of
/// that name or else the first, or may have once more is known.
pub fn lenses(snapshot: &Snapshot, env: Option<&str>, path: &str) -> Vec<Lens> {
    let Some(file) = snapshot.file(path) else {
        return Vec::new();
    };
    let mut found = places(snapshot, file);
    let kept = environment(snapshot, env).map(|one| &one.kept);
    // Beside a mistake each says that there is one.
    if let Some(kept) = kept.filter(|_| !has_errors(snapshot)) {
        let workloads = kept.estate.workloads.iter();
        let known = Known {
            kept,
            workloads: workloads.map(|(id, one)| (&*one.path, id)).collect(),
            is_all: snapshot.is_current(),
        };
        found.retain(|lens| known.may_tell(lens));
    }
    found
}

/// What lines can be told from.
struct Known<'k> {
    kept: &'k Kept,
    /// The workloads by their paths.
    workloads: BTreeMap<&'k str, Id<Workload>>,
    /// Whether what is in none of it is nowhere, and not just typed.
    is_all: bool,
}

impl Known<'_> {
    /// Whether a line has something to say. A job stands nowhere for long, and what is not there
    /// in an environment has no place, no flows and no output.
    fn may_tell(&self, lens: &Lens) -> bool {
        match lens.sort {
            LensSort::Place => match self.workloads.get(&*lens.of) {
                Some(id) => self.kept.placement.is_none() || stands_on(self.kept, *id).is_some(),
                None => !self.is_all,
            },
            LensSort::Flows | LensSort::Emitted => {
                !self.is_all || self.workloads.contains_key(&*lens.of)
            }
            LensSort::Fill | LensSort::Quota | LensSort::Test => true,
        }
    }
}

/// All lines that a file may have.
fn places(snapshot: &Snapshot, file: File<'_>) -> Vec<Lens> {
    let mut found = Vec::new();
    let tests = file.parse.document().nodes();
    let tests: Vec<_> = tests.filter(|node| node.name() == "test").collect();
    for declared in &snapshot.outline(file).declared {
        // What a test has given is not in the estate that is told of.
        let given = |test: &Node<'_>| {
            let (test, own) = (test.span(), declared.span);
            test.start <= own.start && own.end <= test.end
        };
        if tests.iter().any(given) {
            continue;
        }
        let range = declared.name_span.start..declared.name_span.end;
        let mut add = |sort, of: Arc<str>| {
            let range = range.clone();
            found.push(Lens { range, sort, of });
        };
        match declared.sort {
            "pool" => add(LensSort::Fill, declared.name.clone()),
            "workload" if !declared.scope.is_empty() => {
                let of: Arc<str> = format!("{}.{}", declared.scope, declared.name).into();
                // What is worked out is one workload in each call or row, or none.
                if of.contains('$') {
                    continue;
                }
                add(LensSort::Place, of.clone());
                add(LensSort::Flows, of.clone());
                add(LensSort::Emitted, of);
            }
            _ => {}
        }
    }
    for node in file.parse.document().nodes() {
        let Some(name) = first_argument(node) else {
            continue;
        };
        let mut add = |node: Node<'_>, sort, of: Arc<str>| {
            let span = node.name_span();
            let range = span.start..span.end;
            found.push(Lens { range, sort, of });
        };
        match &*node.name() {
            "test" => add(node, LensSort::Test, name.into()),
            "tenant" => {
                for quota in node.nodes().filter(|child| child.name() == "quota") {
                    let cluster = cluster_of(quota);
                    let of = cluster.map_or_else(|| name.clone(), |at| format!("{name}/{at}"));
                    add(quota, LensSort::Quota, of.into());
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|lens| lens.range.start);
    found
}

/// The cluster that a quota names.
fn cluster_of(quota: Node<'_>) -> Option<String> {
    quota.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == "cluster" => match prop.value() {
            Scalar::Str(name) => Some(name.into_owned()),
            _ => None,
        },
        _ => None,
    })
}

/// What a line says, in the environment of that name or else the first; nothing where that is not
/// known.
pub fn tell(snapshot: &Snapshot, env: Option<&str>, sort: LensSort, of: &str) -> Option<String> {
    if sort == LensSort::Test {
        return Some("run test".to_owned());
    }
    let kept = &environment(snapshot, env)?.kept;
    match sort {
        LensSort::Fill => fill(kept, of),
        LensSort::Quota => asked(kept, of),
        LensSort::Place => {
            let (id, _) = workload(&kept.estate, of)?;
            let (on, all) = stands_on(kept, id)?;
            // Where the scheduler decides, it is one way of many.
            let stands = if hosts(kept, id).next().is_some() {
                "on"
            } else {
                "fits on"
            };
            Some(format!("{stands} {on} of {all} {}", nodes(all)))
        }
        LensSort::Flows => {
            let (id, workload) = workload(&kept.estate, of)?;
            let flows = kept.flows.as_ref()?.of(workload.cluster);
            let count = |end: fn(&Flow) -> &Peer| {
                let ends = flows.iter().filter(|flow| *end(flow) == Peer::Workload(id));
                ends.count()
            };
            let (incoming, outgoing) = (count(|flow| &flow.to), count(|flow| &flow.from));
            Some(format!("flows: {incoming} in, {outgoing} out"))
        }
        LensSort::Emitted => {
            workload(&kept.estate, of)?;
            Some("show what is emitted".to_owned())
        }
        LensSort::Test => None,
    }
}

/// What a line says of which nothing is known: what a mistake is part of has no place and no flows
/// until it is mended.
pub fn untold(snapshot: &Snapshot, sort: LensSort) -> &'static str {
    if !has_errors(snapshot) {
        return "–";
    }
    match sort {
        LensSort::Fill | LensSort::Place => "no placement beside errors",
        LensSort::Quota => "no sum beside errors",
        LensSort::Flows => "no flows beside errors",
        LensSort::Emitted | LensSort::Test => "no output beside errors",
    }
}

fn has_errors(snapshot: &Snapshot) -> bool {
    let findings = &snapshot.known().analysis.findings;
    findings.iter().any(|finding| finding.level >= Level::Error)
}

/// The environment of a name, or else the first.
pub fn environment<'s>(snapshot: &'s Snapshot, env: Option<&str>) -> Option<&'s Analysed> {
    let all = snapshot.environments();
    let wanted = all.iter().find(|one| one.env.as_deref() == env);
    wanted.or(all.first())
}

fn nodes(count: u64) -> &'static str {
    if count == 1 { "node" } else { "nodes" }
}

fn workload<'e>(estate: &'e Estate, path: &str) -> Option<(Id<Workload>, &'e Workload)> {
    estate
        .workloads
        .iter()
        .find(|(_, workload)| *workload.path == *path)
}

/// A cluster's problem and its answer, where one was shown.
fn answer(kept: &Kept, is_it: impl Fn(&Posed) -> bool) -> Option<(&Posed, &Answer)> {
    let placement = kept.placement.as_ref()?;
    let mut posed = placement.posed.iter().zip(&placement.answers);
    let (posed, answer) = posed.find(|(posed, _)| is_it(posed))?;
    Some((posed, answer.as_ref()?))
}

/// On how many nodes a workload stands, and how many its pools have.
pub(crate) fn stands_on(kept: &Kept, id: Id<Workload>) -> Option<(u64, u64)> {
    let workload = &kept.estate.workloads[id];
    let (_, answer) = answer(kept, |posed| posed.cluster == workload.cluster)?;
    let by_node = answer.witness.as_ref().and_then(|witness| {
        let nodes = witness.base.get(&*workload.path)?;
        u64::try_from(nodes.len()).ok()
    });
    let by_pool = || {
        let alike = answer.witness_compact.iter().flatten();
        let here = alike.filter(|group| group.pods.contains_key(&*workload.path));
        let count: u64 = here.map(|group| u64::from(group.nodes)).sum();
        (count > 0).then_some(count)
    };
    let on = by_node.or_else(by_pool)?;
    let pools = workload.pools.iter();
    let all: usize = pools
        .map(|pool| kept.estate.pools[pool.to].nodes.len())
        .sum();
    let all = u64::try_from(all).ok()?;
    (on <= all).then_some((on, all))
}

/// The hosts of a workload's replicas, where the backend takes explicit ones.
pub(crate) fn hosts(kept: &Kept, id: Id<Workload>) -> impl Iterator<Item = &str> {
    let chosen = kept.placement.iter().flat_map(move |placement| {
        let hosts = placement.hosts.range((id, 0)..=(id, u32::MAX));
        hosts.map(|(_, host)| *host)
    });
    chosen.filter_map(|host| {
        let node = kept.estate.pools[host.pool].nodes.get(host.node)?;
        Some(node.name.as_str())
    })
}

/// How much of a quota is asked for: `asks 3 of 32 cores, 2GiB of 64GiB of memory`.
fn asked(kept: &Kept, of: &str) -> Option<String> {
    let (tenant, cluster) = match of.split_once('/') {
        Some((tenant, cluster)) => (tenant, Some(cluster)),
        None => (of, None),
    };
    let mut tenants = kept.estate.tenants.iter();
    let (id, _) = tenants.find(|(_, one)| one.name.value.as_str() == tenant)?;
    let shares = shares(kept, id).into_iter();
    let mut shares = shares.filter(|(at, _)| cluster.is_none_or(|cluster| cluster == *at));
    let (_, bounds) = shares.next()?;
    let bounds = bounds.get(..BOUNDS).unwrap_or(&bounds);
    // A line is plain text, in which backticks would be seen.
    (!bounds.is_empty()).then(|| format!("asks {}", bounds.join(", ").replace('`', "")))
}

/// More bounds than these make a line too long to be read.
const BOUNDS: usize = 4;

/// How much a tenant asks for of each of its quotas, by the name of the cluster.
pub(crate) fn shares(kept: &Kept, tenant: Id<Tenant>) -> Vec<(&str, Vec<String>)> {
    let Some(placement) = &kept.placement else {
        return Vec::new();
    };
    let estate = &kept.estate;
    // Of a sum that lacks what a mistake took away nothing can be said.
    let own = |id: &Id<Workload>| estate.workloads[*id].tenant == tenant;
    if estate.bereft.contains(&tenant) || estate.tainted.iter().any(own) {
        return Vec::new();
    }
    let quotas = estate.tenants[tenant].quotas.iter();
    let share = |quota: &Quota| {
        let cluster = &estate.clusters[quota.cluster];
        let bounds = booked(estate, placement, tenant, quota);
        (cluster.name.value.as_str(), bounds)
    };
    quotas.map(share).collect()
}

/// How full a pool is: `fits on 12 of 16 nodes, cpu 52 %, memory 38 %`.
fn fill(kept: &Kept, name: &str) -> Option<String> {
    let mut pools = kept.estate.pools.iter();
    let (id, pool) = pools.find(|(_, pool)| pool.name.value.as_str() == name)?;
    let (posed, answer) = answer(kept, |posed| posed.cluster == pool.cluster)?;
    let usage = match (&answer.witness, &answer.witness_compact) {
        (Some(witness), _) => of_nodes(&posed.problem, &witness.base),
        (None, Some(alike)) => of_alike(&posed.problem, alike),
        (None, None) => return None,
    };
    let part = |usage: &&PoolUsage| {
        posed
            .parts
            .get(usage.pool)
            .is_some_and(|part| part.pool == id)
    };
    let (mut used, mut all) = (0u64, 0u64);
    let mut taken: BTreeMap<&str, Taken> = BTreeMap::new();
    for usage in usage.iter().filter(part) {
        for group in &usage.groups {
            all += u64::from(group.nodes);
            used += if group.pods.is_empty() {
                0
            } else {
                u64::from(group.nodes)
            };
        }
        for (measure, one) in usage.measures.iter().zip(&usage.taken) {
            taken.entry(measure.name()).or_default().add(*one, 1);
        }
    }
    if all == 0 {
        return None;
    }
    let percents = taken.iter().filter(|(name, _)| **name != "pods");
    let percents = percents.filter_map(|(name, taken)| {
        let percent = taken.percent().filter(|percent| *percent > 0)?;
        Some(format!(", {name} {percent} %"))
    });
    let percents: String = percents.take(4).collect();
    let nodes = nodes(all);
    Some(match used {
        0 => format!("nothing on its {all} {nodes}"),
        _ => format!("fits on {used} of {all} {nodes}{percents}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    #[test]
    fn declarations_say_what_becomes_of_them() {
        let ground = crate::actions::ground();
        let fixture = Fixture::new(&format!(
            r#"{ground}
//- tenants.kdl
tenant acme {{
    quota cpu=32 memory="64GiB"
    workload web {{
        replicas 2
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        connect api port=http
    }}
    workload api {{
        container image="registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18"
        cpu 1
        memory "1GiB"
        port http 8080
    }}
}}
test small {{ expect-error lone-replica }}
"#
        ));
        let snapshot = fixture.snapshot();
        let drawn = |path: &str| {
            let marks = lenses(&snapshot, None, path).into_iter().map(|lens| {
                let said = tell(&snapshot, None, lens.sort, &lens.of);
                (lens.range, said.unwrap_or_else(|| "-".to_owned()))
            });
            crate::fixture::drawn(fixture.text(path), marks.collect())
        };
        insta::assert_snapshot!(format!("{}{}", drawn("tenantry.kdl"), drawn("tenants.kdl")));
        assert_eq!(lenses(&snapshot, None, "gone.kdl"), []);
        assert_eq!(untold(&snapshot, LensSort::Fill), "–");
        assert_eq!(tell(&snapshot, None, LensSort::Fill, "gone"), None);
    }

    #[test]
    fn what_a_test_has_given_has_no_line() {
        let fixture = Fixture::new(
            "//- tenantry.kdl\nestate demo\ntest t {\n    given { pool p; tenant a { workload w } }\n}\n",
        );
        let found = lenses(&fixture.snapshot(), None, "tenantry.kdl");
        let sorts: Vec<LensSort> = found.into_iter().map(|lens| lens.sort).collect();
        assert_eq!(sorts, [LensSort::Test]);
    }

    /// A job stands nowhere for long, and what is not there in an environment is not told of.
    #[test]
    fn what_has_nothing_to_say_has_no_line() {
        let ground =
            crate::actions::ground().replacen("estate demo", "estate demo { env dev prod }", 1);
        let image = "registry.example.com/web:1.2@sha256:c1af32b9fc660f6c3c3c86206668f9830b1dfdc63209731354a2c82d1868ab18";
        let text = format!(
            r#"{ground}
//- tenants.kdl
table t {{ row x }}
tenant acme {{
    quota cpu=32 memory="64GiB"
    workload nightly {{ job image="{image}" schedule=hourly; cpu 1; memory "1GiB" }}
    workload debug if="env == 'prod'" {{ container image="{image}"; cpu 1; memory "1GiB" }}
    each r in=t {{ workload "w-${{r.key}}" {{ container image="{image}"; cpu 1; memory "1GiB" }} }}
}}
"#
        );
        let fixture = Fixture::new(&text);
        let snapshot = fixture.snapshot();
        let findings = &snapshot.known().analysis.findings;
        assert!(!has_errors(&snapshot), "{findings:?}");
        let of = |env: &str, about: &str| {
            let found = lenses(&snapshot, Some(env), "tenants.kdl").into_iter();
            let about = found.filter(|lens| lens.of.ends_with(about));
            let each = about.inspect(|lens| {
                let said = tell(&snapshot, Some(env), lens.sort, &lens.of);
                assert!(said.is_some(), "{lens:?} in {env} says nothing");
            });
            each.map(|lens| lens.sort).collect::<Vec<_>>()
        };
        let workload = [LensSort::Place, LensSort::Flows, LensSort::Emitted];
        assert_eq!(of("dev", "acme.nightly"), workload[1..]);
        assert_eq!(of("dev", "acme.debug"), []);
        assert_eq!(of("prod", "acme.debug"), workload);
        assert_eq!(of("prod", "}"), []);
        let package = "package p version=\"1.0.0\"\ndefine app {\n    arg name type=name\n    \
             body { tenant $name { workload web { container image=x } } }\n}\n";
        let package = Fixture::new(package);
        assert_eq!(lenses(&package.snapshot(), None, "tenantry.kdl"), []);
        // What is just typed is not known yet, and may have all of it.
        let typed = text.replace("    each r", "    $0each r");
        let typed = Fixture::typing(&typed, "workload new { container image=x }\n    ");
        let found = lenses(&typed.snapshot(), Some("dev"), "tenants.kdl").into_iter();
        let new = found.filter(|lens| &*lens.of == "acme.new");
        assert_eq!(new.map(|lens| lens.sort).collect::<Vec<_>>(), workload);
    }

    #[test]
    fn what_a_mistake_keeps_from_being_known_is_said() {
        let ground = crate::actions::ground();
        let fixture = Fixture::new(&format!(
            r#"{ground}
//- tenants.kdl
tenant acme {{ workload web {{ cpu "many"; }} }}
"#
        ));
        let snapshot = fixture.snapshot();
        assert_eq!(tell(&snapshot, None, LensSort::Place, "acme.web"), None);
        let said = untold(&snapshot, LensSort::Place);
        assert_eq!(said, "no placement beside errors");
    }
}
