//! What can be wrong with references and with the shape of an estate.

use tenantry_syntax::Span;

use crate::diag::{Diagnostic, nearest::nearest, rule_set};
use crate::load::rules::LIMIT_PASSED;
use crate::schema::kinds::{Cluster, External};
use crate::units::Name;

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNKNOWN_NAME = "unknown-name", References, Error, "a reference to something that is not declared", include_str!("pages/unknown-name.md");
    AMBIGUOUS_NAME = "ambiguous-name", References, Error, "a bare reference that could mean several things", include_str!("pages/ambiguous-name.md");
    CLUSTER_NOT_CHOSEN = "cluster-not-chosen", References, Error, "something that must name its cluster, in an estate of several", include_str!("pages/cluster-not-chosen.md");
    POOLS_OF_SEVERAL_CLUSTERS = "pools-of-several-clusters", References, Error, "a workload on pools of more than one cluster", include_str!("pages/pools-of-several-clusters.md");
    WORKLOAD_ON_HOSTS = "workload-on-hosts", References, Error, "a workload on machines without a control plane", include_str!("pages/workload-on-hosts.md");
    UNKNOWN_PORT = "unknown-port", References, Error, "a port that the other side does not declare", include_str!("pages/unknown-port.md");
    VOLUME_IN_TWO_CLUSTERS = "volume-in-two-clusters", References, Error, "a volume that workloads of two clusters mount", include_str!("pages/volume-in-two-clusters.md");
    NOT_NARROWER = "not-narrower", References, Error, "a `cidr` or `host` of a connection that is no part of whom it names", include_str!("pages/not-narrower.md");
    CLIENT_WITHOUT_ADDRESS = "client-without-address", References, Error, "a client of an exposed port that has no address", include_str!("pages/client-without-address.md");
    OTHER_PROTOCOL = "other-protocol", References, Error, "a protocol beside a port's name that is not the port's", include_str!("pages/other-protocol.md");
    PORT_MISSING = "port-missing", References, Error, "a connection that names no port", include_str!("pages/port-missing.md");
    MISSING_ESTATE = "missing-estate", References, Error, "a spec without its `estate` node", include_str!("pages/missing-estate.md");
}

fn kinds_in_words(kinds: &[&str]) -> String {
    kinds.join(" or ")
}

/// A name without the scope that it stands in.
pub(super) fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// A name that leads nowhere. `known` is what there is with its scopes, `bare` as one would write
/// it there.
pub fn unknown_name(
    kinds: &[&str],
    text: &str,
    span: Span,
    known: &[String],
    bare: &[String],
) -> Diagnostic {
    let kind = kinds_in_words(kinds);
    let finding = Diagnostic::new(&UNKNOWN_NAME, span, format!("no {kind} is called `{text}`"))
        .label("leads nowhere");
    // Whoever says the scope is told with it.
    let spellings = if text.contains('.') { known } else { bare };
    let near = nearest(text, spellings.iter().map(String::as_str));
    if let Some(near) = near.or_else(|| in_a_scope(text, spellings)) {
        return finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]);
    }
    match bare {
        [] => finding.help(format!(
            "no {kind} is declared at all: add `{} {text} …`",
            kinds.first().copied().unwrap_or("node")
        )),
        [only] => finding.help(format!("the only one is `{only}`")),
        few if few.len() <= 12 => finding.help(format!("there are {}", few.join(", "))),
        many => finding.help(format!(
            "{} are declared; none has a name like this",
            many.len()
        )),
    }
}

/// The only one that a name without its scope could be, misspelt or not.
fn in_a_scope<'n>(text: &str, spellings: &'n [String]) -> Option<&'n str> {
    if text.contains('.') {
        return None;
    }
    let near = match spellings.iter().any(|name| last(name) == text) {
        true => text,
        false => nearest(text, spellings.iter().map(|name| last(name)))?,
    };
    let mut meant = spellings.iter().filter(|name| last(name) == near);
    let first = meant.next()?;
    meant.next().is_none().then_some(first)
}

/// A workload's bare name that only other tenants have.
pub fn another_tenants(text: &str, span: Span, tenant: &str, elsewhere: &[String]) -> Diagnostic {
    let finding = Diagnostic::new(
        &UNKNOWN_NAME,
        span,
        format!("no workload of tenant `{tenant}` is called `{text}`"),
    )
    .label("not in this tenant")
    .why("a bare name is one of the own tenant's; another tenant's is written with the tenant before it");
    match elsewhere {
        [only] => finding
            .help(format!("did you mean `{only}`?"))
            .suggest(format!("write `{only}`"), vec![(span, only.clone())]),
        several => finding.help(format!("there are {}", several.join(", "))),
    }
}

/// A name that leads to several things.
pub fn ambiguous_name(kinds: &[&str], text: &str, span: Span, candidates: &[String]) -> Diagnostic {
    Diagnostic::new(
        &AMBIGUOUS_NAME,
        span,
        format!(
            "`{text}` could be any of {} {}s",
            candidates.len(),
            kinds_in_words(kinds)
        ),
    )
    .label("which one?")
    .help(format!("write one of {}", candidates.join(", ")))
}

/// Something that needs its cluster named.
pub fn cluster_not_chosen(what: &str, span: Span, clusters: &[String]) -> Diagnostic {
    let finding = Diagnostic::new(
        &CLUSTER_NOT_CHOSEN,
        span,
        format!("{what} does not say in which cluster it is"),
    )
    .label("in which cluster?");
    match clusters {
        [] => finding.help("the estate has no cluster yet: add one, `cluster NAME { … }`"),
        several => finding.help(format!("add `cluster=` with one of {}", several.join(", "))),
    }
}

/// A workload whose pools lie in several clusters.
pub fn several_clusters(what: &str, first: (Span, &str), other: (Span, &str)) -> Diagnostic {
    Diagnostic::new(
        &POOLS_OF_SEVERAL_CLUSTERS,
        other.0,
        format!(
            "the pools of {what} lie in two clusters, {} and {}",
            first.1, other.1
        ),
    )
    .label(format!("in {}", other.1))
    .also(first.0, format!("in {}", first.1))
    .help("name pools of one cluster: those of one `on` are alternatives for the same replicas")
}

/// A workload on machines that nothing runs on by itself.
pub fn on_hosts(what: &str, span: Span, cluster: &Name, declared: &Cluster) -> Diagnostic {
    let hosts = declared.hosts.as_ref();
    let at = hosts.map_or(declared.meta.name_span, |hosts| hosts.meta.span);
    Diagnostic::new(
        &WORKLOAD_ON_HOSTS,
        span,
        format!(
            "{what} cannot run in `{cluster}`, which has machines and nothing that starts workloads"
        ),
    )
    .label("only Ansible knows these machines")
    .also(at, "no control plane")
    .help("name a pool of a Kubernetes or Proxmox cluster")
}

/// A workload whose cluster cannot be told, because it names no pool.
pub fn pool_not_chosen(what: &str, span: Span, candidates: &[String]) -> Diagnostic {
    let finding = Diagnostic::new(
        &CLUSTER_NOT_CHOSEN,
        span,
        format!("{what} does not say where it runs"),
    )
    .label("on which pool?");
    match candidates {
        [] => finding.help("add `on POOL`; the estate has no pool that any workload may use"),
        several => finding.help(format!("add `on` with one of {}", several.join(", "))),
    }
}

/// A volume that nobody mounts and that names no storage, in an estate of several clusters.
pub fn volume_nowhere(name: &Name, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CLUSTER_NOT_CHOSEN,
        span,
        format!("volume `{name}` does not say in which cluster it is"),
    )
    .label("in which cluster?")
    .help("mount it in a workload, or name its class with `storage=CLUSTER.NAME`")
}

/// A volume that workloads of two clusters mount: for each of two, where it says so, its path and
/// its cluster.
pub fn volume_in_two_clusters(
    name: &Name,
    first: (Span, &str, &str),
    other: (Span, &str, &str),
) -> Diagnostic {
    let (span, path, cluster) = other;
    Diagnostic::new(
        &VOLUME_IN_TWO_CLUSTERS,
        span,
        format!(
            "`{path}` mounts volume `{name}` in cluster {cluster}, and `{}` in cluster {}",
            first.1, first.2
        ),
    )
    .label(format!("in {cluster}"))
    .also(first.0, format!("in {}", first.2))
    .why("a volume lies in one cluster, and no other can open it")
    .help("declare a volume for each cluster, and copy what both need")
}

/// A port by a name that its owner does not declare.
pub fn unknown_port(
    name: &str,
    span: Span,
    owner: &str,
    owner_span: Span,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::new(
        &UNKNOWN_PORT,
        span,
        format!("{owner} declares no port `{name}`"),
    )
    .label("not declared there")
    .also(owner_span, format!("{owner} is declared here"));
    match (nearest(name, known.iter().copied()), known) {
        (Some(near), _) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
        (None, []) => finding.help(format!("declare it there: `port {name} NUMBER`")),
        (None, known) => finding.help(format!(
            "it declares {}; or declare this one there: `port {name} NUMBER`",
            known.join(", ")
        )),
    }
}

/// A port by its name where there is nobody who could declare one.
pub fn port_by_number(name: &str, span: Span, owner: &str) -> Diagnostic {
    Diagnostic::new(
        &UNKNOWN_PORT,
        span,
        format!("{owner} declares no port `{name}`"),
    )
    .label("a name of nobody's")
    .help("write its number: `port=443`")
}

/// Another protocol than the one that a named port has.
pub fn other_protocol(name: &str, own: &str, said: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &OTHER_PROTOCOL,
        span,
        format!("port `{name}` is {own}, not {}", said.to_uppercase()),
    )
    .label("beside the port's name")
    .why("a port's name stands for its number and its protocol; `protocol` is for a number")
    .help("leave `protocol` out, or name another port")
}

/// A host's name where the name of somebody is.
pub fn host_called(host: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &UNKNOWN_NAME,
        span,
        format!("`connect` takes a name, and {host} is a host"),
    )
    .label("not a name")
    .help(format!(
        "declare what it is: `external NAME {{ host \"{host}\"; }}`, and connect to `NAME`; or write `connect internet host=\"{host}\"`"
    ))
}

/// A port behind the name of whom it belongs to.
pub fn port_called(whom: &str, port: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &UNKNOWN_NAME,
        span,
        format!("`connect` takes a name, and `{port}` is a port of `{whom}`"),
    )
    .label("a name and a port")
    .help(format!("write `connect {whom} port={port}`"))
}

/// What is written as the address of somebody called, who has no name.
pub fn address_called(cidr: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &UNKNOWN_NAME,
        span,
        format!("`connect` takes a name, and {cidr} is an address"),
    )
    .label("not a name")
    .help(format!(
        "declare who is there: `external NAME {{ cidr \"{cidr}\"; }}`, and connect to `NAME`; or write `connect internet cidr=\"{cidr}\"`"
    ))
}

/// A tenant where a workload belongs. `workloads` are the tenant's.
pub fn tenant_called(tenant: &str, workloads: &[String], span: Span) -> Diagnostic {
    let finding = Diagnostic::new(
        &UNKNOWN_NAME,
        span,
        format!("`{tenant}` is a tenant; a connection leads to a workload"),
    )
    .label("to which of its workloads?");
    match workloads {
        [] => finding.help(format!("tenant `{tenant}` has no workload")),
        [only] => finding
            .help(format!("write `{only}`"))
            .suggest(format!("write `{only}`"), vec![(span, only.clone())]),
        some => finding.help(format!("write one of {}", some.join(", "))),
    }
}

/// An offer to the world.
pub fn offered_outside(span: Span) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_NAME, span, "no tenant is called `internet`")
        .label("not a tenant")
        .help("an offer is made to a tenant; who comes from outside is let in by `expose`")
}

/// Of what a connection's `cidr` or `host` should be a part, and is not.
pub enum Beyond {
    /// What has no addresses to choose from.
    Inside,
    /// The internet.
    Internet,
    /// An outside system: where it is declared, and what it has.
    System(Span, Vec<String>),
}

impl Beyond {
    /// A system that has these ranges, or these names.
    pub fn system(system: &External, own: &[impl ToString]) -> Self {
        let own = own.iter().map(ToString::to_string).collect();
        Self::System(system.meta.name_span, own)
    }
}

/// A connection that is narrowed to something else.
pub fn not_narrower(word: &str, value: &str, target: &str, span: Span, of: Beyond) -> Diagnostic {
    let finding =
        |message: String| Diagnostic::new(&NOT_NARROWER, span, message).label("narrows nothing");
    match of {
        Beyond::Inside => finding(format!("`{target}` is in the cluster, and cannot be narrowed by `{word}`"))
            .why("policies know what is inside of a cluster by its labels; addresses and names are for what is outside")
            .help(format!("leave `{word}` out, or connect to who has {value}")),
        Beyond::Internet => finding(format!("{value} is no part of the internet"))
            .why("`internet` is every public address, and this range is private, shared or reserved: opened under that name, it would be read as something else")
            .help(format!("declare who is there: `external NAME {{ cidr \"{value}\"; }}`, and connect to `NAME`")),
        Beyond::System(declared, own) => {
            let has = match own.as_slice() {
                [] => format!("it has no `{word}`"),
                some => format!("it has {}", some.join(", ")),
            };
            finding(format!("{value} is no part of `{target}`"))
                .also(declared, has)
                .why(format!("`{word}` takes a part of the outside system; what is beyond it would be opened under the system's name"))
                .help(format!("write a part of what `{target}` has, or declare {value} there"))
        }
    }
}

/// A `from` that names nobody.
pub fn nobody_named(span: Span) -> Diagnostic {
    Diagnostic::new(&CLIENT_WITHOUT_ADDRESS, span, "this `from` names nobody")
        .label("who may come?")
        .why("without `from` everybody may come; an empty one means neither everybody nor nobody")
        .help("write ranges or names of outside systems, `from \"203.0.113.0/24\"`, or leave `from` out")
}

/// A `from` that names everybody.
pub fn internet_named(span: Span) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_NAME, span, "no external is called `internet`")
        .label("not a client")
        .help("without `from` everybody may come: leave it out, or name those who may")
}

/// A client of which only names are known.
pub fn client_without_address(system: &External, span: Span) -> Diagnostic {
    let name = &system.name.value;
    Diagnostic::new(
        &CLIENT_WITHOUT_ADDRESS,
        span,
        format!("nobody knows at which addresses `{name}` is"),
    )
    .label("has names only")
    .also(system.meta.name_span, "declared here, without a `cidr`")
    .why("who comes in is known by address: the name of who called is in no packet")
    .help(format!(
        "declare the addresses that it comes from: `cidr \"203.0.113.0/24\"` in `external {name}`"
    ))
}

/// A connection without a port.
pub fn port_missing(to: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &PORT_MISSING,
        span,
        format!("this connection to {to} names no port"),
    )
    .label("on which port?")
    .help("add `port=NAME` or `port=NUMBER`: a flow is opened for declared ports alone")
}

/// No `estate` node.
pub fn missing_estate(span: Span) -> Diagnostic {
    Diagnostic::new(&MISSING_ESTATE, span, "tenantry.kdl has no `estate` node")
        .label("expected here")
        .help("add `estate NAME`")
}

/// More of something than one compile takes.
pub fn too_many(what: &str, found: u64, limit: u32, span: Span) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!("{found} {what}: at most {limit} are compiled"),
    )
    .label("too many")
    .help("is a digit too many in it?")
}
