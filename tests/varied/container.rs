//! Containers: services, what keeps something, and what ends.

use super::{
    draft::Draft,
    shared::{connections, exposed, saved, watched},
};

/// A service without a state.
pub(super) fn service(draft: &mut Draft, name: &str) {
    let core = open(draft, name);
    let gpu = !draft.all_sandboxed && draft.dice.once_in(8);
    let image = "container image=\"registry.example.com/team/app:1.4.2\"";
    let sandboxed = body(draft, image, !gpu);
    if gpu {
        draft.line("on infer");
        draft.feature("container.gpu", "gpu nvidia-l4 1");
    } else {
        placed(draft);
    }
    sized(draft, core || sandboxed);
    let deployed = replicas(draft);
    environment(draft);
    ports(draft);
    probes(draft);
    connections(draft);
    exposed(draft, name);
    watched(draft);
    match draft.dice.below(6) {
        0 if deployed => draft.feature("rollout.recreate", "rollout strategy=recreate"),
        1 if deployed => draft.feature("rollout.surge", "rollout max-surge=\"25%\" pause=\"30s\""),
        2 if deployed => draft.feature(
            "rollout.surge-most",
            "rollout max-surge=\"100%\" pause=\"1h\"",
        ),
        _ => {}
    }
    match draft.dice.below(6) {
        0 | 1 => draft.feature("availability", "availability max-unavailable=1"),
        2 => draft.feature(
            "availability.percent",
            "availability max-unavailable=\"34%\"",
        ),
        3 => draft.feature("availability.none", "availability max-unavailable=0"),
        _ => {}
    }
    draft.line("}");
}

/// How many; whether they are pods of a Deployment.
fn replicas(draft: &mut Draft) -> bool {
    match draft.dice.below(4) {
        0 => {
            draft.feature("scale.cpu", "scale min=2 max=6 cooldown=\"5m\" {");
            draft.one_of(&[
                ("scale.cpu", "cpu \"70%\""),
                ("scale.cpu-least", "cpu \"1%\""),
                ("scale.cpu-beyond", "cpu \"250%\""),
            ]);
            draft.sometimes(3, "scale.memory", &["memory \"80%\""]);
            draft.line("}");
            true
        }
        1 => {
            draft.feature("replicas.per-node", "replicas 1 per=node");
            false
        }
        _ => {
            draft.one_of(&[("replicas", "replicas 3"), ("replicas.one", "replicas 1")]);
            true
        }
    }
}

/// A service whose replicas keep something.
pub(super) fn stateful(draft: &mut Draft, name: &str) {
    let core = open(draft, name);
    let image = "container image=\"registry.example.com/team/store:16.4\"";
    let sandboxed = body(draft, image, true);
    draft.lines(&["on general {", "spread by=node hard=#true", "}"]);
    sized(draft, core || sandboxed);
    draft.one_of(&[
        ("replicas.stable", "replicas 3 identity=stable"),
        ("replicas.stable", "replicas 1 identity=stable"),
    ]);
    draft.line("disk data \"50GiB\" storage=fast mount=\"/var/lib/store\"");
    let scratch = "disk scratch \"5GiB\" ephemeral=#true mount=\"/scratch\"";
    draft.sometimes(4, "disk.ephemeral", &[scratch]);
    environment(draft);
    ports(draft);
    probes(draft);
    connections(draft);
    watched(draft);
    saved(draft, "data");
    draft.line("}");
}

/// What ends.
pub(super) fn job(draft: &mut Draft, name: &str) {
    let core = open(draft, name);
    let (feature, options) = draft.dice.pick(&[
        ("job.once", "limit=\"2h\" retries=3"),
        ("job.parallel", "limit=\"2h\" parallel=4 keep=\"1d\""),
        (
            "job.schedule",
            "schedule=\"15 3 * * 1-5\" limit=\"1h\" keep=\"7d\"",
        ),
        ("job.schedule", "schedule=daily limit=\"30m\""),
        (
            "job.odd",
            "schedule=\"*/5 0-6,22 1,15 */2 0\" limit=\"1s\" retries=0 keep=\"1s\"",
        ),
    ]);
    draft.uses(feature);
    let image = format!("job image=\"registry.example.com/team/batch:2.0.1\" {options}");
    let sandboxed = body(draft, &image, true);
    draft.line("on general");
    sized(draft, core || sandboxed);
    environment(draft);
    connections(draft);
    draft.line("}");
}

/// Begins a workload; whether others stop when it does.
fn open(draft: &mut Draft, name: &str) -> bool {
    let (feature, option) = draft.dice.pick(&[
        ("workload.plain", ""),
        ("workload.plain", ""),
        ("workload.core", " criticality=core"),
        ("workload.priority", " priority=urgent"),
    ]);
    draft.uses(feature);
    draft.line(format!("workload {name}{option} {{"));
    let owner = "annotation \"example.com/owner\" \"the team, by mail\"";
    draft.sometimes(6, "label", &["label component front", owner]);
    feature == "workload.core"
}

/// The container itself, with what runs in it and beside it; whether it is in a sandbox.
fn body(draft: &mut Draft, head: &str, may: bool) -> bool {
    let sandboxed = may && (draft.all_sandboxed || draft.dice.once_in(3));
    let mut head = head.to_owned();
    if sandboxed {
        let (feature, option) = draft.dice.pick(&[
            ("sandbox.kata", " sandbox=kata"),
            ("sandbox.kata-clh", " sandbox=kata-clh"),
            ("sandbox.gvisor", " sandbox=gvisor"),
        ]);
        draft.uses(feature);
        head.push_str(option);
    }
    for (feature, option) in [
        ("container.uid", " uid=4711"),
        ("container.writable-root", " read-only-root=#false"),
        ("container.token", " service-account-token=#true"),
        ("container.pull-secret", " pull-secret=s3"),
    ] {
        if draft.dice.once_in(5) {
            draft.uses(feature);
            head.push_str(option);
        }
    }
    draft.line(format!("{head} {{"));
    let command = "command \"/bin/app\" \"--serve\"";
    let arguments = "args \"--verbose\" \"--level=3\"";
    draft.sometimes(3, "container.command", &[command, arguments]);
    draft.sometimes(4, "container.writable", &["writable \"/tmp\""]);
    draft.sometimes(5, "container.capability", &["capability NET_BIND_SERVICE"]);
    others(draft);
    draft.line("}");
    sandboxed
}

/// What runs before it, and what runs beside it.
fn others(draft: &mut Draft) {
    let migrate = "image=\"registry.example.com/team/migrate:1.0.0\"";
    if draft.dice.once_in(3) {
        draft.uses("container.init");
        draft.line(format!(
            "init migrate {migrate} cpu=\"100m\" memory=\"64MiB\" {{"
        ));
        draft.lines(&[
            "command \"/migrate\" \"up\"",
            "var MODE config=settings key=mode",
            "mount \"/etc/migrate\" config=settings",
            "}",
        ]);
    }
    let proxy = "image=\"registry.example.com/team/proxy:3.1.0\"";
    if draft.dice.once_in(3) {
        draft.uses("container.sidecar");
        draft.line(format!(
            "sidecar proxy {proxy} cpu=\"50m\" memory=\"64MiB\" {{"
        ));
        draft.lines(&[
            "port admin 9901",
            "var TOKEN secret=s3 key=access-key",
            "mount \"/etc/proxy\" secret=s3",
            "}",
        ]);
    }
}

fn placed(draft: &mut Draft) {
    draft.line("on general {");
    draft.sometimes(2, "spread.zone", &["spread by=zone"]);
    draft.sometimes(3, "spread.node", &["spread by=node max-skew=2 hard=#true"]);
    draft.sometimes(4, "where", &["where disk-kind nvme"]);
    draft.sometimes(6, "where.zone", &["zone a b"]);
    draft.sometimes(5, "tolerate", &["tolerate \"example.com/slow\" yes"]);
    draft.line("}");
}

/// What it takes: as much as it asks for, where that is guaranteed.
fn sized(draft: &mut Draft, guaranteed: bool) {
    if guaranteed {
        draft.one_of(&[
            ("cpu.whole", "cpu 2 limit=2"),
            ("cpu.limit", "cpu \"500m\" limit=\"500m\""),
        ]);
        draft.line("memory \"1GiB\" limit=\"1GiB\"");
        return;
    }
    draft.one_of(&[
        ("cpu.request", "cpu \"500m\""),
        ("cpu.small", "cpu \"1m\""),
        ("cpu.limit", "cpu \"250m\" limit=2"),
        ("cpu.whole", "cpu 2 limit=2"),
        ("cpu.dedicated", "cpu 2 dedicated=#true"),
    ]);
    draft.one_of(&[
        ("memory", "memory \"512MiB\""),
        ("memory.limit", "memory \"1GiB\" limit=\"2GiB\""),
        ("memory", "memory \"3GiB\""),
        ("memory.small", "memory \"8MiB\""),
        ("memory.decimal", "memory \"1500MB\""),
    ]);
}

fn environment(draft: &mut Draft) {
    // What YAML would take for something else than a text.
    let texts = [
        "var LEVEL info",
        "var EMPTY \"\"",
        "var NUMBER \"0x10\"",
        "var TRUTH \"yes\"",
    ];
    draft.sometimes(2, "var.value", &texts);
    let odd = [
        "var lower.case-and_more 1",
        "var SPACES \"  two  lines\\n\"",
        "var BRACES \"$(PATH) {x}\"",
    ];
    draft.sometimes(6, "var.odd", &odd);
    draft.sometimes(2, "var.secret", &["var S3_KEY secret=s3 key=access-key"]);
    draft.sometimes(3, "var.config", &["var MODE config=settings key=mode"]);
    let fields = [
        "var POD_NAME field=\"metadata.name\"",
        "var NODE_NAME field=\"spec.nodeName\"",
    ];
    draft.sometimes(4, "var.field", &fields);
    draft.sometimes(3, "mount.config", &["mount \"/etc/app\" config=settings"]);
    draft.sometimes(4, "mount.secret", &["mount \"/run/secrets/s3\" secret=s3"]);
    draft.sometimes(4, "mount.volume", &["mount \"/media\" volume=media"]);
}

fn ports(draft: &mut Draft) {
    draft.line("port http 8080");
    draft.sometimes(4, "port.grpc", &["port rpc 9090 app=grpc"]);
    draft.sometimes(5, "port.udp", &["port dns 5353 protocol=udp"]);
    draft.sometimes(6, "port.last", &["port last-of-all 65535"]);
    draft.sometimes(8, "port.first", &["port first 1 protocol=sctp"]);
    draft.sometimes(6, "port.range", &["port data \"20000-20009\""]);
}

fn probes(draft: &mut Draft) {
    draft.one_of(&[
        (
            "probe.http",
            "probe ready port=http path=\"/ready\" every=\"10s\" timeout=\"2s\"",
        ),
        ("probe.tcp", "probe ready port=http after=\"5s\" failures=5"),
        ("probe.grpc", "probe ready port=http grpc=#true"),
    ]);
    match draft.dice.below(5) {
        0 => draft.feature(
            "probe.live",
            "probe live port=http every=\"20s\" failures=3",
        ),
        1 => {
            draft.feature("probe.exec", "probe live every=\"1m\" {");
            draft.lines(&["exec \"/bin/alive\" \"--quick\"", "}"]);
        }
        _ => {}
    }
    let startup = "probe startup port=http every=\"5s\" failures=30";
    draft.sometimes(4, "probe.startup", &[startup]);
}
