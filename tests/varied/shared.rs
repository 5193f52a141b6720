//! Tenants, and what workloads of every kind have.

use super::{container, draft::Draft, machine};

/// A tenant with its secrets, configs and workloads.
pub(super) fn tenant(draft: &mut Draft, number: usize) {
    let mut head = format!("tenant team-{number}");
    let options: &[(&'static str, &str)] = &[
        ("tenant.plain", ""),
        ("tenant.tier", " tier=gold"),
        ("tenant.hardened", " isolation=hardened"),
        ("tenant.sandbox", " isolation=sandbox"),
        ("tenant.confidential", " data=confidential cost-center=cc-7"),
    ];
    let (feature, option) = draft.dice.pick(options);
    draft.uses(feature);
    draft.all_sandboxed = feature == "tenant.sandbox";
    head.push_str(option);
    draft.line(format!("{head} {{"));
    if number == 0 && draft.dice.once_in(4) {
        draft.feature("tenant.dedicated", "dedicated general 6");
    }
    draft.sometimes(
        2,
        "quota",
        &[
            "quota cpu=400 memory=\"1500GiB\" pods=200 vms=40 {",
            "gpu nvidia-a10 8",
            "gpu nvidia-l4 8",
            "hugepages \"1GiB\" \"512GiB\"",
            "hugepages \"2MiB\" \"512GiB\"",
            "storage fast \"30TiB\"",
            "storage shared \"10TiB\"",
            "objects services 100",
            "objects \"count/jobs.batch\" 50",
            "}",
        ],
    );
    draft.sometimes(
        2,
        "members",
        &[
            "members {",
            "admin \"group:leads\"",
            "edit \"group:developers\"",
            "view \"user:auditor\"",
            "vm-user \"group:operators\"",
            "}",
        ],
    );
    draft.lines(&[
        "secret s3 from=\"vault:secret/data/team/s3\" refresh=\"30m\" {",
        "key access-key",
        "key secret-key from=\"secret\"",
        "}",
        "config settings {",
        "file \"app.conf\" \"listen = 8080\"",
        "entry mode fast",
        "}",
        "volume media \"200GiB\" storage=shared shared=#true",
    ]);
    for at in 0..2 + draft.dice.below(4) {
        workload(draft, at);
    }
    draft.line("}");
}

fn workload(draft: &mut Draft, at: usize) {
    let name = named(draft, at);
    match draft.dice.below(10) {
        0..4 => container::service(draft, &name),
        4..6 => container::stateful(draft, &name),
        6..8 => machine::write(draft, &name),
        8 => container::job(draft, &name),
        _ => machine::small(draft, &name),
    }
}

/// A name that nobody else in the tenant has; seldom at the edge of what a name can be.
fn named(draft: &mut Draft, at: usize) -> String {
    match draft.dice.below(12) {
        0 => {
            draft.uses("name.long");
            format!("w{at}-{}", "long-names-".repeat(3).trim_end_matches('-'))
        }
        1 => {
            draft.uses("name.short");
            ["a", "b", "c", "d", "e", "f"][at.min(5)].to_owned()
        }
        2 => {
            draft.uses("name.digits");
            format!("v1-2-{at}")
        }
        _ => format!("w{at}"),
    }
}

/// What it calls, whoever it is.
pub(super) fn connections(draft: &mut Draft) {
    if draft.knows_hosts {
        draft.sometimes(3, "connect.external", &["connect mail port=submission"]);
        let packages = "connect internet port=443 host=\"*.packages.example.org\"";
        draft.sometimes(5, "connect.host", &[packages]);
    }
    draft.sometimes(6, "connect.internet", &["connect internet port=80"]);
    let office = "connect office port=8443 protocol=tcp cidr=\"203.0.113.16/28\"";
    draft.sometimes(6, "connect.cidr", &[office]);
    draft.sometimes(6, "connect.api", &["connect platform.kube-api"]);
}

/// How clients reach its port `http`.
pub(super) fn exposed(draft: &mut Draft, name: &str) {
    match draft.dice.below(6) {
        0 => {
            draft.uses("expose.gateway");
            draft.line(format!(
                "expose http host=\"{name}.example.com\" tls=#true {{"
            ));
            draft.sometimes(2, "expose.from", &["from office \"198.51.100.0/24\""]);
            draft.sometimes(2, "expose.limit", &["limit rpm=600"]);
            draft.line("}");
        }
        1 => draft.feature(
            "expose.path",
            format!("expose http host=\"{name}.example.com\" path=\"/app\""),
        ),
        2 => draft.feature("expose.load-balancer", "expose http via=load-balancer"),
        3 => draft.feature("expose.node-port", "expose http via=node-port"),
        _ => {}
    }
}

/// How it is watched.
pub(super) fn watched(draft: &mut Draft) {
    match draft.dice.below(4) {
        0 => draft.feature("monitor", "monitor port=http path=\"/metrics\""),
        1 => {
            draft.feature("monitor.alert", "monitor port=http every=\"30s\" {");
            draft.line("alert busy when=\"cpu-utilisation > 80%\" for=\"10m\" severity=critical");
            draft.line("}");
        }
        _ => {}
    }
}

/// A backup of what it keeps; whether it has one.
pub(super) fn saved(draft: &mut Draft, disk: &str) -> bool {
    let saved = draft.dice.once_in(2);
    if saved {
        draft.feature(
            "backup",
            "backup nightly schedule=\"0 2 * * *\" to=offsite {",
        );
        draft.line("keep daily=7 weekly=4");
        draft.line(format!("disk {disk}"));
        draft.sometimes(2, "backup.verify", &["verify weekly"]);
        draft.line("}");
    }
    saved
}
