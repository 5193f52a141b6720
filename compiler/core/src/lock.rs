//! `tenantry.lock`: what is remembered between builds. Choices that must not jump when the spec
//! changes (Proxmox VMIDs and nodes, static addresses), kept per environment, keyed by model
//! path, so that the file reads like the estate and merges like one.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use tenantry_syntax::{FileId, ast};

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
                "version" => {}
                other => return Err(format!("`{other}` is nothing that this version remembers")),
            }
        }
        Ok(lock)
    }

    /// The file's text; empty when there is nothing to remember.
    pub fn print(&self) -> String {
        if self.environments.values().all(Allocations::is_empty) {
            return String::new();
        }
        let mut text = String::from(
            "// Written by `tenantry build` and kept under version control: choices that must not jump.\nversion 1\n",
        );
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
        };
        assert_eq!(Lock::parse(&lock.print()), Ok(lock));
    }

    #[test]
    fn a_bad_merge_is_told() {
        let text = "allocations prod {\n    vmid \"a.b\" \"100\"\n    vmid \"a.b\" \"101\"\n}\n";
        assert!(Lock::parse(text).is_err_and(|error| error.contains("stands twice")));
    }

    #[test]
    fn nothing_to_remember_is_no_file() {
        assert_eq!(Lock::default().print(), "");
    }
}
