//! Shell scripts, as the shell and shellcheck read them.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::{Skip, Violation, program};

/// One finding of `shellcheck --format=json`.
#[derive(Deserialize)]
struct Comment {
    line: u64,
    code: u32,
    level: String,
    message: String,
}

/// The shell parses the script, and shellcheck finds nothing above style in it.
///
/// # Errors
/// A [`Skip`] where shellcheck is not on this machine.
pub fn validate(script: &Path) -> Result<Vec<Violation>, Skip> {
    let mut found = parse(script)?;
    found.extend(check(script)?);
    Ok(found)
}

fn parse(script: &Path) -> Result<Vec<Violation>, Skip> {
    let output = run(Command::new(program::find("sh")?).arg("-n").arg(script))?;
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let refused = !output.status.success() || !complaint.is_empty();
    Ok(refused
        .then_some(Violation {
            pointer: String::new(),
            message: complaint,
        })
        .into_iter()
        .collect())
}

fn check(script: &Path) -> Result<Vec<Violation>, Skip> {
    let mut shellcheck = Command::new(program::find("shellcheck")?);
    let output = run(shellcheck
        .args(["--format=json", "--shell=sh", "--norc"])
        .arg(script))?;
    let comments: Vec<Comment> = serde_json::from_slice(&output.stdout)
        .map_err(|error| Skip(format!("shellcheck does not answer in JSON: {error}")))?;
    let found = comments
        .into_iter()
        .filter(|comment| comment.level != "style")
        .map(|comment| {
            let Comment {
                line,
                code,
                message,
                ..
            } = comment;
            Violation {
                pointer: format!("/line/{line}"),
                message: format!("SC{code}: {message}"),
            }
        });
    Ok(found.collect())
}

fn run(command: &mut Command) -> Result<std::process::Output, Skip> {
    command
        .output()
        .map_err(|error| Skip(format!("{command:?} does not start: {error}")))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "hands a file to another program")]
mod tests {
    use super::*;

    fn judge(text: &str, verdict: impl FnOnce(Vec<Violation>)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("apply.sh");
        std::fs::write(&file, text).unwrap();
        match validate(&file) {
            Ok(found) => verdict(found),
            Err(skip) => println!("{skip}"),
        }
    }

    #[test]
    fn a_script_is_parsed_and_checked() {
        judge("#!/bin/sh\nset -eu\npvesh get '/version'\n", |found| {
            assert_eq!(found, [])
        });
        judge("#!/bin/sh\nif true; then\n", |found| {
            assert!(!found.is_empty())
        });
        judge("#!/bin/sh\nname=$1\nrm -r $name\n", |found| {
            assert!(
                found
                    .iter()
                    .any(|violation| violation.message.starts_with("SC2086")),
                "{found:?}"
            );
        });
    }
}
