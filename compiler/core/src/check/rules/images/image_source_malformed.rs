//! A source of an image or a disk that nothing can be fetched from.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    origin::V,
    schema::kinds::ImageSource,
    units::{Name, Unit},
};

declare_rule! { pub RULE = "image-source-malformed", Images, Error, "a source whose address, claim or checksum cannot be read", include_str!("image_source_malformed.md") }

/// Reports each such part of the sources of images, disks and volumes.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let images = estate.images.values().flat_map(|image| &image.source);
    let disks = estate.workloads.values().flat_map(|workload| &workload.disks);
    let disks = disks.filter_map(|disk| disk.spec.source.as_ref());
    let volumes = estate.tenants.values().flat_map(|tenant| &tenant.volumes);
    let volumes = volumes.filter_map(|volume| volume.spec.source.as_ref());
    for source in images.chain(disks).chain(volumes) {
        for (what, at, help) in faults(source) {
            let message = format!("a source has {what} `{}`", at.value);
            findings.push(
                Diagnostic::new(&RULE, estate.span(at.origin), message)
                    .label("cannot be read")
                    .why("what fetches it finds nothing there: the disk is not filled, and its machine waits for it for ever")
                    .help(help),
            );
        }
    }
}

type Text = V<std::sync::Arc<str>>;

fn faults(source: &ImageSource) -> Vec<(&'static str, &Text, &'static str)> {
    let parts = [
        (&source.http, is_web as fn(&str) -> bool, "the web address", "write it whole: \"https://images.example.com/debian-13.qcow2\""),
        (&source.s3, is_bucket, "the S3 address", "write it whole: \"s3://bucket/debian-13.qcow2\", or the store's own web address"),
        (&source.pvc, is_claim, "the claim", "write the namespace and the name: \"images/debian-13\""),
        (&source.sha256, is_sum, "the checksum", "write the 64 hexadecimal digits that `sha256sum` prints"),
    ];
    parts
        .into_iter()
        .filter_map(|(text, holds, what, help)| Some((text.as_ref()?, holds, what, help)))
        .filter(|(text, holds, ..)| !holds(&text.value))
        .map(|(text, _, what, help)| (what, text, help))
        .collect()
}

/// Whether something stands behind one of these schemes, and no blank in it.
fn behind(text: &str, schemes: &[&str]) -> bool {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty() && !rest.contains(char::is_whitespace)
    })
}

fn is_web(text: &str) -> bool {
    behind(text, &["http://", "https://"])
}

fn is_bucket(text: &str) -> bool {
    behind(text, &["s3://", "http://", "https://"])
}

fn is_claim(text: &str) -> bool {
    text.split_once('/').is_some_and(|(namespace, name)| {
        Name::parse(namespace).is_ok() && name.split('.').all(|label| Name::parse(label).is_ok())
    })
}

fn is_sum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        assert!(is_web("https://images.example.com/a.qcow2"));
        assert!(is_bucket("s3://bucket/a.qcow2"));
        for bad in ["images.example.com/a", "https:///a", "ftp://a/b", "https://a/b c", ""] {
            assert!(!is_web(bad), "{bad}");
        }
    }

    #[test]
    fn a_claim_has_a_namespace() {
        assert!(is_claim("images/debian-13"));
        assert!(!is_claim("debian-13") && !is_claim("Images/debian") && !is_claim("a/b/c"));
    }
}
