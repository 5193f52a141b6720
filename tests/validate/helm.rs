//! Values files of Helm charts: by the chart's own schema, and by the keys its defaults have.
//!
//! Most charts ignore a key they do not know, so that a misspelt one installs something else than
//! was asked for. A path that no default has is therefore a violation here.

use std::collections::BTreeMap;

use jsonschema::{Draft, error::ValidationErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::{Findings, Node, Skip, Violation, shared};

#[derive(Deserialize)]
struct Charts {
    charts: Vec<Chart>,
}

#[derive(Deserialize)]
struct Chart {
    chart: String,
    schema: Option<String>,
    keys: Option<String>,
}

/// What a default is, by its dotted path: `["int", 4250]`.
#[derive(Deserialize)]
struct Keys {
    keys: BTreeMap<String, Vec<Value>>,
}

/// Keys that a chart's values file only documents, in comments: by chart, their dotted paths.
#[derive(Deserialize)]
struct Documented {
    charts: BTreeMap<String, Vec<DocumentedKey>>,
}

#[derive(Deserialize)]
struct DocumentedKey {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The keys of a chart's defaults, and those that it documents.
fn keys_of(chart: &str, file: &str) -> Result<BTreeMap<String, Vec<Value>>, Skip> {
    let Keys { mut keys } = read(file)?;
    let Documented { mut charts } = read("selected-keys.json")?;
    for key in charts.remove(chart).unwrap_or_default() {
        // `[]` is an element of a list, of which no path is asked.
        let listed = key.path.contains("[]") || has_below(&keys, &key.path);
        if !listed && !keys.contains_key(&key.path) {
            keys.insert(key.path, vec![Value::String(key.kind)]);
        }
    }
    Ok(keys)
}

/// Judges the values for one chart, by the chart's name (`cilium`).
///
/// # Errors
/// A [`Skip`] where nothing is known about the chart, or the reference data is absent.
pub fn validate(chart: &str, values: &Value) -> Result<Vec<Violation>, Skip> {
    let charts: Charts = read("index.json")?;
    let described = charts
        .charts
        .into_iter()
        .find(|described| described.chart == chart);
    let Some(Chart { schema, keys, .. }) = described else {
        return Err(Skip(format!("no description of the chart {chart}")));
    };
    if schema.is_none() && keys.is_none() {
        return Err(Skip(format!(
            "the chart {chart} has neither a schema nor a list of keys"
        )));
    }
    let mut findings = Findings::default();
    let with_types = schema.is_none();
    let keys = keys.map(|file| keys_of(chart, &file)).transpose()?;
    if let Some(file) = &schema {
        by_schema(file, values, keys.as_ref(), &mut findings)?;
    }
    if let Some(keys) = &keys {
        // Where a schema states types, the defaults need not be asked about them.
        by_keys(keys, with_types, &Node::root(values), &mut findings);
    }
    Ok(findings.into_sorted())
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> Result<T, Skip> {
    let path = format!("schemas/helm/{file}");
    serde_json::from_value(shared::json(&path)?)
        .map_err(|error| Skip(format!("{path} has another shape: {error}")))
}

/// Helm lays the values over the chart's own before it asks the schema, so that what those have
/// is never missing.
fn by_schema(
    file: &str,
    values: &Value,
    defaults: Option<&BTreeMap<String, Vec<Value>>>,
    findings: &mut Findings,
) -> Result<(), Skip> {
    let mut schema: Value = read(file)?;
    // Some charts give the address of the draft in a form that no validator knows.
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
    }
    if let Some(keys) = defaults {
        forget_given(&mut schema, &|key| {
            keys.contains_key(key) || has_below(keys, key)
        });
    }
    let validator = jsonschema::options()
        .with_draft(Draft::Draft7)
        .build(&schema)
        .map_err(|error| Skip(format!("schemas/helm/{file} is no JSON schema: {error}")))?;
    for error in validator.iter_errors(values) {
        let pointer = error.instance_path().as_str().to_owned();
        if let ValidationErrorKind::Required { property } = error.kind() {
            let path = pointer
                .split('/')
                .skip(1)
                .fold(String::new(), |path, key| dotted(&path, key));
            let path = dotted(&path, property.as_str().unwrap_or_default());
            if defaults.is_some_and(|keys| keys.contains_key(&path) || has_below(keys, &path)) {
                continue;
            }
        }
        findings.push(Violation {
            pointer,
            message: error.to_string(),
        });
    }
    Ok(())
}

/// Takes from what a schema requires at the top whatever the defaults have, in its alternatives
/// too: an error inside of those does not tell that it was about a missing key.
fn forget_given(schema: &mut Value, given: &dyn Fn(&str) -> bool) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|key| !key.as_str().is_some_and(given));
    }
    for (keyword, part) in object.iter_mut() {
        match (keyword.as_str(), part) {
            ("oneOf" | "anyOf" | "allOf", Value::Array(parts)) => {
                parts.iter_mut().for_each(|part| forget_given(part, given));
            }
            ("dependencies", Value::Object(parts)) => {
                parts
                    .values_mut()
                    .for_each(|part| forget_given(part, given));
            }
            _ => {}
        }
    }
}

fn by_keys(
    keys: &BTreeMap<String, Vec<Value>>,
    with_types: bool,
    root: &Node<'_>,
    findings: &mut Findings,
) {
    let mut pending = vec![(String::new(), root.clone())];
    while let Some((path, node)) = pending.pop() {
        for (key, value) in node.entries() {
            let path = dotted(&path, key);
            if let Some(default) = keys.get(&path) {
                if with_types {
                    kind(default, &path, &value, findings);
                }
                // Below a map, a list or nothing the chart takes what it is given.
                continue;
            }
            if !has_below(keys, &path) {
                let message = format!("the chart has no `{path}`: it would be ignored");
                findings.refuse(&value, message);
            } else if value.value().is_object() {
                pending.push((path, value));
            } else {
                findings.refuse(&value, format!("`{path}` is a map in the chart"));
            }
        }
    }
}

/// Dots in a key are escaped in the list.
fn dotted(path: &str, key: &str) -> String {
    let key = key.replace('.', "\\.");
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}

fn has_below(keys: &BTreeMap<String, Vec<Value>>, path: &str) -> bool {
    let prefix = format!("{path}.");
    keys.range(prefix.clone()..)
        .next()
        .is_some_and(|(key, _)| key.starts_with(&prefix))
}

/// A template asks `if .Values.x`: the text `"false"` is true.
fn kind(default: &[Value], path: &str, value: &Node<'_>, findings: &mut Findings) {
    let wanted = default.first().and_then(Value::as_str).unwrap_or_default();
    let fits = match wanted {
        "bool" => value.value().is_boolean(),
        "int" | "number" => value.value().is_number(),
        "array" => value.value().is_array(),
        "object" => value.value().is_object(),
        _ => return,
    };
    if value.is_set() && !fits {
        findings.refuse(value, format!("`{path}` is of type {wanted} in the chart"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn keys() -> BTreeMap<String, Vec<Value>> {
        let list = json!({ "a.enabled": ["bool", true], "a.extra": ["object"], "a.n": ["int", 1],
            "b.c\\.d": ["string", ""] });
        serde_json::from_value(list).unwrap()
    }

    fn found(values: &Value) -> Vec<Violation> {
        let mut findings = Findings::default();
        by_keys(&keys(), true, &Node::root(values), &mut findings);
        findings.into_sorted()
    }

    #[test]
    fn what_the_defaults_have_is_missing_in_no_alternative() {
        let mut schema = json!({
            "required": ["a", "z"],
            "dependencies": { "a": { "oneOf": [{ "required": ["b", "y"] }] } },
            "properties": { "a": { "required": ["b"] } },
        });
        forget_given(&mut schema, &|key| has_below(&keys(), key));
        assert_eq!(schema["required"], json!(["z"]));
        let alternative = &schema["dependencies"]["a"]["oneOf"][0];
        assert_eq!(alternative["required"], json!(["y"]));
        // What is below another key, nothing is said of here.
        assert_eq!(schema["properties"]["a"]["required"], json!(["b"]));
    }

    #[test]
    fn a_path_that_no_default_has_is_refused() {
        assert_eq!(
            found(&json!({ "a": { "enabled": false, "extra": { "x": { "y": 1 } } } })),
            []
        );
        assert_eq!(found(&json!({ "b": { "c.d": "x" } })), []);
        let misspelt = found(&json!({ "a": { "enable": false } }));
        assert_eq!(misspelt[0].pointer, "/a/enable");
        assert!(misspelt[0].message.contains("ignored"));
        assert_eq!(
            found(&json!({ "a": true }))[0].message,
            "`a` is a map in the chart"
        );
    }

    #[test]
    fn a_type_the_default_does_not_have_is_refused() {
        assert!(
            found(&json!({ "a": { "enabled": "false" } }))[0]
                .message
                .contains("type bool")
        );
        assert!(
            found(&json!({ "a": { "n": "1" } }))[0]
                .message
                .contains("type int")
        );
    }

    #[test]
    fn charts_are_judged_by_schema_and_keys() {
        if let Err(skip) = shared::root() {
            return println!("{skip}");
        }
        let judge = |chart, values| validate(chart, &values).map_err(|skip| skip.0).unwrap();
        assert_eq!(
            judge(
                "cilium",
                json!({ "kubeProxyReplacement": "true", "hubble": { "enabled": true } })
            ),
            []
        );
        assert_eq!(
            judge("cilium", json!({ "kubeProxyReplacment": "true" })).len(),
            1
        );
        assert_eq!(
            judge("cert-manager", json!({ "installCRDs": "yes" })).len(),
            1
        );
        assert_eq!(
            judge("gpu-operator", json!({ "driver": { "enabled": "false" } })).len(),
            1
        );
        assert!(
            validate("falco", &json!({})).is_err(),
            "a chart without data is skipped"
        );
    }

    #[test]
    fn where_there_are_charts_all_are_readable() {
        if let Err(skip) = shared::root() {
            return println!("{skip}");
        }
        let charts: Charts = read("index.json").map_err(|skip| skip.0).unwrap();
        let known = charts
            .charts
            .iter()
            .filter(|c| c.schema.is_some() || c.keys.is_some());
        for chart in known {
            let judged = validate(&chart.chart, &json!({}));
            assert!(judged.is_ok(), "{}: {judged:?}", chart.chart);
        }
    }
}
