//! Emitted files as what can be compared: Kubernetes objects by what they are, whatever file they
//! lie in; other data by its path; what is neither as text.

use serde::Deserialize as _;
use serde_yaml::Value as Yaml;

use super::{Item, Scalar, Setting, Value};
use crate::emit::artifact::{MANIFEST, SOURCE_MAP};

/// Levels of maps and lists that are looked into; deeper data is compared as text.
const DEEPEST: usize = 100;

/// The files of one output, by their paths below its folder. What the compiler keeps for itself
/// (the manifest, the source map) follows from the others and is left out.
pub fn items<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<Item> {
    files
        .filter(|(path, _)| ![MANIFEST, SOURCE_MAP].contains(path))
        .flat_map(|(path, bytes)| file(path, bytes))
        .collect()
}

fn file(path: &str, bytes: &[u8]) -> Vec<Item> {
    let text = String::from_utf8_lossy(bytes);
    let is_data = [".yaml", ".yml", ".json"]
        .iter()
        .any(|end| path.ends_with(end));
    if is_data
        && let Ok(documents) = serde_yaml::Deserializer::from_str(&text)
            .map(Yaml::deserialize)
            .collect::<Result<Vec<Yaml>, _>>()
    {
        return documents
            .iter()
            .map(|document| {
                let mut item = value(&title(path, document), document, 0);
                if item.name.is_empty() {
                    item.name = path.to_owned();
                }
                item
            })
            .collect();
    }
    vec![Item {
        name: path.to_owned(),
        settings: vec![setting(
            "text",
            vec![Scalar::Text(text.into_owned())],
            false,
        )],
        ..Item::default()
    }]
}

/// What a document is: an object of a cluster, or the file that it lies in.
fn title(path: &str, document: &Yaml) -> String {
    let text = |value: Option<&Yaml>| Some(value?.as_str()?.to_owned());
    let object = || {
        text(document.get("apiVersion"))?;
        let kind = text(document.get("kind"))?;
        let metadata = document.get("metadata")?;
        let name = text(metadata.get("name"))?;
        let namespace = text(metadata.get("namespace"));
        let namespace = namespace
            .map(|namespace| namespace + "/")
            .unwrap_or_default();
        // `kubernetes/CLUSTER/…`
        let cluster = path.split('/').nth(1)?;
        Some(format!("{cluster}: {kind} {namespace}{name}"))
    };
    object().unwrap_or_else(|| path.to_owned())
}

/// Data under a name. A list of scalars is a setting, one of maps with a `name` each is told
/// apart by it, any other by its order.
fn value(name: &str, data: &Yaml, depth: usize) -> Item {
    let mut item = Item {
        name: name.to_owned(),
        ..Item::default()
    };
    match data {
        Yaml::Mapping(map) => {
            for (key, data) in map {
                let name = plain(key);
                match scalars(data, depth + 1) {
                    Some((scalars, list)) => item.settings.push(setting(&name, scalars, list)),
                    None => item.items.push(value(&name, data, depth + 1)),
                }
            }
        }
        Yaml::Sequence(list) => {
            let named = names(list);
            for (at, data) in list.iter().enumerate() {
                let mut element = match scalars(data, depth + 1) {
                    Some((scalars, list)) => Item {
                        settings: vec![setting("value", scalars, list)],
                        ..Item::default()
                    },
                    None => value("", data, depth + 1),
                };
                if let Some(named) = &named {
                    element.key.clone_from(&named[at]);
                }
                item.items.push(element);
            }
        }
        other => {
            let scalars = scalars(other, depth).map(|(scalars, _)| scalars);
            item.settings
                .push(setting("value", scalars.unwrap_or_default(), false));
        }
    }
    item
}

/// The names of a list's elements, if they tell them apart.
fn names(list: &[Yaml]) -> Option<Vec<String>> {
    let names: Vec<String> = list
        .iter()
        .map(|element| Some(element.get("name")?.as_str()?.to_owned()))
        .collect::<Option<_>>()?;
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    (unique.len() == names.len()).then_some(names)
}

/// The scalars of what is one or a list of them, and whether it is a list.
fn scalars(data: &Yaml, depth: usize) -> Option<(Vec<Scalar>, bool)> {
    let one = |data: &Yaml| match data {
        Yaml::String(text) => Some(Scalar::Text(text.clone())),
        Yaml::Mapping(map) if map.is_empty() => Some(Scalar::Plain("{}".to_owned())),
        Yaml::Mapping(_) | Yaml::Sequence(_) | Yaml::Tagged(_) if depth < DEEPEST => None,
        other => Some(Scalar::Plain(plain(other))),
    };
    match data {
        Yaml::Sequence(list) => {
            let scalars: Option<Vec<Scalar>> = list.iter().map(one).collect();
            Some((scalars?, true))
        }
        other => Some((vec![one(other)?], false)),
    }
}

fn plain(data: &Yaml) -> String {
    match data {
        Yaml::String(text) => text.clone(),
        other => {
            let text = serde_yaml::to_string(other).unwrap_or_default();
            text.trim_end().to_owned()
        }
    }
}

fn setting(name: &str, scalars: Vec<Scalar>, list: bool) -> Setting {
    Setting {
        name: name.to_owned(),
        argument: false,
        key: false,
        value: Value {
            scalars,
            list,
            ..Value::default()
        },
    }
}
