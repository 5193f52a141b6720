//! Policies of many documents, read all at once before the documents are gone through.

use serde_json::Value;

use super::{Complaint, Document, Object, Sink, at::At, networkpolicy};
use crate::{par, policy::Policy};

/// From how many documents on that is worth it.
const MANY: usize = 256;

/// Into how many parts they are cut: each part shares what its selectors ask for.
const PARTS: usize = 8;

/// A policy, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Ahead {
    pub(super) policy: Policy,
    pub(super) complaints: Vec<Complaint>,
}

/// By document, the policy that it is; none where it is something else, or where it is as well
/// read later.
pub(super) fn policies(documents: &[Document<'_>]) -> Vec<Option<Ahead>> {
    if documents.len() < MANY {
        return documents.iter().map(|_| None).collect();
    }
    let parts: Vec<&[Document<'_>]> = documents.chunks(documents.len().div_ceil(PARTS)).collect();
    let read = par::map(&parts, |part| {
        let mut sink = Sink::default();
        let each = part.iter().map(|document| policy(document, &mut sink));
        each.collect::<Vec<_>>()
    });
    read.into_iter().flatten().collect()
}

fn policy(document: &Document<'_>, sink: &mut Sink) -> Option<Ahead> {
    let text = |name: &str| document.value.get(name).and_then(Value::as_str);
    let version = text("apiVersion").filter(|version| *version == "networking.k8s.io/v1")?;
    let kind = text("kind").filter(|kind| *kind == "NetworkPolicy")?;
    let body = At::root(document.value);
    let object = Object::of(&body, version, kind);
    document.source.clone_into(&mut sink.source);
    sink.at = document.at;
    sink.object = object.path();
    let policy = networkpolicy::policy(&object, sink);
    let complaints = std::mem::take(&mut sink.complaints);
    Some(Ahead { policy, complaints })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Cluster, read::read};

    /// Enough policies to be read ahead: some wrong, some twice, among other objects.
    fn manifests() -> Vec<Value> {
        let policy = |at: usize| {
            let peer = json!({"podSelector": {"matchLabels": {"app": format!("a{}", at % 7)}}});
            let port = if at % 50 == 3 { 0 } else { 80 };
            json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": format!("p{}", at % 280), "namespace": "shop"},
                "spec": {"podSelector": {}, "ingress": [{"from": [peer], "ports": [{"port": port}]}]}
            })
        };
        let space = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
        let mut all: Vec<Value> = (0..300).map(policy).collect();
        all.insert(100, space);
        all
    }

    fn told(read: &(Cluster, Vec<Complaint>)) -> Vec<(&str, &str)> {
        let complaints = read.1.iter();
        complaints
            .map(|it| (it.object.as_str(), it.message.as_str()))
            .collect()
    }

    #[test]
    fn it_is_read_the_same_as_one_after_another() {
        let manifests = manifests();
        let one_list = json!({"apiVersion": "v1", "kind": "List", "items": manifests});
        let document = |(at, value)| Document {
            source: "all",
            at,
            value,
        };
        let ahead = read(manifests.iter().enumerate().map(document));
        let after = read([document((0, &one_list))]);
        assert_eq!(ahead.0, after.0);
        assert_eq!(ahead.0.policies.len(), 274);
        let twice = |(_, message): &&(&str, &str)| message.contains("stands twice");
        let apart = |read| -> Vec<(&str, &str)> {
            let told: Vec<_> = told(read);
            told.into_iter().filter(|it| !twice(&it)).collect()
        };
        assert_eq!(apart(&ahead), apart(&after));
        assert_eq!(told(&ahead).iter().filter(twice).count(), 20);
        assert_eq!(apart(&ahead).len(), 6);
    }
}
