//! Backups that travel unencrypted.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "backup-in-the-clear", Backup, Warn, "a backup store that is reached without encryption", include_str!("backup_in_the_clear.md") }

/// Reports S3 stores whose endpoint is plain HTTP.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for store in estate.backup_stores.values() {
        let endpoint = store.s3.as_ref().and_then(|s3| s3.endpoint.as_ref());
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.value.starts_with("http://"))
        else {
            continue;
        };
        let span = estate.span(endpoint.origin);
        let message = format!(
            "what goes to backup store `{}` goes there in the clear",
            store.name.value
        );
        let finding = Diagnostic::new(&RULE, span, message)
            .label("plain HTTP")
            .why("a backup is all data of a workload in one stream; whoever listens on the way has it, with the names of the buckets")
            .help(format!("write `https://{}`", endpoint.value.trim_start_matches("http://")));
        // The scheme is written where the text is; a value that was worked out has no such place.
        findings.push(match estate.origins.written(endpoint.origin) {
            Some(at) => finding.suggest(
                "write `https://`",
                vec![(
                    at,
                    format!(
                        "\"https://{}\"",
                        endpoint.value.trim_start_matches("http://")
                    ),
                )],
            ),
            None => finding,
        });
    }
}
