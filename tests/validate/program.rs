//! Other people's programs that judge better than we could.
#![expect(
    clippy::disallowed_methods,
    reason = "looks for other programs, outside of every compile"
)]

use std::path::PathBuf;

use super::{Skip, shared};

/// The program on the path, or the one that the gate installed under the target folder.
///
/// # Errors
/// A [`Skip`] that names it, where it is on neither.
pub(super) fn find(name: &str) -> Result<PathBuf, Skip> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = shared::repository().join("target/ci/venv/bin");
    std::env::split_paths(&path)
        .chain([installed])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .ok_or_else(|| Skip(format!("no {name} (`.ci/run` installs it)")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_nowhere_is_a_reason() {
        assert!(
            find("no-such-program-anywhere")
                .unwrap_err()
                .0
                .contains("no-such-program")
        );
    }
}
