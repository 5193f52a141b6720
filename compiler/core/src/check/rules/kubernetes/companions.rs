//! The containers of a pod: the main one, and those before and beside it.

use crate::{
    model::{Body, Workload},
    origin::V,
    schema::kinds::{Init, Mount, Port, Sidecar, Var},
    units::{Cores, Name},
};

/// A container before or beside the main one, as rules look at it.
pub(in crate::check) struct Companion<'a> {
    /// The word of the language: `init` or `sidecar`.
    pub(in crate::check) word: &'static str,
    /// Its name.
    pub(in crate::check) name: &'a V<Name>,
    /// What it asks of CPU.
    pub(in crate::check) cpu: Option<&'a V<Cores>>,
    /// Its variables.
    pub(in crate::check) var: &'a [Var],
    /// Its mounts.
    pub(in crate::check) mount: &'a [Mount],
    /// Its ports.
    pub(in crate::check) port: &'a [Port],
}

impl Companion<'_> {
    /// Whether it runs as long as the main one does.
    pub(in crate::check) fn stays(&self) -> bool {
        self.word == "sidecar"
    }
}

/// The containers before and beside the main one; none of what is no pod of ours.
pub(in crate::check) fn companions(workload: &Workload) -> Vec<Companion<'_>> {
    let (init, sidecar): (&[Init], &[Sidecar]) = match &workload.body {
        Body::Container(run) => (&run.init, &run.sidecar),
        Body::Job(run) => (&run.init, &run.sidecar),
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => (&[], &[]),
    };
    let before = init.iter().map(|one| Companion {
        word: "init",
        name: &one.name,
        cpu: one.cpu.as_ref(),
        var: &one.var,
        mount: &one.mount,
        port: &one.port,
    });
    let beside = sidecar.iter().map(|one| Companion {
        word: "sidecar",
        name: &one.name,
        cpu: one.cpu.as_ref(),
        var: &one.var,
        mount: &one.mount,
        port: &one.port,
    });
    before.chain(beside).collect()
}

/// All variables of a pod, with the words for whose they are: `` `shop.web` ``, or
/// `` the init `migrate` of `shop.web` ``.
pub(in crate::check) fn variables(workload: &Workload) -> Vec<(String, &Var)> {
    let own = workload
        .spec
        .var
        .iter()
        .map(|var| (format!("`{}`", workload.path), var));
    let beside = companions(workload).into_iter().flat_map(|one| {
        let whose = format!("the {} `{}` of `{}`", one.word, one.name.value, workload.path);
        one.var.iter().map(move |var| (whose.clone(), var))
    });
    own.chain(beside).collect()
}
