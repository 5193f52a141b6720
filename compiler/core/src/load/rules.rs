//! What can be wrong with the files themselves.

use tenantry_syntax::SyntaxError;

use crate::{
    diag::{Diagnostic, rule_set},
    world::ReadError,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    NO_ESTATE = "no-estate", Load, Error, "a folder without tenantry.kdl", include_str!("pages/no-estate.md");
    UNREADABLE_FILE = "unreadable-file", Load, Error, "a file that cannot be read as text", include_str!("pages/unreadable-file.md");
    LIMIT_PASSED = "limit-passed", Load, Error, "an estate larger than one of the compiler's bounds", include_str!("pages/limit-passed.md");
    BAD_LOCK = "bad-lock", Load, Error, "a tenantry.lock that cannot be read", include_str!("pages/bad-lock.md");
    SYNTAX = "syntax", Syntax, Error, "text that is not KDL 2.0", include_str!("pages/syntax.md");
}

/// The root file is missing.
pub fn no_estate(others: usize) -> Diagnostic {
    let message = match others {
        0 => "this folder holds no estate: there is no tenantry.kdl".to_owned(),
        n => format!(
            "this folder holds {n} .kdl files but no tenantry.kdl, which would make it an estate"
        ),
    };
    Diagnostic::nowhere(&NO_ESTATE, message)
        .help("`tenantry init` writes a first one; or name the estate's folder on the command line")
}

/// A file could not be read.
pub fn unreadable(path: &str, error: &ReadError) -> Diagnostic {
    let why = match error {
        ReadError::Missing => "it is not there".to_owned(),
        ReadError::NotText(at) => format!("byte {at} is not UTF-8"),
        ReadError::TooLarge(size) => format!("it has {size} bytes, more than a spec file may have"),
        ReadError::Other(words) => words.clone(),
    };
    let path = if path.is_empty() { "." } else { path };
    Diagnostic::nowhere(&UNREADABLE_FILE, format!("cannot read {path}: {why}"))
}

/// The lock cannot be read.
pub fn bad_lock(error: &str) -> Diagnostic {
    Diagnostic::nowhere(&BAD_LOCK, format!("tenantry.lock cannot be read: {error}"))
        .help("take it back from version control, or mend the merge that broke it; without it allocations would be chosen anew")
}

/// More files than one estate may have.
pub fn too_many_files(found: usize, limit: usize) -> Diagnostic {
    Diagnostic::nowhere(&LIMIT_PASSED, format!("the estate has {found} .kdl files; at most {limit} are read"))
        .help("is this the right folder? Generated .kdl files can be kept outside it, or in a folder whose name starts with a dot")
}

/// A syntax error as a finding.
pub fn syntax(error: &SyntaxError) -> Diagnostic {
    let rule = if error.limit { &LIMIT_PASSED } else { &SYNTAX };
    let mut finding =
        Diagnostic::new(rule, error.span, error.message.clone()).maybe_help(error.help.clone());
    finding.label = error.label.clone();
    if let Some((span, text)) = &error.related {
        finding = finding.also(*span, text.clone());
    }
    finding
}
