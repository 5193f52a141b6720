//! The published schemas, found through their index and compiled when a kind is first met.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde::Deserialize;
use serde_json::Value;

use crate::validate::{Findings, Node, Skip, Violation, shared};

/// Whether objects of a kind live in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Scope {
    /// In exactly one namespace.
    Namespaced,
    /// Once per cluster.
    Cluster,
}

#[derive(Deserialize)]
struct Index {
    schemas: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    api_version: String,
    kind: String,
    scope: Scope,
    file: String,
}

/// One kind's schema.
pub(super) struct Entry {
    pub(super) scope: Scope,
    file: String,
    compiled: OnceLock<Result<Validator, Skip>>,
}

/// All schemas of the reference data, by `apiVersion` and kind.
pub(super) struct Schemas(BTreeMap<(String, String), Entry>);

impl Schemas {
    /// The schemas of this machine, indexed once per process.
    pub(super) fn shared() -> Result<&'static Self, Skip> {
        static SCHEMAS: OnceLock<Result<Schemas, Skip>> = OnceLock::new();
        SCHEMAS
            .get_or_init(Self::load)
            .as_ref()
            .map_err(Clone::clone)
    }

    fn load() -> Result<Self, Skip> {
        let index: Index = serde_json::from_value(shared::json("schemas/index.json")?)
            .map_err(|error| Skip(format!("schemas/index.json has another shape: {error}")))?;
        let entries = index.schemas.into_iter().map(|listed| {
            let entry = Entry {
                scope: listed.scope,
                file: listed.file,
                compiled: OnceLock::new(),
            };
            ((listed.api_version, listed.kind), entry)
        });
        Ok(Schemas(entries.collect()))
    }

    /// The schema for the object's own `apiVersion` and `kind`.
    pub(super) fn find(&self, root: &Node<'_>) -> Option<&Entry> {
        let name = |key| root.key(key).str().unwrap_or_default().to_owned();
        self.0.get(&(name("apiVersion"), name("kind")))
    }

    #[cfg(test)]
    pub(super) fn knows(&self, group: &str, kind: &str) -> bool {
        self.0.keys().any(|(version, name)| {
            name == kind && version.rsplit_once('/').map_or("", |(group, _)| group) == group
        })
    }
}

impl Entry {
    /// Adds whatever the schema refuses.
    pub(super) fn check(&self, object: &Value, findings: &mut Findings) -> Result<(), Skip> {
        let validator = self
            .compiled
            .get_or_init(|| compile(&self.file))
            .as_ref()
            .map_err(Clone::clone)?;
        for error in validator.iter_errors(object) {
            let pointer = error.instance_path().as_str().to_owned();
            findings.push(Violation {
                pointer,
                message: error.to_string(),
            });
        }
        Ok(())
    }
}

fn compile(file: &str) -> Result<Validator, Skip> {
    let schema = shared::json(&format!("schemas/{file}"))?;
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&schema)
        .map_err(|error| Skip(format!("schemas/{file} is no JSON schema: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_are_schemas_all_compile() {
        if let Err(skip) = shared::root() {
            return println!("{skip}");
        }
        let schemas = Schemas::shared().map_err(|skip| skip.0.clone()).unwrap();
        assert!(schemas.0.len() > 100, "{} kinds", schemas.0.len());
        for (kind, entry) in &schemas.0 {
            let compiled = entry.check(&Value::Null, &mut Findings::default());
            assert_eq!(compiled, Ok(()), "{kind:?}");
        }
    }
}
