//! What a workload takes from its tenant by name: secrets, configs, and their keys.

use super::Builder;
use crate::{
    model::rules,
    origin::V,
    schema::{
        kinds::{self, Mount, Var},
        ty::{NameOf, Named},
    },
};

impl Builder<'_> {
    /// Reports names that lead nowhere; whether there were none.
    pub(super) fn material(&mut self, tenant: &kinds::Tenant, spec: &kinds::Workload) -> bool {
        let mut vars: Vec<&Var> = spec.var.iter().collect();
        let mut mounts: Vec<&Mount> = spec.mount.iter().collect();
        let (pull, init, sidecar) = match (&spec.container, &spec.job) {
            (Some(run), _) => (run.pull_secret.as_ref(), &*run.init, &*run.sidecar),
            (None, Some(run)) => (run.pull_secret.as_ref(), &*run.init, &*run.sidecar),
            (None, None) => (None, &[][..], &[][..]),
        };
        for companion in init {
            vars.extend(&companion.var);
            mounts.extend(&companion.mount);
        }
        for companion in sidecar {
            vars.extend(&companion.var);
            mounts.extend(&companion.mount);
        }

        let volumes: Vec<String> = names(tenant.volume.iter().map(|volume| &volume.name));
        let mut known = true;
        for name in mounts.iter().filter_map(|mount| mount.volume.as_ref()) {
            known &= self.is_there(name, &volumes);
        }
        let secrets: Vec<String> = names(tenant.secret.iter().map(|secret| &secret.name));
        let configs: Vec<String> = names(tenant.config.iter().map(|config| &config.name));
        let passwords = spec.user.iter().filter_map(|user| user.password.as_ref());
        let answers = spec
            .vm
            .iter()
            .filter_map(|vm| Some(&vm.sysprep.as_ref()?.secret));
        let signers = spec
            .security
            .iter()
            .filter_map(|said| said.signed_by.as_ref());
        let used = (pull
            .into_iter()
            .chain(passwords)
            .chain(answers)
            .chain(signers))
        .chain(vars.iter().filter_map(|var| var.secret.as_ref()))
        .chain(mounts.iter().filter_map(|mount| mount.secret.as_ref()));
        for name in used {
            known &= self.is_there(name, &secrets);
        }
        let inits = spec.cloud_init.iter().filter_map(|init| init.from.as_ref());
        let used = inits
            .chain(vars.iter().filter_map(|var| var.config.as_ref()))
            .chain(mounts.iter().filter_map(|mount| mount.config.as_ref()));
        for name in used {
            known &= self.is_there(name, &configs);
        }
        let disks: Vec<String> = names(spec.disk.iter().map(|disk| &disk.name));
        for disk in mounts.iter().filter_map(|mount| mount.disk.as_ref()) {
            let text = disk.value.as_str();
            if !disks.iter().any(|known| known == text) && !spec.meta.broken {
                let span = self.lookup.span(disk);
                let finding = rules::unknown_name(&["disk"], text, span, &disks, &disks);
                self.lookup.findings.push(finding);
                known = false;
            }
        }
        for var in vars {
            known &= self.has_key(tenant, var);
        }
        known
    }

    fn is_there<T: Named>(&mut self, name: &V<NameOf<T>>, known: &[String]) -> bool {
        let text = &name.value.text;
        let found = known.iter().any(|known| **known == **text);
        if !found && !self.lookup.is_broken(T::KINDS, text) {
            let span = self.lookup.span(name);
            let finding = rules::unknown_name(T::KINDS, text, span, known, known);
            self.lookup.findings.push(finding);
        }
        found
    }

    /// Whether the key of a variable is one of those that the secret or config declares. A secret
    /// that names none has whatever lies in the store.
    fn has_key(&mut self, tenant: &kinds::Tenant, var: &Var) -> bool {
        // Without a key it is the variable's own name.
        let key = var.key.as_ref().unwrap_or(&var.name);
        let secret = var.secret.as_ref().and_then(|name| {
            (tenant.secret.iter()).find(|secret| secret.name.value.as_str() == &*name.value.text)
        });
        let config = var.config.as_ref().and_then(|name| {
            (tenant.config.iter()).find(|config| config.name.value.as_str() == &*name.value.text)
        });
        let keys: Vec<String> = match (secret, config) {
            (Some(secret), _) => names(secret.key.iter().map(|key| &key.name)),
            (None, Some(config)) => names(config.entry.iter().map(|entry| &entry.name))
                .into_iter()
                .chain(names(config.file.iter().map(|file| &file.name)))
                .collect(),
            (None, None) => return true,
        };
        let open = secret.is_some() && keys.is_empty();
        let text = key.value.to_string();
        if open || keys.contains(&text) {
            return true;
        }
        let span = self.lookup.span(key);
        let finding = rules::unknown_name(&["key"], &text, span, &keys, &keys);
        self.lookup.findings.push(finding);
        false
    }
}

fn names<'a, T: ToString + 'a>(names: impl Iterator<Item = &'a V<T>>) -> Vec<String> {
    names.map(|name| name.value.to_string()).collect()
}
