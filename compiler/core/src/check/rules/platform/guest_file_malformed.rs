//! A file of a machine that cannot be written.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    origin::OriginId,
    schema::kinds::WriteFile,
};

declare_rule! { pub RULE = "guest-file-malformed", Platform, Error, "a file of a machine without a path from the root, or with a mode that is none", include_str!("guest_file_malformed.md") }

/// Reports each such file of a `cloud-init`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.whole_machines() {
        let files = workload.spec.cloud_init.iter().flat_map(|init| &init.write);
        for file in files {
            let Some((what, at, help)) = fault(file) else {
                continue;
            };
            let message = format!("`{}` writes a file {what}", workload.path);
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(at), message)
                    .label("cannot be written")
                    .why("cloud-init gives up at the first file that it cannot write, and with it on all that comes after")
                    .help(help),
            );
        }
    }
}

fn fault(file: &WriteFile) -> Option<(String, OriginId, String)> {
    let path = &file.path.value;
    if !path.starts_with('/') || path.ends_with('/') {
        let what = format!("`{path}`, which is no path from the root");
        let help = "write the whole path of the file: \"/etc/…\"".to_owned();
        return Some((what, file.path.origin, help));
    }
    let mode = file.mode.as_ref()?;
    let digits = mode.value.as_bytes();
    let octal = (3..=5).contains(&digits.len()) && digits.iter().all(|digit| (b'0'..=b'7').contains(digit));
    (!octal).then(|| {
        let what = format!("with the mode `{}`", mode.value);
        (what, mode.origin, "write three or four octal digits: \"0644\"".to_owned())
    })
}
