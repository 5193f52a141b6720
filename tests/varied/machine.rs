//! Virtual machines.

use super::{
    draft::Draft,
    shared::{connections, exposed, saved},
};

const IMAGE: &str = "vm image=\"registry.example.com/vm/debian:13\"";
const KEY: &str = "ssh-key \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKztIqnRQ/Efgt0fH4eoFvn44bzWPg+buoRtSLvfGO2K ops\"";

/// A machine with much of what a machine can have.
pub(super) fn write(draft: &mut Draft, name: &str) {
    let gpu = draft.dice.once_in(5);
    draft.line(format!("workload {name} {{"));
    let firmware = [
        ("vm.uefi", ""),
        ("vm.bios", " firmware=bios"),
        ("vm.secure-boot", " secure-boot=#true"),
        ("vm.tpm", " tpm=#true"),
        ("vm.migrate-live", " migrate=live"),
        ("vm.migrate-restart", " migrate=restart"),
        ("vm.migrate-never", " migrate=never"),
    ];
    // What has a GPU stays where it is.
    let upto = if gpu { 4 } else { firmware.len() };
    let (feature, option) = draft.dice.pick(&firmware[..upto]);
    draft.uses(feature);
    draft.line(format!("{IMAGE}{option}"));
    draft.line(if gpu { "on gpu" } else { "on general" });
    draft.one_of(&[
        ("vm.one", "replicas 1"),
        ("vm.replicas", "replicas 2"),
        ("vm.alone", "// no number"),
    ]);
    if gpu {
        draft.feature("vm.gpu", "gpu nvidia-a10 1");
        draft.line("cpu cores=4 dedicated=#true");
        draft.feature("vm.hugepages", "memory \"16GiB\" hugepages=\"2MiB\"");
    } else {
        shape(draft);
    }
    disks(draft);
    interfaces(draft);
    guest(draft);
    draft.lines(&["port ssh 22", "port http 8080"]);
    let ready = "probe ready port=http after=\"30s\" every=\"20s\"";
    draft.sometimes(3, "vm.probe", &[ready]);
    draft.sometimes(
        5,
        "vm.probe-http",
        &["probe live port=http path=\"/\" after=\"90s\""],
    );
    connections(draft);
    exposed(draft, name);
    if saved(draft, "data") {
        let kept = "availability max-unavailable=1 rpo=\"25h\"";
        draft.sometimes(2, "vm.availability", &[kept]);
    }
    draft.line("}");
}

/// A machine that says as little as it can.
pub(super) fn small(draft: &mut Draft, name: &str) {
    draft.uses("vm.small");
    draft.line(format!("workload {name} {{"));
    draft.line(IMAGE);
    draft.lines(&["on general", "cpu 2", "memory \"2GiB\""]);
    draft.lines(&[
        "disk root \"20GiB\" storage=fast",
        "user ops {",
        KEY,
        "}",
        "}",
    ]);
}

/// Processor and memory: what builds on each other is drawn together.
fn shape(draft: &mut Draft) {
    match draft.dice.below(4) {
        0 => {
            draft.one_of(&[
                ("vm.numa", "cpu cores=4 dedicated=#true numa=#true"),
                (
                    "vm.isolate",
                    "cpu cores=4 dedicated=#true isolate-emulator=#true",
                ),
            ]);
            draft.feature("vm.hugepages", "memory \"8GiB\" hugepages=\"1GiB\"");
        }
        1 => {
            draft.line("cpu cores=2 {");
            draft.feature("vm.cpu-feature", "feature pdpe1gb require");
            draft.lines(&["feature vmx disable", "}"]);
            draft.feature("vm.memory-max", "memory \"4GiB\" max=\"8GiB\"");
        }
        _ => {
            draft.one_of(&[
                ("vm.cores", "cpu cores=2"),
                ("vm.sockets", "cpu cores=2 sockets=2 model=host-passthrough"),
                ("vm.dedicated", "cpu cores=2 dedicated=#true"),
                ("vm.overcommit", "cpu cores=4 overcommit=\"1:4\""),
            ]);
            draft.one_of(&[
                ("vm.memory", "memory \"4GiB\""),
                ("vm.hugepages", "memory \"4GiB\" hugepages=\"2MiB\""),
            ]);
        }
    }
}

fn disks(draft: &mut Draft) {
    draft.line("disk root \"30GiB\" storage=fast");
    draft.line("disk data \"100GiB\" storage=fast mount=\"/data\" fs=xfs");
    draft.sometimes(
        4,
        "vm.disk-bus",
        &["disk slow \"10GiB\" storage=fast bus=scsi"],
    );
    draft.sometimes(
        4,
        "vm.disk-iothread",
        &["disk log \"10GiB\" storage=fast iothread=#true"],
    );
    draft.sometimes(
        5,
        "vm.disk-ephemeral",
        &["disk scratch \"5GiB\" ephemeral=#true"],
    );
    draft.sometimes(
        6,
        "vm.mount-config",
        &["mount \"/etc/app\" config=settings"],
    );
}

fn interfaces(draft: &mut Draft) {
    let bench = "nic bench network=bench mode=bridge unpoliced-because=\"machines under test\"";
    match draft.dice.below(4) {
        0 => draft.feature("nic.queues", "nic default queues=2"),
        1 => {
            draft.line("nic default");
            draft.feature("nic.bridge", bench);
        }
        _ => {}
    }
}

fn guest(draft: &mut Draft) {
    let user = [
        "user ops sudo=#true shell=\"/bin/bash\" {",
        KEY,
        "group adm docker",
        "}",
    ];
    draft.sometimes(2, "vm.user", &user);
    let setup = [
        "cloud-init {",
        "package chrony nftables",
        "write \"/etc/motd\" \"welcome: \\\"you\\\"\" mode=\"0644\"",
        "run \"systemctl enable --now chrony\"",
        "}",
    ];
    if !draft.sometimes(2, "vm.cloud-init", &setup) && draft.dice.once_in(4) {
        // More than KubeVirt takes inline.
        draft.feature("vm.cloud-init-long", "cloud-init {");
        draft.line(format!(
            "write \"/etc/long\" \"{}\"",
            "0123456789".repeat(300)
        ));
        draft.line("}");
    }
}
