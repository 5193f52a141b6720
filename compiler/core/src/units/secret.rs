//! Where a secret is kept.

use std::fmt;
use std::sync::Arc;

use super::{Unit, UnitError, looks_like_a_secret};

/// A pointer to a secret; the secret itself never stands in a spec.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretUri {
    store: SecretStore,
    path: Arc<str>,
}

/// What keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretStore {
    /// A HashiCorp Vault or OpenBao; the path is the one in it.
    Vault,
    /// A file of variables beside the estate that is not committed.
    EnvFile,
    /// A file beside the estate, encrypted with SOPS.
    Sops,
}

impl SecretStore {
    /// As written before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::EnvFile => "env-file",
            Self::Sops => "sops",
        }
    }
}

const STORES: [SecretStore; 3] = [SecretStore::Vault, SecretStore::EnvFile, SecretStore::Sops];

/// The longest path, in bytes.
const MAX_LEN: usize = 512;

impl SecretUri {
    /// What keeps the secret.
    pub fn store(&self) -> SecretStore {
        self.store
    }

    /// Where in the store: segments with `/` between, relative.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Unit for SecretUri {
    const NAME: &'static str = "secret-uri";
    const EXAMPLE: &'static str = "vault:secret/data/acme/s3";
    const DOC: &'static str =
        "where a secret is kept, never the secret: vault:PATH, env-file:PATH or sops:PATH";

    // No message here repeats the text: it may be the secret itself.
    fn parse(text: &str) -> Result<Self, UnitError> {
        let found = STORES.into_iter().find_map(|store| {
            let path = text.strip_prefix(store.name())?.strip_prefix(':')?;
            Some((store, path))
        });
        let Some((store, path)) = found else {
            return Err(no_store(text));
        };
        let at = text.len() - path.len()..text.len();
        if let Some(what) = looks_like_a_secret(path) {
            return Err(literal(what).at(at));
        }
        if let Some(why) = path_fault(path) {
            return Err(UnitError::new(format!("the path of the secret {why}"))
                .help(format!("write one such as \"{}:acme/s3\"", store.name()))
                .at(at));
        }
        Ok(Self {
            store,
            path: path.into(),
        })
    }
}

fn no_store(text: &str) -> UnitError {
    if let Some(what) = looks_like_a_secret(text) {
        return literal(what);
    }
    UnitError::new("this does not say where the secret is kept").help(
        "write \"vault:PATH\", \"env-file:PATH\" or \"sops:PATH\"; a secret itself never stands in a spec",
    )
}

fn literal(what: &str) -> UnitError {
    UnitError::new(format!(
        "this looks like {what} itself, not like a pointer to it"
    ))
    .help("keep it in a vault and write \"vault:PATH\"; if it was ever committed, replace it")
}

/// Why a path is refused, if it is: it must stay below the store's root and mean one place.
fn path_fault(path: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if path.is_empty() {
        Some("is empty")
    } else if path.len() > MAX_LEN {
        Some("is too long")
    } else if path.starts_with('/') {
        Some("begins with `/`: it is relative to the store")
    } else if path.split('/').any(|part| matches!(part, "." | "..")) {
        Some("has a `.` or `..` between its slashes")
    } else if path.split('/').any(str::is_empty) {
        Some("has nothing between two slashes")
    } else if !path.chars().all(allowed) {
        Some("has other characters than letters, digits, `/`, `.`, `_` and `-`")
    } else {
        None
    }
}

impl fmt::Display for SecretUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.store.name(), self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_pointed_to() {
        for (written, store, path) in [
            (
                "vault:secret/data/acme/s3",
                SecretStore::Vault,
                "secret/data/acme/s3",
            ),
            (
                "env-file:secrets/s3.env",
                SecretStore::EnvFile,
                "secrets/s3.env",
            ),
            ("sops:secrets/s3.yaml", SecretStore::Sops, "secrets/s3.yaml"),
        ] {
            let uri = SecretUri::parse(written).unwrap();
            assert_eq!((uri.store(), uri.path()), (store, path));
            assert_eq!(uri.to_string(), written);
        }
    }

    #[test]
    fn no_error_repeats_what_may_be_the_secret() {
        let literals = [
            "hunter2",
            "vault",
            "vault:",
            "vault:/etc/passwd",
            "vault:a/../b",
            "vault:a//b",
            "vault:pass word",
            "aws:hunter2",
            concat!("ghp", "_0123456789abcdefghijABCDEFGHIJ012345"),
            concat!("vault:ghp", "_0123456789abcdefghijABCDEFGHIJ012345"),
        ];
        for written in literals {
            let error = SecretUri::parse(written).unwrap_err();
            let said = format!("{} {}", error.message, error.help.unwrap());
            for secret in ["hunter2", "passwd", "pass word", "0123456789"] {
                assert!(!said.contains(secret), "{said}");
            }
        }
    }
}
