//! A credential that stands in the spec.

use super::literals::{Literal, everywhere};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::looks_like_a_secret,
};

declare_rule! { pub RULE = "literal-credential", Secrets, Error, "a credential that stands in the spec itself", include_str!("literal_credential.md") }

/// Reports each text that is one, by its own looks or by the name it is given. The text is never
/// repeated: findings end up in logs.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    everywhere(estate, &mut |literal| {
        let Some(message) = credential(literal) else {
            return;
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(literal.at), message)
                .label("stands in the spec")
                .why("the spec lies in a repository, in every clone and every build's log, and what is emitted is readable by all who may look at the namespace; from there it can only be replaced, not taken back")
                .help("keep it in a vault, declare `secret NAME from=\"vault:PATH\"`, and use it with `var NAME secret=NAME key=KEY` or `mount PATH secret=NAME`; if this was ever committed, replace it"),
        );
    });
}

/// What to say of a text that is one.
fn credential(literal: &Literal<'_>) -> Option<String> {
    let place = literal.place;
    if let Some(what) = looks_like_a_secret(literal.text) {
        return Some(format!("{place} holds {what}"));
    }
    let named = literal.name.is_some_and(names_a_secret);
    (named && is_a_value(literal.text))
        .then(|| format!("{place} is a credential by its name, and its value stands here"))
}

/// Whether a variable or key is called as credentials are.
fn names_a_secret(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
    ];
    // `TOKEN_TTL` and `PASSWORD_FILE` are about one.
    let name = name.replace(['-', '.'], "_").to_ascii_uppercase();
    WORDS.iter().any(|word| {
        let before = name.strip_suffix(word);
        before
            .is_some_and(|before| before.is_empty() || before.ends_with('_') || *word == "PASSWORD")
    })
}

/// Whether a text can be a credential: not empty, a truth, a path, a reference or a gap that is filled in later.
fn is_a_value(text: &str) -> bool {
    let text = text.trim();
    let pointer = text.starts_with(['/', '$', '<', '{', '%', '*']) || text.contains("://");
    let word = [
        "true", "false", "yes", "no", "none", "null", "disabled", "optional", "required",
    ];
    !text.is_empty() && !pointer && !word.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_told_apart() {
        for name in [
            "DB_PASSWORD",
            "PGPASSWORD",
            "api-key",
            "GITHUB_TOKEN",
            "secret",
        ] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in [
            "PASSWORD_FILE",
            "TOKEN_TTL",
            "TOKENS",
            "SECRETARY",
            "KEY",
            "MAX_TOKENS",
            "CLIENT_ID",
        ] {
            assert!(!names_a_secret(name), "{name}");
        }
        assert!(is_a_value("hunter2"));
        for text in [
            "",
            "true",
            "/run/secrets/db",
            "${DB}",
            "<filled in>",
            "vault://x",
        ] {
            assert!(!is_a_value(text), "{text}");
        }
    }
}
