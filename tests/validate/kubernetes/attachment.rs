//! NetworkAttachmentDefinitions: the CNI configuration is a text the API server does not read.

use serde_json::Value;

use crate::validate::{Findings, Node};

/// The configuration is JSON, names its version, and which plugin makes the interface.
pub(super) fn definition(root: &Node<'_>, findings: &mut Findings) {
    let config = root.at("spec/config");
    // Without one, a file of that name on the node is used.
    let Some(text) = config.str() else { return };
    let parsed: Value = match serde_json::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => return findings.refuse(&config, format!("not JSON: {error}")),
    };
    let inner = Node::root(&parsed);
    if inner.key("cniVersion").str().is_none_or(str::is_empty) {
        findings.refuse(&config, "no cniVersion");
    }
    let chain: Vec<_> = inner.key("plugins").items().collect();
    let plugins = if chain.is_empty() { vec![inner] } else { chain };
    for plugin in plugins {
        if plugin.key("type").str().is_none_or(str::is_empty) {
            findings.refuse(&config, format!("no plugin type at {}/", plugin.pointer()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::json;

    #[test]
    fn the_text_is_a_cni_configuration() {
        let with = |config: &str| json!({ "spec": { "config": config } });
        accepts(definition, json!({ "spec": {} }));
        accepts(
            definition,
            with(r#"{"cniVersion":"1.0.0","type":"bridge"}"#),
        );
        accepts(
            definition,
            with(r#"{"cniVersion":"1.0.0","plugins":[{"type":"bridge"}]}"#),
        );
        let config = "/spec/config";
        refuses(definition, with("{"), config, "not JSON");
        refuses(
            definition,
            with(r#"{"type":"bridge"}"#),
            config,
            "cniVersion",
        );
        refuses(
            definition,
            with(r#"{"cniVersion":"1.0.0","plugins":[{}]}"#),
            config,
            "/plugins/0/",
        );
    }
}
