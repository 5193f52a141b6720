//! A package from a git repository, by the `git` command.
//!
//! The user's configuration counts while fetching, for it knows how to sign in. It does not while
//! files are laid out: no hook, no filter, no conversion of line ends then changes a byte, and
//! nothing of the repository is run. Submodules are left out.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::exit::Failure;

/// What an address may begin with.
const SCHEMES: [&str; 4] = ["https", "ssh", "file", "git"];

/// Whether a source is an address, and not a folder: `https://…`, `git@host:path`.
pub(crate) fn is_address(source: &str) -> bool {
    if source.contains("://") {
        return true;
    }
    let host = source.split_once(':').map(|(host, _)| host);
    host.is_some_and(|host| host.contains('@') && !host.contains('/'))
}

/// Lays out what `address` has at `rev` in `folder`; returns the commit.
pub(crate) fn fetch(address: &str, rev: Option<&str>, folder: &Path) -> Result<String, Failure> {
    admit(address)?;
    let rev = rev.unwrap_or("HEAD");
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    if rev.starts_with('-') || rev.is_empty() || !rev.chars().all(plain) {
        return Err(Failure::new(format!(
            "`{rev}` is not a branch, a tag or a commit"
        )));
    }
    run(git(None)
        .args(["init", "--quiet", "--template="])
        .arg(folder))?;
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"];
    let shallow = run(git(Some(folder))
        .args(fetch)
        .args(["--depth=1", "--", address, rev]));
    let wanted = match shallow {
        Ok(_) => "FETCH_HEAD",
        // Not every server gives a commit by its number alone.
        Err(_) if is_commit(rev) => {
            let all = [
                "+refs/heads/*:refs/remotes/origin/*",
                "+refs/tags/*:refs/tags/*",
            ];
            run(git(Some(folder))
                .args(fetch)
                .args(["--", address])
                .args(all))?;
            rev
        }
        Err(failure) => return Err(failure),
    };
    let commit = format!("{wanted}^{{commit}}");
    let parse = ["rev-parse", "--verify", "--quiet", "--end-of-options"];
    let commit = run(git(Some(folder)).args(parse).arg(commit))?
        .trim()
        .to_owned();
    let quiet = ["checkout", "--quiet", "--detach", "--force"];
    run(git(Some(folder))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", null())
        .args(quiet)
        .arg(&commit))?;
    Ok(commit)
}

/// Refuses addresses of other sorts, and those that bear a password: they stand in the lock.
fn admit(address: &str) -> Result<(), Failure> {
    let bad = |why: &str| Failure::new(format!("{why} is not taken as an address"));
    if address.starts_with('-') || address.contains(|c: char| c.is_control() || c == ' ') {
        return Err(bad("what begins with `-` or has blanks"));
    }
    let Some((scheme, rest)) = address.split_once("://") else {
        return Ok(());
    };
    if !SCHEMES.contains(&scheme) {
        return Err(bad(&format!("`{scheme}://`"))
            .help(format!("a package comes by {}", SCHEMES.join(", "))));
    }
    let who = rest
        .split('/')
        .next()
        .and_then(|host| host.rsplit_once('@'));
    match who {
        Some((user, _)) if scheme != "ssh" || user.contains(':') => {
            Err(Failure::new("the address bears a password or a token")
                .help("it would stand in tenantry.lock; git's credential helper can keep it"))
        }
        _ => Ok(()),
    }
}

fn is_commit(rev: &str) -> bool {
    rev.len() >= 7 && rev.chars().all(|c| c.is_ascii_hexdigit())
}

fn null() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

fn git(folder: Option<&Path>) -> Command {
    let mut command = Command::new("git");
    if let Some(folder) = folder {
        command.arg("-C").arg(folder);
    }
    command
        .args(["-c", &format!("core.hooksPath={}", null())])
        .args(["-c", "core.autocrlf=false", "-c", "core.fsmonitor=false"])
        .env("GIT_ALLOW_PROTOCOL", SCHEMES.join(":"))
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_LFS_SKIP_SMUDGE", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null());
    command
}

/// Runs it; its standard output, or what it says of its failure.
fn run(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| {
        Failure::new(format!("cannot run git: {error}"))
            .help("a package from an address needs the `git` command")
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let plain = |c: &char| !c.is_control() || *c == '\n';
    let said: String = said.trim().chars().filter(plain).collect();
    Err(Failure::new(format!("git failed: {said}")).help("nothing was changed"))
}

#[cfg(test)]
mod tests {
    use super::{admit, is_address};

    #[test]
    fn an_address_is_told_from_a_folder() {
        for address in [
            "https://git.example/pg.git",
            "git@git.example:pg.git",
            "file:///pg",
        ] {
            assert!(is_address(address), "{address}");
        }
        for folder in ["../pg", "pg", "/srv/pg", "a/b@c:d"] {
            assert!(!is_address(folder), "{folder}");
        }
    }

    #[test]
    fn an_address_runs_nothing_and_bears_no_password() {
        assert!(admit("https://git.example/pg.git").is_ok());
        assert!(admit("ssh://git@git.example/pg.git").is_ok());
        for bad in [
            "ext::sh -c id",
            "ext://sh",
            "http://git.example/pg.git",
            "--upload-pack=id://x",
            "https://token@git.example/pg.git",
            "ssh://git:word@git.example/pg.git",
        ] {
            assert!(admit(bad).is_err(), "{bad}");
        }
    }
}
