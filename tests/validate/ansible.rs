//! Inventories, as Ansible itself reads them.
//!
//! `ansible-inventory` fails open: a file it cannot read gives exit code 0, a warning, and an
//! inventory without hosts. Every warning is therefore a violation here.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Skip, Violation, program};

const PROGRAM: &str = "ansible-inventory";

/// In place of the user's own; it makes what Ansible would pass over a failure.
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/validate/ansible.cfg");

/// Has Ansible read an inventory file, with the `group_vars` and `host_vars` beside it.
///
/// `Ok(Ok(listing))` is what `ansible-inventory --list` answers, for a comparison host by host.
/// `Ok(Err(violations))` is every warning and error it gave.
///
/// # Errors
/// A [`Skip`] where the program is not on this machine.
pub fn list(inventory: &Path) -> Result<Result<Value, Vec<Violation>>, Skip> {
    let output = Command::new(program::find(PROGRAM)?)
        .arg("--inventory")
        .arg(inventory)
        .arg("--list")
        .env("ANSIBLE_CONFIG", CONFIGURATION)
        // Ansible refuses a locale that is not UTF-8.
        .env("LC_ALL", "C.UTF-8")
        .output()
        .map_err(|error| Skip(format!("{PROGRAM} does not start: {error}")))?;
    let complaints = complaints(&String::from_utf8_lossy(&output.stderr));
    if !complaints.is_empty() {
        return Ok(Err(complaints));
    }
    if !output.status.success() {
        return Ok(Err(vec![whole(format!(
            "{PROGRAM} ends with {}",
            output.status
        ))]));
    }
    let listing = serde_json::from_slice(&output.stdout)
        .map_err(|error| vec![whole(format!("{PROGRAM} does not answer in JSON: {error}"))]);
    Ok(listing)
}

/// As [`list`], without the listing.
///
/// # Errors
/// As [`list`].
pub fn validate(inventory: &Path) -> Result<Vec<Violation>, Skip> {
    Ok(list(inventory)?.err().unwrap_or_default())
}

fn whole(message: String) -> Violation {
    Violation {
        pointer: String::new(),
        message,
    }
}

/// One complaint per paragraph: the program wraps its warnings.
fn complaints(stderr: &str) -> Vec<Violation> {
    let mut paragraphs: Vec<String> = Vec::new();
    for line in stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        match paragraphs.last_mut() {
            Some(last) if !line.starts_with('[') => {
                last.push(' ');
                last.push_str(line);
            }
            _ => paragraphs.push(line.to_owned()),
        }
    }
    paragraphs.into_iter().map(whole).collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "hands a file to another program")]
mod tests {
    use super::*;

    fn judge(text: &str, verdict: impl FnOnce(Result<Value, Vec<Violation>>)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hosts.yaml");
        std::fs::write(&file, text).unwrap();
        match list(&file) {
            Ok(found) => verdict(found),
            Err(skip) => println!("{skip}"),
        }
    }

    #[test]
    fn a_sound_inventory_is_listed() {
        let text = "all:\n  hosts:\n    gpu1:\n      ansible_host: 192.0.2.21\n  children:\n    pool_gpu:\n      hosts:\n        gpu1:\n";
        judge(text, |found| {
            let listing = found.unwrap();
            assert_eq!(
                listing["_meta"]["hostvars"]["gpu1"]["ansible_host"],
                "192.0.2.21"
            );
            assert_eq!(listing["pool_gpu"]["hosts"][0], "gpu1");
        });
    }

    #[test]
    fn what_ansible_only_warns_of_is_refused() {
        let invalid_group = "all:\n  children:\n    pool-gpu:\n      hosts:\n        gpu1:\n";
        judge(invalid_group, |found| {
            let found = found.unwrap_err();
            assert!(found[0].message.contains("nvalid characters"), "{found:?}");
        });
        let stray_key = "all:\n  host:\n    gpu1:\n";
        judge(stray_key, |found| assert!(found.is_err()));
    }

    #[test]
    fn what_ansible_fails_open_on_is_refused() {
        judge("all: [not, a, group]\n", |found| assert!(found.is_err()));
        judge("all:\n\thosts:\n", |found| assert!(found.is_err()));
    }

    #[test]
    fn wrapped_complaints_are_put_together() {
        let found = complaints("[WARNING]: one that\nis wrapped\n[ERROR]: two\n");
        let messages: Vec<_> = found
            .iter()
            .map(|violation| violation.message.as_str())
            .collect();
        assert_eq!(messages, ["[WARNING]: one that is wrapped", "[ERROR]: two"]);
    }
}
