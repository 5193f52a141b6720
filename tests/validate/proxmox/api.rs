//! The described API of one release: endpoints, parameters, formats, privileges.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use crate::validate::{Skip, shared};

/// A major release of Proxmox VE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// 8.4
    Pve8,
    /// 9.1
    Pve9,
}

impl Release {
    /// The release a requirement such as `>=9.0 <10` begins with.
    pub(super) fn of_requirement(text: &str) -> Option<Self> {
        let begin = text.trim_start_matches(['>', '=', '^', '~', ' ']);
        match begin.split(['.', ' ']).next()? {
            "8" => Some(Release::Pve8),
            "9" => Some(Release::Pve9),
            _ => None,
        }
    }

    const fn digit(self) -> &'static str {
        match self {
            Release::Pve8 => "8",
            Release::Pve9 => "9",
        }
    }
}

/// One value's description: a parameter, an array's item, a key of a property string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Schema {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) required: bool,
    /// Empty where anything goes.
    #[serde(rename = "enum", deserialize_with = "listed")]
    pub(super) choices: Vec<Value>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    #[serde(rename = "minLength")]
    pub(super) min_length: Option<usize>,
    #[serde(rename = "maxLength")]
    pub(super) max_length: Option<usize>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<FormatRef>,
    pub(super) items: Option<Box<Schema>>,
    pub(super) requires: Option<String>,
    /// First and last number of an indexed parameter.
    pub(super) index: Option<(u32, u32)>,
    #[serde(rename = "type-property")]
    pub(super) discriminator: Option<String>,
    #[serde(rename = "instance-types")]
    pub(super) only_for: Vec<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) default_key: bool,
    pub(super) alias: Option<String>,
    #[serde(rename = "keyAlias")]
    pub(super) key_alias: Option<String>,
}

/// The data writes flags as `true` and as `1`.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value == Value::Bool(true) || value.as_i64() == Some(1))
}

/// A list that the data may leave `null`.
fn listed<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Value>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// By name, or the keys of a property string.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum FormatRef {
    Named(String),
    PropertyString { propstr: String },
}

/// The keys of a property string.
pub(super) type Keys = BTreeMap<String, Schema>;

/// A format that has a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub(super) kind: String,
    pub(super) pattern: Option<String>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) prefix: Option<(u8, u8)>,
    pub(super) any_of: Vec<String>,
    pub(super) list_of: Vec<String>,
    pub(super) of: Option<String>,
    pub(super) of_enum: Vec<String>,
    pub(super) separator: Option<String>,
    pub(super) keys: Option<Keys>,
    pub(super) same_as: Option<String>,
}

#[derive(Deserialize)]
struct Formats {
    inline_propstr: BTreeMap<String, Keys>,
    named: BTreeMap<String, Named>,
}

/// One method of one path.
#[derive(Debug, Deserialize)]
pub(super) struct Endpoint {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) params: BTreeMap<String, Schema>,
}

impl Endpoint {
    /// The values of the template's parameters, where `path` is one of this template.
    fn matches<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        let (mut template, mut concrete) = (self.path.split('/'), path.split('/'));
        let mut captured = Vec::new();
        loop {
            match (template.next(), concrete.next()) {
                (None, None) => return Some(captured),
                (Some(wanted), Some(given)) => {
                    let name = wanted
                        .strip_prefix('{')
                        .and_then(|name| name.strip_suffix('}'));
                    match name {
                        Some(name) if !given.is_empty() => captured.push((name, given)),
                        None if wanted == given => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

/// Everything described about one release.
pub(super) struct Api {
    endpoints: Vec<Endpoint>,
    formats: Formats,
    pub(super) privileges: BTreeSet<String>,
    root_only: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Described {
    endpoints: Vec<Endpoint>,
}

impl Api {
    /// The description of a release, read once per process.
    pub(super) fn of(release: Release) -> Result<&'static Self, Skip> {
        static PVE8: OnceLock<Result<Api, Skip>> = OnceLock::new();
        static PVE9: OnceLock<Result<Api, Skip>> = OnceLock::new();
        let cell = match release {
            Release::Pve8 => &PVE8,
            Release::Pve9 => &PVE9,
        };
        cell.get_or_init(|| Self::load(release))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn load(release: Release) -> Result<Self, Skip> {
        let digit = release.digit();
        let described: Described = typed(&format!("schemas/proxmox/api-pve{digit}.json"))?;
        let formats: Formats = typed(&format!("schemas/proxmox/formats-pve{digit}.json"))?;
        let access = shared::json("schemas/proxmox/access.json")?;
        let privileges = shared::json("schemas/proxmox/qemu-config-privileges.json")?;
        Ok(Api {
            endpoints: described.endpoints,
            formats,
            privileges: privileges_of(&access, digit),
            root_only: root_only_keys(&privileges),
        })
    }

    /// The endpoint for a call, with the parameters its path carries.
    pub(super) fn find<'p>(
        &self,
        method: &str,
        path: &'p str,
    ) -> Option<(&Endpoint, Vec<(&str, &'p str)>)> {
        // A literal segment wins over a parameter, as on the server.
        self.endpoints
            .iter()
            .filter(|endpoint| endpoint.method == method)
            .filter_map(|endpoint| endpoint.matches(path).map(|captured| (endpoint, captured)))
            .min_by_key(|(_, captured)| captured.len())
    }

    pub(super) fn format(&self, name: &str) -> Option<&Named> {
        self.formats.named.get(name)
    }

    /// The keys of a property string, by its own name or that of a format which is one.
    pub(super) fn keys(&self, name: &str) -> Option<&Keys> {
        let inline = |name: &str| self.formats.inline_propstr.get(name);
        let named = self.formats.named.get(name);
        inline(name)
            .or_else(|| named.and_then(|named| named.keys.as_ref()))
            .or_else(|| named.and_then(|named| inline(named.same_as.as_deref()?)))
    }

    /// Whether only root may set this key of a VM's configuration.
    pub(super) fn is_root_only(&self, key: &str) -> bool {
        let base = key.trim_end_matches(|c: char| c.is_ascii_digit());
        self.root_only.contains(key) || self.root_only.contains(&format!("{base}[n]"))
    }

    #[cfg(test)]
    pub(super) fn patterns(&self) -> Vec<String> {
        fn collect<'a>(schemas: impl Iterator<Item = &'a Schema>, into: &mut Vec<String>) {
            into.extend(schemas.filter_map(|schema| schema.pattern.clone()));
        }
        let mut patterns = Vec::new();
        self.endpoints
            .iter()
            .for_each(|e| collect(e.params.values(), &mut patterns));
        self.formats
            .inline_propstr
            .values()
            .for_each(|keys| collect(keys.values(), &mut patterns));
        for named in self.formats.named.values() {
            patterns.extend(named.pattern.clone());
            collect(named.keys.iter().flat_map(BTreeMap::values), &mut patterns);
        }
        patterns
    }
}

fn typed<T: serde::de::DeserializeOwned>(path: &str) -> Result<T, Skip> {
    serde_json::from_value(shared::json(path)?)
        .map_err(|error| Skip(format!("{path} has another shape: {error}")))
}

fn privileges_of(access: &Value, digit: &str) -> BTreeSet<String> {
    let list = access
        .get(format!("privileges_{digit}"))
        .and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn root_only_keys(privileges: &Value) -> BTreeSet<String> {
    let keys = privileges.get("keys").unwrap_or(privileges);
    keys.as_object()
        .into_iter()
        .flatten()
        .filter(|(_, entry)| entry.get("root_only") == Some(&Value::Bool(true)))
        .map(|(key, _)| key.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_data_it_is_readable() {
        if let Err(skip) = shared::root() {
            return println!("{skip}");
        }
        for release in [Release::Pve8, Release::Pve9] {
            let api = Api::of(release).map_err(|skip| skip.0).unwrap();
            assert!(api.find("POST", "/nodes/pve1/qemu").is_some());
            assert!(api.is_root_only("hugepages") && !api.is_root_only("net0"));
            assert!(api.privileges.contains("VM.Audit"));
        }
    }

    #[test]
    fn a_requirement_names_the_release() {
        assert_eq!(Release::of_requirement(">=9.0 <10"), Some(Release::Pve9));
        assert_eq!(Release::of_requirement("8.4"), Some(Release::Pve8));
        assert_eq!(Release::of_requirement("any"), None);
    }
}
