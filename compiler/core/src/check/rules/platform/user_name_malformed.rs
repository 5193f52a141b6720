//! A user of a machine by a name that systems do not take.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "user-name-malformed", Platform, Error, "a user of a machine by a name that Linux does not take", include_str!("user_name_malformed.md") }

/// The longest name of a user (`useradd(8)`, `LOGIN_NAME_MAX`).
const LONGEST: usize = 32;

/// Reports each such user of a machine that runs Linux.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.whole_machines() {
        let image = subject.estate.image_of(workload);
        if image.is_some_and(|image| image.os.value != crate::schema::kinds::Os::Linux) {
            continue;
        }
        for user in &workload.spec.user {
            let name = &user.name.value;
            if is_name(name) {
                continue;
            }
            let message = format!("`{}` has a user `{name}`", workload.path);
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(user.name.origin), message)
                    .label("no name of a user")
                    .why("`useradd` refuses it, and nobody gets into the machine")
                    .help(format!("write lower-case letters, digits, `_` and `-`, with a letter or `_` in front, at most {LONGEST}")),
            );
        }
    }
}

fn is_name(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let rest = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.'));
    first && rest && name.len() <= LONGEST
}
