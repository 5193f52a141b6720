//! Answers in one sentence, for whoever has to mend it at night.

use super::{
    Account, Answer, Basis, End, Question,
    basis::{clash, other, pods, translated, unresolved},
    near,
    rules::{few, rule_in_words},
    service::{leads_nowhere, service, settled},
};
use crate::{
    Cluster, Judge, PodId, PortSet,
    cluster::Beside,
    policy::{Direction, Peer, PolicyId, Rule},
    tiers::TierId,
};

/// Why an answer is as it is: the rule that lets it through, or what nothing lifts. Rules are
/// counted from 1. One sentence without a full stop.
pub fn because(judge: &Judge<'_>, question: &Question, answer: &Answer) -> String {
    let way = way(judge, question);
    let asked = question;
    let question = &settled(judge, asked);
    if let Some(way) = way
        .as_ref()
        .filter(|_| leads_nowhere(judge, asked, question))
    {
        return format!("refused: {way}");
    }
    let teller = Teller {
        judge,
        cluster: judge.cluster(),
        question,
    };
    let verdict = if answer.allowed { "allowed" } else { "refused" };
    let mut told = match (answer.basis, answer.allowed) {
        (Basis::SpecException, _) => teller.exception(),
        (_, true) => teller.allowed(answer),
        (_, false) => teller.refused(answer),
    };
    let more = [teller.doubt(answer), teller.way_around(answer), way];
    for more in more.into_iter().flatten() {
        told.push_str("; ");
        told.push_str(&more);
    }
    format!("{verdict}: {told}")
}

/// Where the own address of a Service leads, if that is called.
fn way(judge: &Judge<'_>, question: &Question) -> Option<String> {
    let service = service(judge, question)?.path();
    let (address, port) = (question.to, (question.protocol, question.port));
    let End::Address(address) = address else {
        return None;
    };
    let settled = settled(judge, question);
    let End::Pod(pod) = settled.to else {
        let (protocol, port) = port;
        return Some(format!(
            "{address} is the own address of Service {service}, which leads to no pod of \
             the manifests on {protocol} {port}"
        ));
    };
    let pod = judge.cluster().pod(pod).path();
    Some(format!(
        "{address} is the own address of Service {service}, which leads to {pod} on {} {}",
        settled.protocol, settled.port
    ))
}

/// Tells of one question.
struct Teller<'t> {
    judge: &'t Judge<'t>,
    cluster: &'t Cluster,
    question: &'t Question,
}

impl Teller<'_> {
    fn end(&self, end: End) -> String {
        match end {
            End::Pod(pod) => self.cluster.pod(pod).path(),
            End::Address(address) => address.to_string(),
        }
    }

    /// The end whose side a direction is.
    fn own(&self, direction: Direction) -> End {
        match direction {
            Direction::Ingress => self.question.to,
            Direction::Egress => self.question.from,
        }
    }

    fn exception(&self) -> String {
        match self.question.from == self.question.to {
            true => "nothing keeps a pod from calling itself".to_owned(),
            false => "nothing comes between a pod and its own node".to_owned(),
        }
    }

    fn allowed(&self, answer: &Answer) -> String {
        let sides = [
            (&answer.egress, Direction::Egress),
            (&answer.ingress, Direction::Ingress),
        ];
        let (mut open, mut told) = (Vec::new(), Vec::new());
        for (account, direction) in sides {
            match (account, self.own(direction)) {
                (Account::Admitted { policy, rule }, _) => {
                    told.push(self.admitted(*policy, direction, *rule));
                }
                (Account::Accepted { tier, rule }, _) => {
                    let past = "past what policies of namespaces say";
                    let decided = self.decided(*tier, direction, *rule, "accepts");
                    told.push(format!("{decided}, {past}"));
                }
                (_, End::Pod(pod)) => {
                    let pod = self.cluster.pod(pod).path();
                    open.push(format!("{pod} for {}", direction.section()));
                }
                _ => {}
            }
        }
        if !open.is_empty() {
            told.push(format!("no policy isolates {}", open.join(" or ")));
        }
        if told.is_empty() {
            return "both ends are outside the cluster, where no policy applies".to_owned();
        }
        told.join(", and ")
    }

    fn admitted(&self, policy: PolicyId, direction: Direction, at: usize) -> String {
        let way = match direction {
            Direction::Ingress => "in",
            Direction::Egress => "out",
        };
        let policy = self.cluster.policy(policy);
        let rules = policy.rules(direction).unwrap_or_default();
        let words = rules.get(at);
        let words = words.map(|rule| rule_in_words(&policy.namespace, direction, rule));
        format!(
            "policy {} lets it {way} ({} rule {}: {})",
            policy.path(),
            direction.section(),
            at + 1,
            words.unwrap_or_default()
        )
    }

    /// What a rule of a policy of the cluster does.
    fn decided(&self, tier: TierId, direction: Direction, at: usize, does: &str) -> String {
        let way = match direction {
            Direction::Ingress => "in",
            Direction::Egress => "out",
        };
        let policy = self.cluster.tier(tier);
        let rule = policy.rules(direction).get(at);
        let name = rule.and_then(|rule| rule.name.as_deref());
        let name = name.map_or_else(String::new, |name| format!(" {name:?}"));
        let words = rule.map(|rule| rule_in_words("", direction, &rule.rule));
        format!(
            "{} {does} it on the way {way} ({} rule {}{name}: {})",
            policy.path(),
            direction.section(),
            at + 1,
            words.unwrap_or_default()
        )
    }

    fn refused(&self, answer: &Answer) -> String {
        let sides = [
            (&answer.egress, Direction::Egress),
            (&answer.ingress, Direction::Ingress),
        ];
        let told = sides
            .into_iter()
            .filter_map(|(account, direction)| match account {
                Account::Refused {
                    isolated_by,
                    other_ports,
                } => Some(match other_ports.is_empty() {
                    true => self.other_peer(isolated_by, direction),
                    false => self.other_port(other_ports, direction),
                }),
                Account::Denied { tier, rule } => {
                    Some(self.decided(*tier, direction, *rule, "denies"))
                }
                _ => None,
            });
        told.collect::<Vec<_>>().join("; and ")
    }

    /// No rule admits the peer.
    fn other_peer(&self, isolated_by: &[PolicyId], direction: Direction) -> String {
        let own = self.end(self.own(direction));
        let peer = self.question.peer(direction);
        let (mut names, mut rules) = (Vec::new(), Vec::new());
        for policy in isolated_by.iter().map(|id| self.cluster.policy(*id)) {
            let section = policy.rules(direction).unwrap_or_default();
            if !section.is_empty() {
                names.push(policy.path());
            }
            rules.extend(section.iter().map(|rule| (policy, rule)));
        }
        if rules.is_empty() {
            let names = isolated_by.iter().map(|id| self.cluster.policy(*id).path());
            let let_ = policies_let(names.collect());
            return match direction {
                Direction::Ingress => format!("{let_} nothing in to {own}"),
                Direction::Egress => format!("{let_} nothing out of {own}"),
            };
        }
        let words = rules
            .iter()
            .map(|(policy, rule)| rule_in_words(&policy.namespace, direction, rule));
        let words = few(words, "; ");
        let let_ = policies_let(names);
        let does = match direction {
            Direction::Ingress => "takes in only",
            Direction::Egress => "may call only",
        };
        let rules: Vec<&Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
        let unknown = self.is_unknown_address(peer, &rules);
        let miss = near::miss(self.judge, self.question, direction, isolated_by);
        let hint = match (miss, unknown) {
            (Some(miss), true) => format!(": {miss}, and its address is not known"),
            (Some(miss), false) => format!(": {miss}"),
            (None, true) => ", as far as manifests tell: its address is not known".to_owned(),
            (None, false) => String::new(),
        };
        let peer = self.end(peer);
        format!("{own} {does} what {let_} through ({words}); {peer} is none of those{hint}")
    }

    /// Whether a block of addresses may hold a pod whose address nobody told.
    fn is_unknown_address(&self, peer: End, rules: &[&Rule]) -> bool {
        let End::Pod(pod) = peer else { return false };
        self.cluster.pod(pod).addresses.is_empty()
            && rules.iter().any(|rule| {
                let mut peers = rule.peers.iter().flatten();
                let (ports, _) = self.judge.ports(rule, self.question.called());
                peers.any(|peer| matches!(peer, Peer::Addresses(_)))
                    && ports.contains(self.question.protocol, self.question.port)
            })
    }

    /// Rules admit the peer, on other ports.
    fn other_port(&self, rules: &[(PolicyId, usize)], direction: Direction) -> String {
        let called = self.question.called();
        let (mut names, mut numbers) = (Vec::new(), PortSet::none());
        let mut missing = None;
        for (id, at) in rules {
            let policy = self.cluster.policy(*id);
            if names.last() != Some(&policy.path()) {
                names.push(policy.path());
            }
            let section = policy.rules(direction).unwrap_or_default();
            if let Some(rule) = section.get(*at) {
                numbers.extend(&self.judge.ports(rule, called).0);
                let ports = rule.ports.as_deref().unwrap_or_default();
                missing = missing.or_else(|| unresolved(self.cluster, self.question, ports));
            }
        }
        let let_ = policies_let(names);
        let (own, peer) = (self.own(direction), self.question.peer(direction));
        let whom = match direction {
            Direction::Ingress => format!("{} in to {}", self.end(peer), self.end(own)),
            Direction::Egress => format!("{} call {}", self.end(own), self.end(peer)),
        };
        let port = format!("{} {}", self.question.protocol, self.question.port);
        let missing = missing.map(|name| self.no_such_port(called, name));
        match (numbers.is_empty(), missing) {
            (true, Some(missing)) => format!("{let_} {whom} {missing}"),
            (true, None) => format!("{let_} {whom} on no port that it has"),
            (false, Some(missing)) => {
                format!("{let_} {whom} on {numbers}, not on {port}, and {missing}")
            }
            (false, None) => format!("{let_} {whom} on {numbers}, not on {port}"),
        }
    }

    fn no_such_port(&self, called: Option<PodId>, name: &str) -> String {
        let protocol = self.question.protocol;
        match called {
            Some(pod) => {
                let pod = self.cluster.pod(pod);
                let same = pod
                    .ports
                    .iter()
                    .filter(|it| it.name.as_deref() == Some(name));
                let mut others: Vec<&str> = same.map(|it| it.protocol.name()).collect();
                others.sort_unstable();
                others.dedup();
                let path = pod.path();
                match others.is_empty() {
                    true => format!(
                        "on {protocol} port {name}, and no container of {path} has a port of that \
                         name"
                    ),
                    false => format!(
                        "on {protocol} port {name}, and {path} has a port of that name for {} only",
                        others.join(" and ")
                    ),
                }
            }
            None => format!("on {protocol} port {name}, and outside ports have no names"),
        }
    }

    /// What the verdict does not take into account.
    fn doubt(&self, answer: &Answer) -> Option<String> {
        let pods = || pods(self.cluster, self.question);
        let name = |it: &Beside| match &it.namespace {
            Some(namespace) => format!("{} {namespace}/{}", it.kind, it.name),
            None => format!("{} {}", it.kind, it.name),
        };
        match answer.basis {
            Basis::UndefinedHostNetwork => {
                let host = pods().find(|pod| pod.host_network)?.path();
                Some(format!(
                    "{host} is in its node's network, of which no effect of policies is defined"
                ))
            }
            Basis::SecondaryNetwork if self.cluster.unheld.is_some() => self.cluster.unheld.clone(),
            Basis::SecondaryNetwork => {
                let pod = pods().find(|pod| pod.detached)?.path();
                Some(format!(
                    "{pod} has no part in the pod network, and policies speak of no other"
                ))
            }
            Basis::L7OrFqdn => {
                let it = name(other(self.cluster, self.question)?);
                Some(format!("{it} decides too, and is not read here"))
            }
            Basis::UndefinedPriority => {
                let clash = clash(self.judge, self.question)?;
                let (one, other) = (self.cluster.tier(clash.one), self.cluster.tier(clash.other));
                Some(format!(
                    "{} would do something else and has the same priority {}, and which of the two \
                     decides is not specified",
                    other.path(),
                    one.priority
                ))
            }
            Basis::UndefinedSnat => {
                let it = name(translated(self.judge, self.question)?);
                Some(format!(
                    "through {it} the client may come in with the address of a node"
                ))
            }
            _ => None,
        }
    }

    /// What is refused here may go through where no policy looks.
    fn way_around(&self, answer: &Answer) -> Option<String> {
        let (End::Pod(from), End::Pod(to)) = (self.question.from, self.question.to) else {
            return None;
        };
        let (from, to) = (self.cluster.pod(from), self.cluster.pod(to));
        let mut shared = from
            .networks
            .keys()
            .filter(|it| to.networks.contains_key(*it));
        let network = shared.next().filter(|_| !answer.allowed)?;
        let mut beyond = self.cluster.beyond.iter();
        let what = match beyond.any(|it| it.networks.contains(network)) {
            true => "of which this does not speak: it has policies of its own",
            false => "of which policies do not speak",
        };
        Some(format!("both are in network {network} too, {what}"))
    }
}

/// `policy a lets`, `policies a and b let`.
fn policies_let(names: Vec<String>) -> String {
    match names.as_slice() {
        [name] => format!("policy {name} lets"),
        [first, second] => format!("policies {first} and {second} let"),
        _ => format!("policies {} let", few(names.into_iter(), ", ")),
    }
}
