//! Volumes of a virtual machine: one source each, and cloud-init that fits.

use std::collections::BTreeSet;

use crate::validate::kubernetes::names;
use crate::validate::{Findings, Node};

/// Inline cloud-init data, decoded: 2048 bytes.
const CLOUD_INIT_MAX: usize = 2048;
/// Sources of which a machine has one at most.
const SINGLE: &[&str] = &["downwardMetrics", "memoryDump", "serviceAccount"];

/// The rules over `volumes`.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    let (mut seen, mut single) = (BTreeSet::new(), BTreeSet::new());
    for volume in spec.key("volumes").items() {
        let name = volume.key("name");
        let text = name.str().unwrap_or_default();
        if let Err(reason) = names::dns_label(text) {
            findings.refuse(&name, reason);
        }
        if !seen.insert(text) {
            findings.refuse(&name, format!("two volumes are named `{text}`"));
        }
        let sources: Vec<_> = volume
            .set_keys()
            .into_iter()
            .filter(|key| *key != "name")
            .collect();
        if sources.len() != 1 {
            findings.refuse(&volume, "a volume has exactly one source");
        }
        for source in volume.set_among(SINGLE) {
            if !single.insert(source) {
                findings.refuse(&volume, format!("one {source} at most"));
            }
        }
        for source in ["cloudInitNoCloud", "cloudInitConfigDrive"] {
            cloud_init(&volume.key(source), findings);
        }
        host_disk(&volume.key("hostDisk"), findings);
        named_source(&volume, findings);
    }
}

fn named_source(volume: &Node<'_>, findings: &mut Findings) {
    let names = [
        "configMap/name",
        "dataVolume/name",
        "persistentVolumeClaim/claimName",
        "secret/secretName",
        "serviceAccount/serviceAccountName",
        "containerDisk/image",
    ];
    for path in names {
        let (source, _) = path.split_once('/').unwrap_or((path, ""));
        if volume.key(source).is_set() && volume.at(path).str().is_none_or(str::is_empty) {
            findings.refuse(&volume.at(path), "what the volume shows is named");
        }
    }
}

fn cloud_init(source: &Node<'_>, findings: &mut Findings) {
    if !source.is_set() {
        return;
    }
    let user = source.set_among(&["userData", "userDataBase64", "secretRef"]);
    let network = source.set_among(&["networkData", "networkDataBase64", "networkDataSecretRef"]);
    if user.is_empty() && network.is_empty() {
        findings.refuse(source, "neither user data nor network data");
    }
    for said in [&user, &network] {
        if said.len() > 1 {
            findings.refuse(source, format!("{} exclude each other", said.join(" and ")));
        }
    }
    for inline in source.set_among(&["userData", "networkData"]) {
        size(
            &source.key(inline),
            source.key(inline).str().map_or(0, str::len),
            findings,
        );
    }
    for encoded in source.set_among(&["userDataBase64", "networkDataBase64"]) {
        let node = source.key(encoded);
        size(&node, node.str().map_or(0, decoded_length), findings);
    }
}

/// Bytes behind a base64 text.
fn decoded_length(text: &str) -> usize {
    text.trim_end_matches('=').len() * 3 / 4
}

fn size(node: &Node<'_>, bytes: usize, findings: &mut Findings) {
    if bytes > CLOUD_INIT_MAX {
        let message = format!("{bytes} bytes inline, at most {CLOUD_INIT_MAX}: refer to a Secret");
        findings.refuse(node, message);
    }
}

fn host_disk(disk: &Node<'_>, findings: &mut Findings) {
    if !disk.is_set() {
        return;
    }
    if disk.key("path").str().is_none_or(str::is_empty) {
        findings.refuse(disk, "a host disk has a path");
    }
    match disk.key("type").str() {
        Some("DiskOrCreate") => {}
        Some("Disk") if disk.key("capacity").is_set() => {
            findings.refuse(&disk.key("capacity"), "a disk that exists has its size");
        }
        Some("Disk") => {}
        _ => findings.refuse(&disk.key("type"), "Disk or DiskOrCreate"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(volume: Value) -> Value {
        json!({ "volumes": [volume] })
    }

    #[test]
    fn a_volume_has_one_named_source() {
        accepts(
            check,
            with(json!({ "name": "a", "dataVolume": { "name": "a" } })),
        );
        let two = with(json!({ "name": "a", "emptyDisk": {}, "dataVolume": { "name": "a" } }));
        refuses(check, two, "/volumes/0", "exactly one");
        let unnamed = with(json!({ "name": "a", "dataVolume": {} }));
        refuses(check, unnamed, "/volumes/0/dataVolume/name", "named");
        let twice = json!({ "volumes": [{ "name": "a", "emptyDisk": {} }, { "name": "a", "emptyDisk": {} }] });
        refuses(check, twice, "/volumes/1/name", "two volumes");
    }

    #[test]
    fn cloud_init_fits_inline_or_is_a_secret() {
        let no_cloud = |source: Value| with(json!({ "name": "ci", "cloudInitNoCloud": source }));
        let user = "/volumes/0/cloudInitNoCloud/userData";
        accepts(check, no_cloud(json!({ "userData": "x".repeat(2048) })));
        refuses(
            check,
            no_cloud(json!({ "userData": "x".repeat(2049) })),
            user,
            "2049",
        );
        // 2732 characters of base64 are 2048 bytes and one of padding.
        accepts(
            check,
            no_cloud(json!({ "userDataBase64": format!("{}=", "e".repeat(2731)) })),
        );
        let encoded = no_cloud(json!({ "userDataBase64": "e".repeat(2736) }));
        refuses(
            check,
            encoded,
            "/volumes/0/cloudInitNoCloud/userDataBase64",
            "2052",
        );
        let source = "/volumes/0/cloudInitNoCloud";
        refuses(check, no_cloud(json!({})), source, "neither");
        let both = json!({ "userData": "a", "secretRef": { "name": "s" } });
        refuses(check, no_cloud(both), source, "exclude");
    }
}
