//! A machine asks for something that needs pinned cores, or huge pages, and has none.

use tenantry_syntax::{Span, change::Change};

use super::dedicated_cpu_not_whole::dedicated;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    origin::V,
    schema::kinds::Cpu,
};

declare_rule! { pub RULE = "pinning-missing", Cpu, Error, "`numa`, `realtime` or `isolate-emulator` without the pinning that each builds on", include_str!("pinning_missing.md"); refused_by = KubeVirt }

/// Reports each option that stands on nothing.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.estate.workloads.iter() {
        // What is a machine's alone is told of containers by its own rule.
        let cpu = workload.spec.cpu.as_ref();
        let Some(cpu) = cpu.filter(|_| workload.vm().is_some()) else {
            continue;
        };
        for (word, option, lacks) in lacking(workload, cpu) {
            let message = format!("`{}` has `{word}` without {}", workload.path, lacks.what());
            let finding =
                Diagnostic::new(&RULE, subject.estate.span(option.origin), message)
                    .label(format!("needs {}", lacks.what()))
                    .why(lacks.why())
                    .help(format!("add {}, or leave `{word}` out", lacks.remedy()));
            findings.push(match (lacks, subject.estate.own_node(&cpu.meta)) {
                (Lacks::Hugepages, _) | (_, None) => finding,
                (Lacks::Pinning, Some(node)) => with(finding, node, "dedicated"),
                (Lacks::Numa, Some(node)) => with(finding, node, "numa"),
            });
        }
    }
}

/// The finding, with the option that is lacking as a probable mend.
fn with(finding: Diagnostic, cpu: Span, option: &str) -> Diagnostic {
    let set = Change::SetProperty(cpu, option.to_owned(), "#true".to_owned());
    finding.suggest(format!("write `{option}=#true`"), vec![set])
}

#[derive(Clone, Copy)]
enum Lacks {
    Pinning,
    Hugepages,
    Numa,
}

impl Lacks {
    fn what(self) -> &'static str {
        match self {
            Self::Pinning => "cores of its own",
            Self::Hugepages => "huge pages",
            Self::Numa => "`numa`",
        }
    }

    fn why(self) -> &'static str {
        match self {
            Self::Pinning => "it fixes what runs on which core, and shared cores are not fixed",
            Self::Hugepages => {
                "memory is bound to a NUMA node in huge pages; ordinary pages go where there is room"
            }
            Self::Numa => "a real-time guest must not reach for memory of another NUMA node",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Pinning => "`dedicated=#true`",
            Self::Hugepages => "`hugepages=` to its `memory`",
            Self::Numa => "`numa=#true`",
        }
    }
}

fn lacking<'w>(
    workload: &'w Workload,
    cpu: &'w Cpu,
) -> Vec<(&'static str, &'w V<bool>, Lacks)> {
    let on = |option: &'w Option<V<bool>>| option.as_ref().filter(|option| option.value);
    let paged = workload
        .spec
        .memory
        .as_ref()
        .is_some_and(|memory| memory.hugepages.is_some());
    let mut found = Vec::new();
    for (word, option) in [
        ("numa", on(&cpu.numa)),
        ("isolate-emulator", on(&cpu.isolate_emulator)),
        ("realtime", on(&cpu.realtime)),
    ] {
        let Some(option) = option else { continue };
        if !dedicated(cpu) {
            found.push((word, option, Lacks::Pinning));
        } else if word == "numa" && !paged {
            found.push((word, option, Lacks::Hugepages));
        } else if word == "realtime" && on(&cpu.numa).is_none() {
            found.push((word, option, Lacks::Numa));
        }
    }
    found
}
