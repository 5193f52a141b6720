//! Differences as one JSON document. Its shape is a promise: a change that a reader could notice
//! raises the version.

use serde::Serialize;
use serde_json::Value as Json;
use tenantry_core::compare::{Change, Difference, Item, Scalar, Value};

use super::{Pair, Side};
use crate::render::json;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    pairs: Vec<PairDocument<'a>>,
}

#[derive(Serialize)]
struct PairDocument<'a> {
    env: Option<&'a str>,
    old: &'a str,
    new: &'a str,
    differences: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    /// From the top down: `["tenant acme", "workload api", "cpu"]`.
    path: Vec<&'a str>,
    change: &'static str,
    /// Which scalar, where one has changed.
    setting: Option<&'a str>,
    old: Option<Json>,
    new: Option<Json>,
    old_place: Option<Place>,
    new_place: Option<Place>,
}

#[derive(Serialize)]
struct Place {
    path: String,
    line: u32,
}

pub(super) fn render(pairs: &[Pair<'_>]) -> String {
    let pairs = pairs.iter().map(|pair| {
        let mut differences = Vec::new();
        collect(pair, &pair.differences, &mut Vec::new(), &mut differences);
        PairDocument {
            env: pair.env.as_deref(),
            old: &pair.old.name,
            new: &pair.new.name,
            differences,
        }
    });
    json::pretty(&Document {
        version: 1,
        pairs: pairs.collect(),
    })
}

fn collect<'a>(
    pair: &Pair<'_>,
    differences: &'a [Difference],
    path: &mut Vec<&'a str>,
    into: &mut Vec<Entry<'a>>,
) {
    for Difference { title, change } in differences {
        path.push(title);
        let entry = |change| Entry {
            path: path.clone(),
            change,
            setting: None,
            old: None,
            new: None,
            old_place: None,
            new_place: None,
        };
        match change {
            Change::Added(item) => into.push(Entry {
                new_place: of_item(&pair.new, item),
                ..entry("added")
            }),
            Change::Removed(item) => into.push(Entry {
                old_place: of_item(&pair.old, item),
                ..entry("removed")
            }),
            Change::Inside { settings, below } => {
                into.extend(settings.iter().map(|setting| Entry {
                    setting: Some(&setting.name),
                    old: setting.old.as_ref().map(value),
                    new: setting.new.as_ref().map(value),
                    old_place: place(pair.old.place(setting.old_at)),
                    new_place: place(pair.new.place(setting.new_at)),
                    ..entry("changed")
                }));
                collect(pair, below, path, into);
            }
        }
        path.pop();
    }
}

fn of_item(side: &Side<'_>, item: &Item) -> Option<Place> {
    place(side.place(item.at))
}

fn place(place: Option<(String, u32)>) -> Option<Place> {
    place.map(|(path, line)| Place { path, line })
}

/// A value in JSON's own types.
fn value(value: &Value) -> Json {
    let one = |scalar: &Scalar| match scalar {
        Scalar::Text(text) => Json::String(text.clone()),
        Scalar::Plain(text) => {
            let plain = text.trim_start_matches('#');
            serde_json::from_str(plain).unwrap_or_else(|_| Json::String(text.clone()))
        }
    };
    match (value.list, value.scalars.as_slice()) {
        (false, [only]) => one(only),
        (_, all) => Json::Array(all.iter().map(one).collect()),
    }
}
