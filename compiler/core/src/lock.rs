//! `tenantry.lock`: what is remembered between builds. Choices that must not jump when the spec
//! changes (Proxmox VMIDs and nodes, static addresses), kept per environment, keyed by model
//! path, so that the file reads like the estate and merges like one. And what each vendored
//! package was when it was taken in, so that no edit of somebody else's text goes unseen.

mod former;
mod pins;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::Arc,
};

pub(crate) use former::paths as former_paths;
pub use pins::Pin;
pub(crate) use pins::{changed, updated};
use tenantry_syntax::{FileId, ast};

use crate::diag::{Diagnostic, rule_set};

rule_set! {
    /// The rules about the lock.
    pub RULES;
    PACKAGE_CHANGED = "package-changed", Load, Error, "a vendored package that is not what tenantry.lock pins", include_str!("lock/package-changed.md");
    LOCK_OUTDATED = "lock-outdated", Load, Error, "a tenantry.lock that would change, where it must not", include_str!("lock/lock-outdated.md");
}

/// The file's name, beside `tenantry.kdl`.
pub const LOCK_FILE: &str = "tenantry.lock";

/// The choices of one environment: what is allocated (`vmid`, `node`, `address`), for which
/// model path, and the value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allocations(BTreeMap<(String, String), String>);

impl Allocations {
    /// The value chosen for a path.
    pub fn get(&self, what: &str, path: &str) -> Option<&str> {
        self.0
            .get(&(what.to_owned(), path.to_owned()))
            .map(String::as_str)
    }

    /// Remembers a choice.
    pub fn set(&mut self, what: &str, path: &str, value: impl Into<String>) {
        self.0
            .insert((what.to_owned(), path.to_owned()), value.into());
    }

    /// All choices of a sort: path and value, by path.
    pub fn all<'a>(&'a self, what: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(move |((kind, _), _)| kind == what)
            .map(|((_, path), value)| (path.as_str(), value.as_str()))
    }

    /// The choices of a sort for what is right below a path, by path.
    pub(crate) fn below<'a>(
        &'a self,
        what: &'a str,
        path: &str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let inside = format!("{path}.");
        let first = (what.to_owned(), inside.clone());
        self.0
            .range(first..)
            .take_while({
                let inside = inside.clone();
                move |((kind, path), _)| kind == what && path.starts_with(&inside)
            })
            .filter(move |((_, path), _)| !path[inside.len()..].contains('.'))
            .map(|((_, path), value)| (path.as_str(), value.as_str()))
    }

    /// Forgets what is not for one of these.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        self.0.retain(|(what, path), _| keep(what, path));
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// By environment; the empty name where none is declared.
    pub environments: BTreeMap<Arc<str>, Allocations>,
    /// By the folder, seen from the estate's root.
    pub packages: BTreeMap<String, Pin>,
}

impl Lock {
    /// Reads the file's text.
    ///
    /// # Errors
    /// Says what is wrong with it: it is written by the compiler and merged by people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parse = tenantry_syntax::parse(
            FileId::default(),
            text.into(),
            &tenantry_syntax::Limits::default(),
        );
        if let Some(error) = parse.errors().first() {
            return Err(error.message.clone());
        }
        let mut lock = Self::default();
        for node in parse.document().nodes() {
            match &*node.name() {
                "allocations" => {
                    let env = words(node).into_iter().next().unwrap_or_default();
                    let allocations = lock.environments.entry(env.into()).or_default();
                    for entry in node.nodes() {
                        let [path, value]: [String; 2] = words(entry)
                            .try_into()
                            .map_err(|_| format!("`{}` needs a path and a value", entry.name()))?;
                        if allocations.get(&entry.name(), &path).is_some() {
                            return Err(format!(
                                "`{} {path}` stands twice; keep one of them",
                                entry.name()
                            ));
                        }
                        allocations.set(&entry.name(), &path, value);
                    }
                }
                "package" => {
                    let (path, pin) = Pin::read(node)?;
                    if lock.packages.insert(path.clone(), pin).is_some() {
                        return Err(format!("`package {path}` stands twice; keep one of them"));
                    }
                }
                "version" => {}
                other => return Err(format!("`{other}` is nothing that this version remembers")),
            }
        }
        Ok(lock)
    }

    /// The file's text; empty when there is nothing to remember.
    pub fn print(&self) -> String {
        if self.packages.is_empty() && self.environments.values().all(Allocations::is_empty) {
            return String::new();
        }
        let mut text = String::from(
            "// Written by `tenantry build` and kept under version control: choices that must not jump.\nversion 1\n",
        );
        for (path, pin) in &self.packages {
            text += &pin.print(path);
        }
        for (env, allocations) in self
            .environments
            .iter()
            .filter(|(_, allocations)| !allocations.is_empty())
        {
            let name = if env.is_empty() {
                String::new()
            } else {
                format!(" {env}")
            };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "allocations{name} {{");
            for ((what, path), value) in &allocations.0 {
                let _ = writeln!(text, "    {what} {path:?} {value:?}");
            }
            text.push_str("}\n");
        }
        text
    }
}

impl Lock {
    /// What is not the same in `new`, a line each.
    pub fn changes(&self, new: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for path in keys(&self.packages, &new.packages) {
            let line = match (self.packages.get(path), new.packages.get(path)) {
                (None, Some(_)) => "would be pinned",
                (Some(_), None) => "would be forgotten",
                (Some(old), Some(new)) if old != new => "would be pinned anew",
                _ => continue,
            };
            lines.push(format!("package {path} {line}"));
        }
        let none = Allocations::default();
        for env in keys(&self.environments, &new.environments) {
            let old = self.environments.get(env).unwrap_or(&none);
            let new = new.environments.get(env).unwrap_or(&none);
            for key in keys(&old.0, &new.0) {
                let (old, new) = (old.0.get(key), new.0.get(key));
                if old == new {
                    continue;
                }
                let value =
                    |value: Option<&String>| value.map_or("nothing", String::as_str).to_owned();
                let place = match &**env {
                    "" => String::new(),
                    env => format!(" in {env}"),
                };
                let (what, path) = key;
                let (old, new) = (value(old), value(new));
                lines.push(format!("{what} of {path}{place}: {old} would become {new}"));
            }
        }
        lines
    }
}

/// The keys of both, each once.
fn keys<'a, K: Ord, V>(one: &'a BTreeMap<K, V>, other: &'a BTreeMap<K, V>) -> BTreeSet<&'a K> {
    one.keys().chain(other.keys()).collect()
}

/// The most changes that a finding lists.
const LISTED: usize = 10;

/// A lock that would change in a run that forbids it.
pub(crate) fn outdated(old: &Lock, new: &Lock) -> Option<Diagnostic> {
    let changes = old.changes(new);
    if changes.is_empty() {
        return None;
    }
    let mut text = changes[..changes.len().min(LISTED)].join("; ");
    if changes.len() > LISTED {
        // Writing to a string cannot fail.
        let _ = write!(text, "; and {} more", changes.len() - LISTED);
    }
    let finding = Diagnostic::nowhere(
        &LOCK_OUTDATED,
        format!("{LOCK_FILE} would change, which --locked forbids: {text}"),
    );
    Some(finding.help(format!(
        "run `tenantry build` without it, and commit {LOCK_FILE}"
    )))
}

fn words(node: ast::Node<'_>) -> Vec<String> {
    node.entries()
        .filter_map(|entry| match entry {
            ast::Entry::Arg(arg) => match arg.value() {
                ast::Scalar::Str(text) => Some(text.into_owned()),
                ast::Scalar::Int(n) => Some(n.to_string()),
                _ => None,
            },
            ast::Entry::Prop(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut allocations = Allocations::default();
        allocations.set("vmid", "research.notebook", "120");
        allocations.set("node", "research.notebook", "pve1");
        let lock = Lock {
            environments: [("prod".into(), allocations)].into(),
            packages: [
                ("vendor/pg".to_owned(), Pin::of("pg", None)),
                (
                    "vendor/my web".to_owned(),
                    Pin {
                        version: Some("1.2.0".into()),
                        from: Some("https://git.example/web.git".into()),
                        rev: Some("4f1c".into()),
                        ..Pin::of("web", None)
                    },
                ),
            ]
            .into(),
        };
        assert_eq!(Lock::parse(&lock.print()), Ok(lock));
    }

    #[test]
    fn a_bad_merge_is_told() {
        let text = "allocations prod {\n    vmid \"a.b\" \"100\"\n    vmid \"a.b\" \"101\"\n}\n";
        assert!(Lock::parse(text).is_err_and(|error| error.contains("stands twice")));
    }

    #[test]
    fn a_pin_is_read_to_the_letter() {
        let good = Lock {
            packages: [("vendor/pg".to_owned(), Pin::of("pg", None))].into(),
            ..Lock::default()
        }
        .print();
        assert!(Lock::parse(&good).is_ok());
        for bad in [
            good.replace("sha256", "sha1"),
            good.replace(" name=", " called="),
            good.replace("\"vendor/pg\"", ""),
            good.replace("e3b0", "xxxx"),
            format!("{good}{good}"),
        ] {
            assert!(Lock::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_would_change_is_named() {
        let lock = |vmid: &str, packages: &[&str]| {
            let mut allocations = Allocations::default();
            allocations.set("vmid", "shop.web", vmid);
            Lock {
                environments: [("prod".into(), allocations)].into(),
                packages: packages
                    .iter()
                    .map(|path| ((*path).to_owned(), Pin::of("pg", None)))
                    .collect(),
            }
        };
        let (old, new) = (lock("100", &["vendor/a"]), lock("101", &["vendor/b"]));
        assert_eq!(
            old.changes(&new),
            [
                "package vendor/a would be forgotten",
                "package vendor/b would be pinned",
                "vmid of shop.web in prod: 100 would become 101",
            ]
        );
        assert!(outdated(&old, &old).is_none());
    }

    #[test]
    fn nothing_to_remember_is_no_file() {
        assert_eq!(Lock::default().print(), "");
    }
}
