//! DataVolumes, as the importer's webhook admits them.

use super::quantity::{self, Quantity};
use super::storage;
use crate::validate::{Findings, Node};

/// The smallest volume: 1 MiB.
const SIZE_MIN: i64 = 1024 * 1024;

/// A DataVolume, or a VM's template of one.
pub(super) fn data_volume(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    source(&spec, findings);
    content(&spec, findings);
    let shapes = spec.set_among(&["pvc", "storage"]);
    let [shape] = shapes[..] else {
        return findings.refuse(&spec, "exactly one of pvc and storage");
    };
    let shape_node = spec.key(shape);
    let modes = shape_node.key("accessModes");
    if shape == "pvc" && modes.len() != 1 {
        findings.refuse(&modes, "pvc has exactly one access mode");
    }
    storage::access_modes(&modes, findings);
    size(&spec, shape, findings);
}

fn source(spec: &Node<'_>, findings: &mut Findings) {
    let (source, reference) = (spec.key("source"), spec.key("sourceRef"));
    match (source.is_set(), reference.is_set()) {
        (true, true) => findings.refuse(spec, "source and sourceRef exclude each other"),
        (false, false) if !is_populated_elsewhere(spec) => {
            findings.refuse(spec, "no source: blank is one as well");
        }
        _ => {}
    }
    if source.is_set() && source.set_keys().len() != 1 {
        findings.refuse(&source, "exactly one kind of source");
    }
    if reference
        .key("kind")
        .str()
        .is_some_and(|kind| kind != "DataSource")
    {
        findings.refuse(&reference.key("kind"), "only DataSource");
    }
    urls(&source, findings);
}

fn is_populated_elsewhere(spec: &Node<'_>) -> bool {
    ["pvc", "storage"].iter().any(|shape| {
        !spec
            .key(shape)
            .set_among(&["dataSource", "dataSourceRef"])
            .is_empty()
    })
}

fn urls(source: &Node<'_>, findings: &mut Findings) {
    const SCHEMES: &[(&str, &[&str])] = &[
        ("gcs", &["gs://", "http://", "https://"]),
        ("http", &["http://", "https://"]),
        ("registry", &["docker://", "oci-archive://"]),
        ("s3", &["http://", "https://", "s3://"]),
    ];
    for (kind, schemes) in SCHEMES {
        let url = source.key(kind).key("url");
        let text = url.str().unwrap_or_default();
        if url.is_set() && !schemes.iter().any(|scheme| text.starts_with(scheme)) {
            findings.refuse(
                &url,
                format!("`{text}` does not begin with {}", schemes.join(" or ")),
            );
        }
    }
    let clone = source.key("pvc");
    if clone.is_set() && clone.set_among(&["namespace", "name"]).len() != 2 {
        findings.refuse(
            &clone,
            "a clone names the namespace and the claim it copies",
        );
    }
}

fn content(spec: &Node<'_>, findings: &mut Findings) {
    let kind = spec.key("contentType");
    match kind.str() {
        None | Some("" | "kubevirt") => {}
        Some("archive")
            if spec
                .key("source")
                .set_among(&["registry", "blank"])
                .is_empty() => {}
        Some("archive") => findings.refuse(&kind, "an archive is neither blank nor in a registry"),
        Some(other) => findings.refuse(&kind, format!("`{other}` is not kubevirt or archive")),
    }
}

/// A size, except where a clone brings its own.
fn size(spec: &Node<'_>, shape: &str, findings: &mut Findings) {
    let size = spec.key(shape).at("resources/requests/storage");
    let source = spec.key("source");
    let clones =
        spec.key("sourceRef").is_set() || !source.set_among(&["pvc", "snapshot"]).is_empty();
    if !size.is_set() {
        if shape == "pvc" || !clones {
            findings.refuse(&spec.key(shape), "no size requested");
        }
    } else if let Some(amount) = quantity::non_negative(&size, findings)
        && amount < Quantity::units(SIZE_MIN)
    {
        findings.refuse(&size, format!("{amount} bytes, at least {SIZE_MIN}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(source: Value, shape: &str, shaped: Value) -> Value {
        json!({ "spec": { "source": source, shape: shaped } })
    }

    fn sized(size: &str) -> Value {
        json!({ "accessModes": ["ReadWriteMany"], "resources": { "requests": { "storage": size } } })
    }

    #[test]
    fn a_volume_has_one_source_and_one_shape() {
        accepts(
            data_volume,
            with(json!({ "blank": {} }), "storage", sized("1Gi")),
        );
        refuses(
            data_volume,
            with(Value::Null, "storage", sized("1Gi")),
            "/spec",
            "no source",
        );
        let two = json!({ "blank": {}, "http": { "url": "https://example.com/a" } });
        refuses(
            data_volume,
            with(two, "storage", sized("1Gi")),
            "/spec/source",
            "exactly one",
        );
        let both = json!({ "spec": { "source": { "blank": {} }, "pvc": {}, "storage": {} } });
        refuses(data_volume, both, "/spec", "exactly one of");
    }

    #[test]
    fn urls_fit_their_kind() {
        let registry = |url: &str| {
            with(
                json!({ "registry": { "url": url } }),
                "storage",
                sized("1Gi"),
            )
        };
        accepts(data_volume, registry("docker://quay.example/debian:13"));
        refuses(
            data_volume,
            registry("quay.example/debian:13"),
            "/spec/source/registry/url",
            "docker://",
        );
    }

    #[test]
    fn only_a_clone_goes_without_a_size() {
        let clone = json!({ "pvc": { "namespace": "images", "name": "debian" } });
        accepts(data_volume, with(clone.clone(), "storage", json!({})));
        let pvc = json!({ "accessModes": ["ReadWriteOnce"] });
        refuses(data_volume, with(clone, "pvc", pvc), "/spec/pvc", "no size");
        let blank = json!({ "blank": {} });
        refuses(
            data_volume,
            with(blank.clone(), "storage", json!({})),
            "/spec/storage",
            "no size",
        );
        let pointer = "/spec/storage/resources/requests/storage";
        refuses(
            data_volume,
            with(blank, "storage", sized("1Ki")),
            pointer,
            "at least",
        );
    }

    #[test]
    fn an_archive_is_not_in_a_registry() {
        let mut volume = with(json!({ "blank": {} }), "storage", sized("1Gi"));
        volume["spec"]["contentType"] = json!("archive");
        refuses(data_volume, volume, "/spec/contentType", "neither");
    }
}
