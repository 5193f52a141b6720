//! What happens when a node is drained is said twice, and differently.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Eviction, Migrate, TargetName},
};

declare_rule! { pub RULE = "eviction-said-twice", Platform, Error, "`migrate` and `target kubevirt eviction=` that disagree", include_str!("eviction_said_twice.md") }

/// Reports each machine that says both.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, vm) in subject.kubevirt_machines() {
        let options = workload.spec.target.iter();
        let mut options = options.filter(|options| options.target.value == TargetName::Kubevirt);
        let eviction = options.find_map(|options| options.eviction.as_ref());
        let (Some(eviction), Some(migrate)) = (eviction, &vm.migrate) else {
            continue;
        };
        let same = match migrate.value {
            Migrate::Live => matches!(eviction.value, Eviction::LiveMigrate),
            Migrate::Restart => matches!(eviction.value, Eviction::None),
            Migrate::Never => matches!(eviction.value, Eviction::External),
        };
        if same {
            continue;
        }
        let message = format!(
            "`{}` has `migrate={}` and `eviction={}`",
            workload.path,
            migrate.value.word(),
            eviction.value.word()
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(eviction.origin), message)
                .label("said again, and differently")
                .also(estate.span(migrate.origin), "said here")
                .why("both say what a drain of its node does to the machine, and only one of them can be true")
                .help("leave one of the two out; `eviction` is for what `migrate` has no word for"),
        );
    }
}
