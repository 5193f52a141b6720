//! Property strings: `virtio=BC:24:11:00:00:01,bridge=vmbr0`.

use std::collections::BTreeMap;

use super::api::{Api, Keys};
use super::format::{self, Place};

/// The keys of a property string, aliases resolved, with their values.
pub(super) type Properties = BTreeMap<String, String>;

/// Reads `text` by the keys of the format `name`.
///
/// # Errors
/// What the server would answer: an unknown or repeated key, a value that does not fit, a key
/// that is missing.
pub(super) fn parse(api: &Api, name: &str, text: &str) -> Result<Properties, String> {
    let Some(keys) = api.keys(name) else {
        return Ok(Properties::new());
    };
    let mut properties = Properties::new();
    for (index, item) in text.split(',').enumerate() {
        for (key, value) in entries(keys, item, index == 0)? {
            if properties.contains_key(&key) {
                return Err(format!("`{key}` is there twice"));
            }
            if let Some(schema) = keys.get(&key) {
                format::check(api, schema, &value, Place::PropertyString)
                    .map_err(|reason| format!("{key}: {reason}"))?;
            }
            properties.insert(key, value);
        }
    }
    complete(keys, &properties)?;
    Ok(properties)
}

/// One item is one key, or two where a key's name is another key's value: `virtio=MAC`.
fn entries(keys: &Keys, item: &str, is_first: bool) -> Result<Vec<(String, String)>, String> {
    let Some((key, value)) = item.split_once('=') else {
        let default = keys.iter().find(|(_, schema)| schema.default_key);
        return match default.filter(|_| is_first) {
            Some((key, _)) => Ok(vec![(key.clone(), item.to_owned())]),
            None => Err(format!("`{item}` is a value without a key")),
        };
    };
    let schema = keys.get(key).ok_or_else(|| format!("no key `{key}`"))?;
    let mut entries = Vec::new();
    if let Some(named) = &schema.key_alias {
        entries.push((named.clone(), key.to_owned()));
    }
    let target = schema.alias.as_deref().unwrap_or(key);
    entries.push((target.to_owned(), value.to_owned()));
    Ok(entries)
}

fn complete(keys: &Keys, properties: &Properties) -> Result<(), String> {
    for (key, schema) in keys {
        if schema.required && !properties.contains_key(key) {
            return Err(format!("`{key}` is required"));
        }
        if let Some(needed) = &schema.requires
            && properties.contains_key(key)
            && !properties.contains_key(needed)
        {
            return Err(format!("`{key}` needs `{needed}`"));
        }
    }
    Ok(())
}
