//! A file of a config has a name that no ConfigMap can have, or one that another has.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Config,
    units::{Ident, Unit},
};

declare_rule! { pub RULE = "config-key-malformed", Platform, Error, "a file of a config whose name is no key, or is taken", include_str!("config_key_malformed.md"); refused_by = ApiServer }

/// Reports each such file.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for tenant in subject.estate.tenants.values() {
        for config in &tenant.spec.config {
            of_config(subject, config, findings);
        }
    }
}

fn of_config(subject: &Subject<'_>, config: &Config, findings: &mut Findings) {
    let mut taken: BTreeMap<&str, Span> = BTreeMap::new();
    for entry in &config.entry {
        taken.insert(entry.name.value.as_str(), subject.estate.span(entry.name.origin));
    }
    for file in &config.file {
        let span = subject.estate.span(file.name.origin);
        let name = &*file.name.value;
        if Ident::parse(name).is_err() {
            let message = format!("`{name}` cannot be the name of a file of config `{}`", config.name.value);
            let last = name.rsplit('/').next().filter(|last| Ident::parse(last).is_ok());
            findings.push(
                Diagnostic::new(&RULE, span, message)
                    .label("no key of a ConfigMap")
                    .why("a key has letters, digits, `-`, `_` and `.`, at most 253 of them, and folders cannot be in it")
                    .help(match last {
                        Some(last) => format!("write `file \"{last}\"`, and mount the config at the folder that it belongs into"),
                        None => "write a name of these characters".to_owned(),
                    }),
            );
        } else if let Some(first) = taken.get(name) {
            let message = format!("config `{}` has a file and a value called `{name}`", config.name.value);
            findings.push(
                Diagnostic::new(&RULE, span, message)
                    .label("taken")
                    .also(*first, "the value")
                    .why("both are keys of one ConfigMap, and only one of them would be there")
                    .help("call one of them otherwise"),
            );
        }
    }
}
