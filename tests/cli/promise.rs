//! Documents held to the schema that is published for them.

use serde_json::Value;

use crate::harness::{Folder, Run};

/// The promise of a document (`schema --NAME`), or of a definition in it, with nothing in it that
/// it does not name.
pub(crate) fn promise(name: &str, of: &str) -> jsonschema::Validator {
    let folder = Folder::of([("estate.kdl", "")]);
    let published = folder.run(&format!("schema --{name}")).ends_with(0);
    let mut schema = published.json();
    close(&mut schema);
    if !of.is_empty() {
        let object = schema.as_object_mut().unwrap();
        for key in ["type", "required", "properties"] {
            object.remove(key);
        }
        object.remove("additionalProperties");
        object.insert("$ref".into(), format!("#/$defs/{of}").into());
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn close(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if object.contains_key("properties") {
            object.insert("additionalProperties".into(), false.into());
        }
        object.values_mut().for_each(close);
    } else if let Some(list) = schema.as_array_mut() {
        list.iter_mut().for_each(close);
    }
}

/// Holds what was printed to a promise.
pub(crate) fn keeps(promise: &jsonschema::Validator, run: &Run) {
    let document = run.json();
    if let Err(error) = promise.validate(&document) {
        panic!("{error} at {}\n{}", error.instance_path(), run.out);
    }
}
