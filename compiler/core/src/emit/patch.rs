//! Changes of the spec's own to what is emitted, laid over the finished objects. What a proof
//! rests on cannot be changed: the proof would then be about something else.

use super::{
    free,
    objects::{Body, Object, Objects, Owner},
    tree::{NodeMut, NodeRef, View},
};
use crate::{
    diag::{Diagnostic, Findings, nearest::nearest, rule_set},
    model::{Cluster, Estate, Id, Tenant},
    origin::OriginId,
    raw,
    schema::{kinds::Patch, node::FreeNode},
};

rule_set! {
    /// The rules of this step.
    pub RULES;
    PATCH_UNMATCHED = "patch-unmatched", Output, Error, "a patch of something that is not emitted", include_str!("pages/patch-unmatched.md");
    PATCH_PROTECTED = "patch-protected", Output, Error, "a patch of something that a proof rests on", include_str!("pages/patch-protected.md");
    RAW_TAKEN = "raw-taken", Output, Error, "an object beside one of the same name that is emitted anyway", include_str!("pages/raw-taken.md");
}

/// Keys that a proof rests on: who is selected, where it stands, what it takes, what it may do.
const PROTECTED: &[&str] = &[
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostPath",
    "matchExpressions",
    "matchLabels",
    "namespace",
    "nodeName",
    "parallelism",
    "replicas",
    "resources",
    "runtimeClassName",
    "securityContext",
    "selector",
    "serviceAccountName",
];

fn is_protected(key: &str) -> bool {
    PROTECTED.contains(&key) || key.ends_with("Selector") || key.starts_with("tenantry.dev/")
}

/// Whose objects a patch is for.
#[derive(Debug, Clone, Copy)]
enum Reach<'a> {
    /// The cluster's own.
    Cluster(Id<Cluster>),
    /// A tenant's, and its workloads'.
    Tenant(Id<Tenant>),
    /// A workload's, by its path.
    Workload(&'a str),
}

impl Reach<'_> {
    fn covers(self, object: &Object, owner: Owner) -> bool {
        match self {
            Self::Cluster(cluster) => object.cluster == Some(cluster) && owner == Owner::Platform,
            Self::Tenant(tenant) => owner == Owner::Tenant(tenant),
            Self::Workload(path) => {
                let rest = object.spec_path.strip_prefix(path);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        }
    }
}

/// Lays all patches over the objects, the nearer later.
pub fn apply(estate: &Estate, objects: &mut Objects) -> Findings {
    let mut findings = taken(estate, objects);
    let mut all: Vec<(Reach<'_>, &Patch)> = Vec::new();
    for (id, cluster) in estate.clusters.iter() {
        all.extend(
            cluster
                .spec
                .patch
                .iter()
                .map(|patch| (Reach::Cluster(id), patch)),
        );
    }
    for (id, tenant) in estate.tenants.iter() {
        all.extend(
            tenant
                .spec
                .patch
                .iter()
                .map(|patch| (Reach::Tenant(id), patch)),
        );
    }
    for workload in estate.workloads.values() {
        let reach = Reach::Workload(&workload.path);
        all.extend(workload.spec.patch.iter().map(|patch| (reach, patch)));
    }
    for (reach, patch) in all {
        findings.extend(one(estate, objects, reach, patch));
    }
    findings
}

/// Objects of the spec's own that are emitted anyway.
fn taken(estate: &Estate, objects: &Objects) -> Findings {
    let mut known = std::collections::BTreeMap::new();
    for object in objects.iter().filter(|object| !object.unproven) {
        if let Body::Kube { id, .. } = &object.body {
            known.insert((object.cluster.map(Id::index), id), object);
        }
    }
    let mut findings = Findings::new();
    for object in objects.iter().filter(|object| object.unproven) {
        let Body::Kube { id, .. } = &object.body else {
            continue;
        };
        let key = (object.cluster.map(Id::index), id);
        if let Some(first) = known.insert(key, object) {
            let message = format!("{id} is emitted already, for `{}`", first.spec_path);
            findings.push(
                Diagnostic::new(&RAW_TAKEN, estate.span(object.origin), message)
                    .label("the same object")
                    .also(estate.span(first.origin), "emitted for this")
                    .why("the cluster has one object of a kind and name")
                    .help("give it another name, or change what is emitted with `patch`"),
            );
        }
    }
    findings
}

fn one(
    estate: &Estate,
    objects: &mut Objects,
    reach: Reach<'_>,
    patch: &Patch,
) -> Option<Diagnostic> {
    let kind = &*patch.kind.value;
    let target = patch.target.as_ref().map(|target| target.value.word());
    let mut there = Vec::new();
    let mut matched = false;
    for object in objects.iter_mut().filter(|object| !object.unproven) {
        let (covered, ours) = match &object.body {
            Body::Kube { owner, .. } => {
                let ours = target.is_none_or(|target| target == object.target);
                (reach.covers(object, *owner), ours)
            }
            Body::File { .. } => continue,
        };
        let Body::Kube { id, tree, .. } = &mut object.body else {
            continue;
        };
        if !covered {
            continue;
        }
        there.push(format!("{} {}", id.kind, id.name));
        let named = patch
            .name
            .as_ref()
            .is_none_or(|name| *name.value == *id.name);
        if !ours || !named || id.kind != kind {
            continue;
        }
        matched = true;
        if raw::PROVEN.contains(&kind) {
            return Some(protected(estate, patch.kind.origin, &format!("a {kind}")));
        }
        let mut work = Laying {
            estate,
            object: id.to_string(),
            fault: None,
        };
        if let Some(merge) = &patch.merge {
            work.lay(&mut tree.root_mut(), &merge.nodes, merge.origin);
        }
        for remove in &patch.remove {
            let pointer = &*remove.pointer.value;
            let last = pointer.rsplit('/').next().unwrap_or_default();
            let fault = match tree.at(pointer).filter(|node| !node.is_root()) {
                None => Some(work.missing(pointer, remove.pointer.origin)),
                Some(node) if pointer.split('/').any(is_protected) || holds_protected(node) => {
                    Some(protected(
                        estate,
                        remove.pointer.origin,
                        &format!("`{last}`"),
                    ))
                }
                Some(_) => None,
            };
            work.fault = work.fault.or(fault);
            if work.fault.is_none() {
                tree.remove(pointer);
            }
        }
        if work.fault.is_some() {
            return work.fault;
        }
    }
    (!matched).then(|| unmatched(estate, patch, &there))
}

/// One patch on its way over one object; the first thing that is wrong stays.
struct Laying<'e> {
    estate: &'e Estate,
    object: String,
    fault: Option<Diagnostic>,
}

impl Laying<'_> {
    /// Maps merge by key, lists of named things by the names; all else is replaced. As deep as
    /// the parser lets a text be.
    fn lay(&mut self, node: &mut NodeMut<'_>, over: &[FreeNode], origin: OriginId) {
        for new in over {
            if self.fault.is_some() {
                return;
            }
            let there = node.get().get(&new.name);
            let inner = new.block && new.value.is_none() && !free::is_list(new);
            let list = there.is_some_and(|node| node.view() == View::List);
            let replaced = there.filter(|_| !inner);
            if is_protected(&new.name)
                || replaced.is_some_and(holds_protected)
                || is_identity(node, new)
            {
                let what = format!("`{}`", new.name);
                self.fault = Some(protected_at(new.span, &what));
            } else if inner && list {
                self.items(&mut node.list(&new.name), &new.children, origin);
            } else if inner {
                let mut below = node.map(&new.name);
                below.mark(origin);
                self.lay(&mut below, &new.children, origin);
            } else if new.children.iter().any(bears_protected) {
                let what = format!("`{}`, with what stands in it,", new.name);
                self.fault = Some(protected_at(new.span, &what));
            } else {
                free::merge(node, std::slice::from_ref(new), origin);
            }
        }
    }

    /// A list of named things: each key is the name of one of them.
    fn items(&mut self, list: &mut NodeMut<'_>, over: &[FreeNode], origin: OriginId) {
        for new in over {
            let named =
                |item: NodeRef<'_>| item.get("name").and_then(NodeRef::as_str) == Some(&*new.name);
            let at = list.get().children().position(named);
            match at.and_then(|at| list.item(at)) {
                Some(mut item) => self.lay(&mut item, &new.children, origin),
                None => {
                    let message = format!(
                        "{} has nothing called `{}` in that list",
                        self.object, new.name
                    );
                    self.fault.get_or_insert_with(|| {
                        Diagnostic::new(&PATCH_UNMATCHED, new.span, message)
                            .label("not in the list")
                            .help("in a list of named things the keys are their names; `- …` replaces the whole list")
                    });
                }
            }
        }
    }

    fn missing(&self, pointer: &str, origin: OriginId) -> Diagnostic {
        let message = format!("{} has nothing at \"{pointer}\"", self.object);
        Diagnostic::new(&PATCH_UNMATCHED, self.estate.span(origin), message)
            .label("nothing to take away")
            .help("a pointer begins with `/` and names keys and positions: \"/spec/template/spec/containers/0/args\"")
    }
}

/// Whether a key is a part of what the object is told by.
fn is_identity(node: &NodeMut<'_>, new: &FreeNode) -> bool {
    let node = node.get();
    let root = node.is_root() && matches!(&*new.name, "apiVersion" | "kind");
    let metadata = &*new.name == "name" && node.get("annotations").is_some();
    root || metadata
}

/// Whether something that a proof rests on stands below a node.
fn holds_protected(node: NodeRef<'_>) -> bool {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.key().is_some_and(is_protected) {
            return true;
        }
        open.extend(node.children());
    }
    false
}

fn bears_protected(node: &FreeNode) -> bool {
    is_protected(&node.name) || node.children.iter().any(bears_protected)
}

fn protected(estate: &Estate, origin: OriginId, what: &str) -> Diagnostic {
    protected_at(estate.span(origin), what)
}

fn protected_at(span: tenantry_syntax::Span, what: &str) -> Diagnostic {
    Diagnostic::new(&PATCH_PROTECTED, span, format!("{what} cannot be patched: a proof rests on it"))
        .label("protected")
        .why("who may talk to whom, what fits where and who is kept apart was proven for what the compiler writes here")
        .help("say it in the language, where it is proven again")
}

fn unmatched(estate: &Estate, patch: &Patch, there: &[String]) -> Diagnostic {
    let kind = &patch.kind.value;
    let wanted = match &patch.name {
        Some(name) => format!("{kind} {}", name.value),
        None => kind.to_string(),
    };
    let finding = Diagnostic::new(
        &PATCH_UNMATCHED,
        estate.span(patch.kind.origin),
        format!("nothing called {wanted} is emitted here"),
    )
    .label("changes nothing");
    let mut known: Vec<&str> = there.iter().map(String::as_str).collect();
    known.sort_unstable();
    known.dedup();
    match (nearest(&wanted, known.iter().copied()), known.as_slice()) {
        (Some(near), _) => finding.help(format!("did you mean `patch {near}`?")),
        (None, []) => finding
            .help("nothing at all is emitted for this node; write it where the object comes from"),
        (None, few) if few.len() <= 12 => finding.help(format!("there are {}", few.join(", "))),
        (None, many) => finding.help(format!(
            "there are {} objects; `tenantry graph` lists them",
            many.len()
        )),
    }
}
