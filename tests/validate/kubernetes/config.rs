//! ConfigMaps and Secrets: keys that can be files, and the size they have together.

use super::names;
use crate::validate::{Findings, Node};

/// Keys and values together: 1 MiB.
const DATA_MAX: usize = 1024 * 1024;

/// Keys have a syntax and are in one map only; the whole has a size.
pub(super) fn data(root: &Node<'_>, findings: &mut Findings) {
    let mut size = 0;
    for map in ["data", "binaryData"] {
        for (key, value) in root.key(map).entries() {
            if let Err(reason) = names::data_key(key) {
                findings.refuse(&value, reason);
            }
            // Base64 carries three bytes in four characters.
            let length = value.str().map_or(0, str::len);
            let encoded = map == "binaryData" || root.key("kind").str() == Some("Secret");
            size += if encoded { length / 4 * 3 } else { length };
        }
    }
    for (key, value) in root.key("binaryData").entries() {
        if root.key("data").key(key).is_set() {
            findings.refuse(&value, "the key is in `data` as well");
        }
    }
    if size > DATA_MAX {
        findings.refuse(root, format!("{size} bytes of data, at most {DATA_MAX}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::json;

    #[test]
    fn keys_are_file_names_in_one_map() {
        accepts(data, json!({ "data": { "ca.crt": "x" } }));
        refuses(data, json!({ "data": { "a/b": "x" } }), "/data/a~1b", "a/b");
        let twice = json!({ "data": { "a": "x" }, "binaryData": { "a": "eA==" } });
        refuses(data, twice, "/binaryData/a", "as well");
    }

    #[test]
    fn data_has_a_size_together() {
        accepts(data, json!({ "data": { "a": "x".repeat(DATA_MAX) } }));
        refuses(
            data,
            json!({ "data": { "a": "x".repeat(DATA_MAX + 1) } }),
            "",
            "1048577",
        );
    }
}
