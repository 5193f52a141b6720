//! Outages that are told of in the field, as specs that would have led to them: each cause is
//! found, by a rule that names the danger.

use tenantry_core::{
    Options, Run, check,
    diag::Diagnostic,
    load::{Library, ROOT_FILE},
    world::Memory,
};

/// An outage.
struct Incident {
    name: &'static str,
    spec: &'static str,
    causes: &'static [Cause],
}

/// One of its causes: what it was, the rule that finds it, and words that the finding must hold
/// so that whoever reads it knows what is at stake.
struct Cause {
    what: &'static str,
    rule: &'static str,
    words: &'static [&'static str],
}

const fn cause(what: &'static str, rule: &'static str, words: &'static [&'static str]) -> Cause {
    Cause { what, rule, words }
}

const INCIDENTS: &[Incident] = &[
    Incident {
        name: "etcd bloat",
        spec: include_str!("etcd-bloat.kdl"),
        causes: &[
            cause(
                "etcd wrote to the disk of the operating system",
                "etcd-on-shared-disk",
                &["`main`", "4906 machines", "API server", "use=etcd"],
            ),
            cause(
                "that disk did 5,000 operations per second",
                "etcd-disk-slow",
                &["5000 of 30000 operations", "API server answers nobody"],
            ),
            cause(
                "more than 200 workloads began at once",
                "jobs-at-once",
                &["220 jobs", "`0 2 * * *`", "etcd"],
            ),
        ],
    },
    Incident {
        name: "Ceph's split brain",
        spec: include_str!("ceph-split-brain.kdl"),
        causes: &[
            cause(
                "data lay in two copies",
                "ceph-copies-too-few",
                &["two copies", "halves of a network", "replicas=3"],
            ),
            cause(
                "two rooms, and no third to break the tie",
                "ceph-in-two-zones",
                &["2 machines in `north`", "no quorum"],
            ),
            cause(
                "the control plane stood and fell with one room",
                "majority-in-one-zone",
                &["2 of the 3 members", "third"],
            ),
            cause(
                "data without a backup",
                "core-without-backup",
                &["nothing saves its disk `data`"],
            ),
            cause(
                "backups in the same building",
                "backup-beside-data",
                &["its own site, `campus`", "together"],
            ),
        ],
    },
    Incident {
        name: "a storm of restarts",
        spec: include_str!("oom-storm.kdl"),
        causes: &[
            cause(
                "a leak that nobody was told of",
                "core-without-alerts",
                &["leak", "memory-of-limit > 80%"],
            ),
            cause(
                "it might take twice what it asked for",
                "core-memory-burst",
                &["256MiB", "512MiB", "ended first"],
            ),
            cause(
                "each restart shifted load to the others",
                "live-like-ready",
                &["`/status`", "their load as well"],
            ),
            cause(
                "all replicas could be away at once",
                "disruption-takes-all",
                &["300 replicas", "all of them"],
            ),
        ],
    },
];

fn run(spec: &str) -> Run {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let world = Memory::new([(ROOT_FILE, spec.to_owned())]);
    check(
        &world,
        library,
        &tenantry_targets::all(),
        &Options::default(),
    )
}

/// All that a reader of the finding is told.
fn told(finding: &Diagnostic) -> String {
    let parts = [
        Some(finding.message.as_str()),
        finding.label.as_deref(),
        finding.why.as_deref(),
        finding.help.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{}: {}", finding.rule.name(), parts.join(" | "))
}

#[test]
fn every_cause_is_found_and_the_danger_is_named() {
    let mut wrong = Vec::new();
    for incident in INCIDENTS {
        let told: Vec<String> = run(incident.spec).findings.iter().map(told).collect();
        for cause in incident.causes {
            let says = |line: &&String| {
                let rule = line.starts_with(&format!("{}: ", cause.rule));
                rule && cause.words.iter().all(|word| line.contains(word))
            };
            if told.iter().find(says).is_none() {
                let (name, what, rule) = (incident.name, cause.what, cause.rule);
                wrong.push(format!(
                    "{name}: {what}: {rule} does not say {:?}, among\n    {}",
                    cause.words,
                    told.join("\n    ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_else_is_wrong_with_them() {
    let mut wrong = Vec::new();
    for incident in INCIDENTS {
        for finding in run(incident.spec).findings.iter() {
            let known = |cause: &Cause| cause.rule == finding.rule.name();
            if !incident.causes.iter().any(known) {
                wrong.push(format!("{}: {}", incident.name, told(finding)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
