//! What the guest is told: its names, its resolvers, its keys.

use crate::validate::kubernetes::names;
use crate::validate::{Findings, Node};

/// The rules over host names, DNS and access credentials.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    if let Some(Err(reason)) = spec.key("hostname").str().map(names::dns_label) {
        findings.refuse(&spec.key("hostname"), reason);
    }
    if let Some(Err(reason)) = spec.key("subdomain").str().map(names::dns_subdomain) {
        findings.refuse(&spec.key("subdomain"), reason);
    }
    dns(spec, findings);
    spec.key("accessCredentials")
        .items()
        .for_each(|item| credential(&item, spec, findings));
}

/// Resolvers a machine may name.
const NAMESERVERS_MAX: usize = 3;
/// Search domains a machine may name.
const SEARCHES_MAX: usize = 6;

fn dns(spec: &Node<'_>, findings: &mut Findings) {
    let config = spec.key("dnsConfig");
    for (list, most) in [("nameservers", NAMESERVERS_MAX), ("searches", SEARCHES_MAX)] {
        let count = config.key(list).len();
        if count > most {
            findings.refuse(&config.key(list), format!("{count}, at most {most}"));
        }
    }
    let policy = spec.key("dnsPolicy");
    if policy.str() == Some("None") && config.key("nameservers").len() == 0 {
        findings.refuse(&policy, "None needs dnsConfig with a nameserver");
    }
}

fn credential(credential: &Node<'_>, spec: &Node<'_>, findings: &mut Findings) {
    let kinds = credential.set_among(&["sshPublicKey", "userPassword"]);
    let [kind] = kinds[..] else {
        return findings.refuse(credential, "exactly one of sshPublicKey and userPassword");
    };
    let stated = credential.key(kind);
    if stated.key("source").set_keys().len() != 1 {
        findings.refuse(&stated, "exactly one source");
    }
    let ways = stated.key("propagationMethod").set_keys();
    let [way] = ways[..] else {
        return findings.refuse(&stated, "exactly one propagationMethod");
    };
    let volume = match way {
        "noCloud" => "cloudInitNoCloud",
        "configDrive" => "cloudInitConfigDrive",
        _ => {
            let users = stated.at("propagationMethod/qemuGuestAgent/users");
            if kind == "sshPublicKey" && users.len() == 0 {
                findings.refuse(&users, "the guest agent is told for which users");
            }
            return;
        }
    };
    if !spec
        .key("volumes")
        .items()
        .any(|item| item.key(volume).is_set())
    {
        findings.refuse(&stated, format!("{way} needs a {volume} volume"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn names_and_resolvers_are_within_bounds() {
        accepts(check, json!({ "hostname": "web-1", "subdomain": "a.b" }));
        refuses(check, json!({ "hostname": "web.1" }), "/hostname", "web.1");
        let servers =
            |count: usize| json!({ "dnsConfig": { "nameservers": vec!["10.0.0.1"; count] } });
        accepts(check, servers(3));
        refuses(check, servers(4), "/dnsConfig/nameservers", "at most 3");
        refuses(
            check,
            json!({ "dnsPolicy": "None" }),
            "/dnsPolicy",
            "nameserver",
        );
    }

    #[test]
    fn a_key_has_a_source_and_a_way_in() {
        let with = |way: Value, volume: Value| {
            json!({ "volumes": [volume], "accessCredentials": [
            { "sshPublicKey": { "source": { "secret": { "secretName": "k" } }, "propagationMethod": way } }] })
        };
        let drive = json!({ "name": "ci", "cloudInitNoCloud": { "userData": "x" } });
        accepts(check, with(json!({ "noCloud": {} }), drive.clone()));
        let key = "/accessCredentials/0/sshPublicKey";
        refuses(
            check,
            with(json!({ "configDrive": {} }), drive.clone()),
            key,
            "cloudInitConfigDrive",
        );
        let agent = json!({ "qemuGuestAgent": {} });
        refuses(
            check,
            with(agent, drive.clone()),
            &format!("{key}/propagationMethod/qemuGuestAgent/users"),
            "users",
        );
        refuses(check, with(json!({}), drive), key, "propagationMethod");
    }
}
