//! AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy, by their definitions.
//! What those refuse is refused. Peers that are no pods and no addresses (nodes, names) are not
//! judged here, and neither is a policy that has some.

use ipnet::IpNet;

use super::{
    Object, Sink,
    at::At,
    names,
    networkpolicy::{metadata, protocol},
    selector::selector,
};
use crate::{
    Addresses, Protocol,
    labels::Selector,
    node::Node,
    policy::{Direction, Peer, Port, Rule},
    tiers::{Action, Tier, TierPolicy, TierRule},
};

/// The group of all of them.
pub(super) const GROUP: &str = "policy.networking.k8s.io";

/// What the three kinds have in common, and what not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    kind: &'static str,
    version: &'static str,
    /// What each action is called.
    actions: &'static [(&'static str, Action)],
    /// How many rules a section has, and how many peers or ports a rule, at most.
    most: usize,
    /// How a rule says its ports.
    ports: &'static str,
}

const FORMS: [Form; 3] = [
    Form {
        kind: "AdminNetworkPolicy",
        version: "v1alpha1",
        actions: &[
            ("Allow", Action::Accept),
            ("Deny", Action::Deny),
            ("Pass", Action::Pass),
        ],
        most: 100,
        ports: "ports",
    },
    Form {
        kind: "BaselineAdminNetworkPolicy",
        version: "v1alpha1",
        actions: &[("Allow", Action::Accept), ("Deny", Action::Deny)],
        most: 100,
        ports: "ports",
    },
    Form {
        kind: "ClusterNetworkPolicy",
        version: "v1alpha2",
        actions: &[
            ("Accept", Action::Accept),
            ("Deny", Action::Deny),
            ("Pass", Action::Pass),
        ],
        most: 25,
        ports: "protocols",
    },
];

/// How long the name of a rule is at most, and how many blocks one peer has.
const LONGEST_NAME: usize = 100;
const MOST_BLOCKS: usize = 25;

/// Whether an object is of one of these kinds.
pub(super) fn decides(object: &Object<'_>) -> bool {
    form(object).is_some()
}

fn form(object: &Object<'_>) -> Option<Form> {
    let mut forms = FORMS.into_iter();
    forms.find(|form| (object.group, object.kind) == (GROUP, form.kind))
}

/// A policy. None where it cannot be judged here, or something is wrong with it, which is told to
/// the sink.
pub(super) fn policy(object: &Object<'_>, sink: &mut Sink) -> Option<TierPolicy> {
    let form = form(object)?;
    if object.version != form.version {
        let message = format!(
            "no such {}: its apiVersion is {GROUP}/{}",
            form.kind, form.version
        );
        sink.say(&object.body.field("apiVersion"), message);
        return None;
    }
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    object.body.only(&known, sink);
    metadata(object, sink);
    let is_baseline = form.kind == "BaselineAdminNetworkPolicy";
    if is_baseline && object.name != "default" {
        let message = "there is one of these in a cluster, and its name is \"default\"";
        sink.say(&object.body.field("metadata"), message);
    }
    let Some(spec) = object.body.child("spec") else {
        sink.say(&object.body, "has no spec");
        return None;
    };
    match form.kind {
        "AdminNetworkPolicy" => {
            spec.only(&["priority", "subject", "ingress", "egress"], sink);
        }
        "BaselineAdminNetworkPolicy" => spec.only(&["subject", "ingress", "egress"], sink),
        _ => spec.only(&["tier", "priority", "subject", "ingress", "egress"], sink),
    }
    let tier = tier(form, &spec, sink);
    let priority = match is_baseline {
        true => Some(0),
        false => needed(&spec, "priority", sink).and_then(|it| priority(&it, sink)),
    };
    let subject = needed(&spec, "subject", sink).and_then(|it| subject(form, &it, sink));
    let mut reader = Rules {
        form,
        sink,
        unread: false,
    };
    let ingress = reader.section(&spec, Direction::Ingress);
    let egress = reader.section(&spec, Direction::Egress);
    if reader.unread {
        return None;
    }
    let (namespaces, pods) = subject?;
    Some(TierPolicy {
        kind: object.kind.to_owned(),
        name: object.name.to_owned(),
        tier: tier?,
        priority: priority?,
        namespaces,
        pods,
        ingress,
        egress,
    })
}

fn needed<'c>(parent: &'c At<'c>, name: &'c str, sink: &mut Sink) -> Option<At<'c>> {
    let found = parent.child(name);
    if found.is_none() {
        sink.say(parent, format!("has no {name}"));
    }
    found
}

fn tier(form: Form, spec: &At<'_>, sink: &mut Sink) -> Option<Tier> {
    match form.kind {
        "AdminNetworkPolicy" => return Some(Tier::Admin),
        "BaselineAdminNetworkPolicy" => return Some(Tier::Baseline),
        _ => {}
    }
    let tier = needed(spec, "tier", sink)?;
    match tier.text(sink)? {
        "Admin" => Some(Tier::Admin),
        "Baseline" => Some(Tier::Baseline),
        other => {
            let known = "Admin and Baseline, written so";
            sink.say(&tier, format!("no tier {other:?}: there are {known}"));
            None
        }
    }
}

fn priority(here: &At<'_>, sink: &mut Sink) -> Option<u16> {
    let number = here.number(sink)?;
    let priority = u16::try_from(number).ok().filter(|it| *it <= 1000);
    if priority.is_none() {
        let message = format!("priorities go from 0 to 1000; this is {number}");
        sink.say(here, message);
    }
    priority
}

/// The one field that something has of several.
fn one<'c, const N: usize>(
    here: &'c At<'c>,
    known: [&'c str; N],
    sink: &mut Sink,
) -> Option<(&'c str, At<'c>)> {
    let fields = here.fields(known, sink);
    let mut found = known
        .into_iter()
        .zip(fields)
        .filter_map(|(name, it)| Some((name, it?)));
    let first = found.next();
    if let Some((other, _)) = found.next() {
        let message = format!("says one thing at a time: {other} is another of the list");
        sink.say(here, message);
        return None;
    }
    if first.is_none() {
        sink.say(here, format!("needs one of {}", known.join(", ")));
    }
    first
}

fn subject(form: Form, here: &At<'_>, sink: &mut Sink) -> Option<(Selector, Selector)> {
    match one(here, ["namespaces", "pods"], sink)? {
        ("namespaces", it) => Some((selector(&it, sink), Selector::default())),
        (_, it) => pods(form, &it, sink),
    }
}

/// Pods by two selectors. Of the older kinds both are needed; of the newer one that of namespaces
/// may be left out, and is all of them.
fn pods(form: Form, here: &At<'_>, sink: &mut Sink) -> Option<(Selector, Selector)> {
    let [namespaces, pods] = here.fields(["namespaceSelector", "podSelector"], sink);
    let needs_both = form.version == "v1alpha1";
    if pods.is_none() || (needs_both && namespaces.is_none()) {
        let which = match pods {
            None => "podSelector",
            Some(_) => "namespaceSelector",
        };
        sink.say(here, format!("has no {which}"));
        return None;
    }
    let mut read = |it: Option<At<'_>>| it.map(|it| selector(&it, sink)).unwrap_or_default();
    Some((read(namespaces), read(pods)))
}

/// Reads rules.
struct Rules<'s> {
    form: Form,
    sink: &'s mut Sink,
    /// Whether there is a peer that is not judged here.
    unread: bool,
}

impl Rules<'_> {
    fn section(&mut self, spec: &At<'_>, direction: Direction) -> Vec<TierRule> {
        let Some(section) = spec.child(direction.section()) else {
            return Vec::new();
        };
        let items = self
            .list(&section, self.form.most, false)
            .into_iter()
            .enumerate();
        let rules = items.filter_map(|(at, it)| self.rule(&section.item(at, it), direction));
        rules.collect()
    }

    /// The items of a list of a bounded length.
    fn list<'v>(&mut self, here: &At<'v>, most: usize, needed: bool) -> Vec<Node<'v>> {
        let Some(items) = here.value().items() else {
            here.wrong("a list", self.sink);
            return Vec::new();
        };
        let items: Vec<Node<'v>> = items.collect();
        if items.len() > most {
            let message = format!("takes {most} at most, and has {}", items.len());
            self.sink.say(here, message);
        }
        if needed && items.is_empty() {
            let message = "is empty: what is for all is left out, and nobody is told by no rule";
            self.sink.say(here, message);
        }
        items
    }

    fn rule(&mut self, here: &At<'_>, direction: Direction) -> Option<TierRule> {
        let ends = match direction {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };
        here.only(&["name", "action", ends, self.form.ports], self.sink);
        let name = here.child("name");
        let name = name.and_then(|it| Some((it, it.text(self.sink)?)));
        if let Some((here, _)) = name.filter(|(_, name)| name.chars().count() > LONGEST_NAME) {
            let message = format!("names of rules have {LONGEST_NAME} characters at most");
            self.sink.say(&here, message);
        }
        let name = name.map(|(_, name)| name.to_owned());
        let action = self.action(here);
        let peers = needed(here, ends, self.sink)?;
        let items = self.list(&peers, self.form.most, true);
        let mut admitted = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            admitted.extend(self.peer(&peers.item(at, item), direction));
        }
        let ports = match here.child(self.form.ports) {
            Some(ports) => {
                let items = self.list(&ports, self.form.most, true);
                let items = items.into_iter().enumerate();
                let read = items.map(|(at, it)| self.port(&ports.item(at, it)));
                Some(read.flatten().flatten().collect())
            }
            None => None,
        };
        Some(TierRule {
            name,
            action: action?,
            rule: Rule {
                peers: Some(admitted),
                ports,
            },
        })
    }

    fn action(&mut self, rule: &At<'_>) -> Option<Action> {
        let here = needed(rule, "action", self.sink)?;
        let said = here.text(self.sink)?;
        let mut known = self.form.actions.iter();
        let found = known.find(|(name, _)| *name == said);
        if found.is_none() {
            let names: Vec<&str> = self.form.actions.iter().map(|it| it.0).collect();
            let message = format!("no action {said:?}: there are {}", names.join(", "));
            self.sink.say(&here, message);
        }
        found.map(|(_, action)| *action)
    }

    fn peer(&mut self, here: &At<'_>, direction: Direction) -> Option<Peer> {
        let found = match direction {
            Direction::Ingress => one(here, ["namespaces", "pods"], self.sink),
            Direction::Egress => one(
                here,
                ["namespaces", "pods", "networks", "nodes", "domainNames"],
                self.sink,
            ),
        };
        let (name, it) = found?;
        let (namespaces, pods) = match name {
            "namespaces" => (selector(&it, self.sink), Selector::default()),
            "pods" => pods(self.form, &it, self.sink)?,
            "networks" => return Some(Peer::Addresses(self.networks(&it))),
            _ => {
                self.unread = true;
                return None;
            }
        };
        Some(Peer::Pods {
            namespaces: Some(namespaces),
            pods,
        })
    }

    fn networks(&mut self, here: &At<'_>) -> Addresses {
        let mut all = Addresses::none();
        let items = self.list(here, MOST_BLOCKS, true);
        for (at, item) in items.into_iter().enumerate() {
            let item = here.item(at, item);
            let Some(text) = item.text(self.sink) else {
                continue;
            };
            match text.parse::<IpNet>() {
                Ok(block) => all.extend(&Addresses::block(block)),
                Err(_) => {
                    let message =
                        format!("{text:?} is no block of addresses, such as 192.0.2.0/24");
                    self.sink.say(&item, message);
                }
            }
        }
        all
    }

    fn port(&mut self, here: &At<'_>) -> Option<Vec<Port>> {
        match self.form.ports {
            "protocols" => self.of_protocol(here),
            _ => self.plain(here),
        }
    }

    /// As the older kinds say a port.
    fn plain(&mut self, here: &At<'_>) -> Option<Vec<Port>> {
        let (name, it) = one(here, ["portNumber", "portRange", "namedPort"], self.sink)?;
        if name == "namedPort" {
            return self.of_name(&it);
        }
        let said = it.child("protocol");
        let protocol = match said {
            Some(said) => protocol(&said, self.sink)?,
            None => Protocol::Tcp,
        };
        let (from, to) = match name {
            "portNumber" => {
                it.only(&["port", "protocol"], self.sink);
                let port = needed(&it, "port", self.sink)?.port(self.sink)?;
                (port, port)
            }
            _ => {
                it.only(&["start", "end", "protocol"], self.sink);
                self.range(&it)?
            }
        };
        Some(vec![Port::Range(protocol, from, to)])
    }

    /// As the newer kind says ports.
    fn of_protocol(&mut self, here: &At<'_>) -> Option<Vec<Port>> {
        let known = ["tcp", "udp", "sctp", "destinationNamedPort"];
        let (name, it) = one(here, known, self.sink)?;
        let protocol = match name {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "sctp" => Protocol::Sctp,
            _ => return self.of_name(&it),
        };
        it.only(&["destinationPort"], self.sink);
        let port = needed(&it, "destinationPort", self.sink)?;
        let (from, to) = match one(&port, ["number", "range"], self.sink)? {
            ("number", it) => {
                let number = it.port(self.sink)?;
                (number, number)
            }
            (_, it) => {
                it.only(&["start", "end"], self.sink);
                self.range(&it)?
            }
        };
        Some(vec![Port::Range(protocol, from, to)])
    }

    fn range(&mut self, here: &At<'_>) -> Option<(u16, u16)> {
        let from = needed(here, "start", self.sink)?.port(self.sink)?;
        let to = needed(here, "end", self.sink)?.port(self.sink)?;
        // The newer kind has no range of one port.
        let is_one = from == to && self.form.ports == "protocols";
        if to < from || is_one {
            let message = match is_one {
                true => format!("the range is the one port {from}: write it as a number"),
                false => format!("the range ends at {to} before it begins, at {from}"),
            };
            self.sink.say(here, message);
            return None;
        }
        Some((from, to))
    }

    /// A port by its name, of whatever protocol the destination's port of that name is.
    fn of_name(&mut self, here: &At<'_>) -> Option<Vec<Port>> {
        let name = here.text(self.sink)?;
        if let Some(wrong) = names::port(name) {
            self.sink.say(here, wrong);
        }
        let each = Protocol::ALL.map(|protocol| Port::Named(protocol, name.to_owned()));
        Some(each.to_vec())
    }
}
