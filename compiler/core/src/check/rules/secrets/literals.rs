//! Every text of the spec that a program outside of the compiler will read as it stands.

use std::fmt;

use super::pod::Pod;
use crate::{
    emit::{Tree, View, free},
    model::{Body, Estate, Tenant, Workload},
    origin::OriginId,
    raw,
    schema::{
        construct::Values,
        kinds::{Command, Raw, Var},
        ty::Lit,
    },
};

/// A text, and what is known of it. It is worded only if something is said of it.
pub(super) struct Literal<'l> {
    pub(super) text: &'l str,
    /// The name that it is given: of the variable, the key, the field.
    pub(super) name: Option<&'l str>,
    /// For a message: "`var TOKEN` of `shop.web`".
    pub(super) place: fmt::Arguments<'l>,
    pub(super) at: OriginId,
}

/// Shows all of an estate.
pub(super) fn everywhere(estate: &Estate, see: &mut dyn FnMut(&Literal<'_>)) {
    let mut walk = Walk(see);
    for cluster in estate.clusters.values() {
        let who = Who("cluster ", cluster.name.value.as_str());
        let platform = cluster.spec.platform.iter();
        for component in platform.flat_map(|platform| &platform.component) {
            let name = &component.name.value;
            walk.values(
                component.values.as_ref(),
                format_args!("component `{name}` of {who}"),
            );
        }
        walk.raws(&cluster.spec.raw, who);
    }
    for tenant in estate.tenants.values() {
        walk.tenant(tenant);
    }
    for workload in estate.workloads.values() {
        walk.workload(workload);
    }
}

/// Whose text it is: what that is, with a blank behind, and its name.
#[derive(Clone, Copy)]
struct Who<'w>(&'static str, &'w str);

impl fmt::Display for Who<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}`{}`", self.0, self.1)
    }
}

struct Walk<'s>(&'s mut dyn FnMut(&Literal<'_>));

impl Walk<'_> {
    fn add(&mut self, text: &str, name: Option<&str>, place: fmt::Arguments<'_>, at: OriginId) {
        (self.0)(&Literal {
            text,
            name,
            place,
            at,
        });
    }

    fn tenant(&mut self, tenant: &Tenant) {
        for config in &tenant.spec.config {
            let of = &config.name.value;
            for entry in &config.entry {
                let name = entry.name.value.as_str();
                let place = format_args!("`entry {name}` of config `{of}`");
                self.add(&entry.value.value, Some(name), place, entry.value.origin);
            }
            for file in &config.file {
                let place = format_args!("`file {}` of config `{of}`", file.name.value);
                self.add(&file.text.value.0, None, place, file.text.origin);
            }
        }
        self.raws(&tenant.spec.raw, Who("tenant ", tenant.name.value.as_str()));
    }

    fn workload(&mut self, workload: &Workload) {
        let who = Who("", &workload.path);
        self.vars(&workload.spec.var, who);
        if let Some(pod) = Pod::of(workload) {
            self.pod(&pod, who);
        }
        if let Body::Chart(chart) = &workload.body {
            self.values(chart.values.as_ref(), format_args!("`values` of {who}"));
        }
        if let Some(start) = &workload.spec.cloud_init {
            for run in &start.run {
                self.add(
                    &run.text.value.0,
                    None,
                    format_args!("`run` of {who}"),
                    run.text.origin,
                );
            }
            for write in &start.write {
                let place = format_args!("`write \"{}\"` of {who}", write.path.value);
                self.add(&write.text.value.0, None, place, write.text.origin);
            }
        }
        self.raws(&workload.spec.raw, who);
    }

    fn pod(&mut self, pod: &Pod<'_>, who: Who<'_>) {
        self.command(pod.command, who);
        for word in pod.args.iter().flat_map(|args| &args.words) {
            self.add(
                &word.value,
                None,
                format_args!("`args` of {who}"),
                word.origin,
            );
        }
        let init = pod.init.iter().map(|one| (&one.var, one.command.as_ref()));
        let sidecar = pod
            .sidecar
            .iter()
            .map(|one| (&one.var, one.command.as_ref()));
        for (vars, command) in init.chain(sidecar) {
            self.vars(vars, who);
            self.command(command, who);
        }
    }

    fn command(&mut self, command: Option<&Command>, who: Who<'_>) {
        for word in command.iter().flat_map(|command| &command.words) {
            self.add(
                &word.value,
                None,
                format_args!("`command` of {who}"),
                word.origin,
            );
        }
    }

    fn vars(&mut self, vars: &[Var], who: Who<'_>) {
        for var in vars {
            let Some(value) = &var.value else { continue };
            // Numbers and truths are no credentials.
            if let Lit::Str(text) = &value.value {
                let name = var.name.value.as_str();
                self.add(
                    text,
                    Some(name),
                    format_args!("`var {name}` of {who}"),
                    value.origin,
                );
            }
        }
    }

    fn raws(&mut self, raws: &[Raw], who: Who<'_>) {
        for raw in raws {
            let Ok(object) = raw::read(raw) else {
                continue;
            };
            let object_at = raw.object.as_ref().map(|object| object.text.origin);
            let at = object_at.unwrap_or(raw.meta.origin);
            let name = &raw.name.value;
            // What a Secret holds is one by definition, in base64 or not.
            let data = ["/data", "/stringData"]
                .into_iter()
                .filter_map(|path| object.tree.at(path));
            let full = data
                .flat_map(|data| data.children())
                .find_map(|item| item.as_str());
            match full.filter(|_| object.kind == "Secret") {
                Some(text) => self.add(
                    text,
                    Some("secret"),
                    format_args!("`raw {name}` of {who}"),
                    at,
                ),
                None => self.tree(
                    &object.tree,
                    format_args!("`raw {name}` of {who}"),
                    Some(at),
                ),
            }
        }
    }

    fn values(&mut self, values: Option<&Values>, place: fmt::Arguments<'_>) {
        let Some(values) = values else { return };
        let mut tree = Tree::map();
        free::merge(&mut tree.root_mut(), &values.nodes, values.origin);
        self.tree(&tree, place, None);
    }

    /// All texts of a tree; `at` is where all of them stand, if they have no place of their own.
    fn tree(&mut self, tree: &Tree, place: fmt::Arguments<'_>, at: Option<OriginId>) {
        let mut open = vec![tree.root()];
        while let Some(node) = open.pop() {
            match node.view() {
                View::Text(text) => {
                    let at = at.unwrap_or_else(|| node.origin());
                    match node.key() {
                        Some(key) => {
                            self.add(text, Some(key), format_args!("`{key}` in {place}"), at)
                        }
                        None => self.add(text, None, place, at),
                    }
                }
                View::Null | View::Bool(_) | View::Number(_) => {}
                View::List | View::Map => open.extend(node.children()),
            }
        }
    }
}
