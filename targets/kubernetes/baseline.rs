//! A tenant's baseline: a policy of the cluster that stands before those of namespaces, so that no
//! policy which somebody adds there opens what lies beyond.
//!
//! It only narrows. Pods of namespaces with which the tenant's flows have to do are passed on to the
//! namespace's own policies, which decide as they do without it; all other pods are refused, and so
//! is the cloud's metadata. To accept something here would let it past those policies, so that
//! nothing ever is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    flows::{
        Flow, Peer,
        blocks::{Block, Blocks, METADATA},
        cni, site,
    },
    lower::{Lowered, LoweredCluster, LoweredTenant},
    model::{Cluster, Id, Tenant},
    origin::OriginId,
    schema::kinds::{Cni, CniAbility, CniName},
    units::{Cidr, Ip, Unit, Version},
};

use super::{NAME, policy::NAMESPACE_LABEL};
use crate::kube::{Custom, Scope};

/// The release of Calico that took ClusterNetworkPolicy in AdminNetworkPolicy's place.
const CALICO_CLUSTER_POLICY: [u64; 2] = [3, 32];

/// Lower goes first. The tenants' subjects are disjoint, so that they may share one; the highest
/// number that OVN-Kubernetes takes is 99.
const PRIORITY: i32 = 50;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    /// Of ClusterNetworkPolicy, which is both kinds of AdminNetworkPolicy in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
    priority: i32,
    subject: End,
    ingress: Vec<Rule>,
    egress: Vec<Rule>,
}

#[derive(Debug, Clone, Serialize)]
struct Rule {
    name: &'static str,
    action: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from: Vec<End>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to: Vec<End>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
enum End {
    Namespaces(Selector),
    Networks(Vec<String>),
}

/// Everything, where it has no expressions.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Selector {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    match_expressions: Vec<Expression>,
}

#[derive(Debug, Clone, Serialize)]
struct Expression {
    key: &'static str,
    operator: &'static str,
    values: BTreeSet<String>,
}

/// With whom a tenant has to do.
#[derive(Debug, Default)]
struct Known {
    callers: BTreeSet<String>,
    called: BTreeSet<String>,
    /// Outside ends that it calls, with what is left out of them.
    outside: Vec<Block>,
}

/// Emits a baseline for each tenant, where the spec says that the cluster's CNI has such policies.
pub(super) fn emit(lowered: &Lowered<'_>, cluster: &LoweredCluster, out: &mut Objects) {
    let spec = &lowered.estate.clusters[cluster.id].spec;
    let Some(cni) = &spec.cni else {
        return;
    };
    let feature = cni
        .feature
        .iter()
        .find(|feature| feature.name.value == CniAbility::Tier);
    let Some(feature) =
        feature.filter(|_| cni::can(&lowered.estate.clusters[cluster.id], CniAbility::Tier))
    else {
        return;
    };
    let mut known = known(lowered, cluster.id);
    for tenant in &cluster.tenants {
        let known = known.remove(&tenant.id).unwrap_or_default();
        one(
            lowered,
            cluster.id,
            cni,
            tenant,
            known,
            feature.meta.origin,
            out,
        );
    }
}

/// Of each tenant whom its flows concern.
fn known(lowered: &Lowered<'_>, on: Id<Cluster>) -> BTreeMap<Id<Tenant>, Known> {
    let estate = lowered.estate;
    let blocks = Blocks::of(estate, on);
    let whose = |peer: &Peer| match peer {
        Peer::Workload(id) => Some(estate.workloads[*id].tenant),
        Peer::Namespace(tenant) | Peer::Importer(tenant) => Some(*tenant),
        _ => None,
    };
    let namespace = |peer: &Peer| match peer {
        Peer::Platform(service) => {
            let site = site::find(estate, lowered.platform, on, *service).ok();
            site.and_then(|site| site.pods).map(|pods| pods.namespace)
        }
        other => whose(other).map(|id| estate.tenants[id].namespace.value.to_string()),
    };
    let addresses = |peer: &Peer| -> Vec<Block> {
        if let Peer::Platform(service) = peer {
            let site = site::find(estate, lowered.platform, on, *service);
            let addresses = site.map_or_else(|_| Vec::new(), |site| site.addresses);
            return addresses.into_iter().map(|it| (it, Vec::new())).collect();
        }
        blocks.of_peer(peer)
    };
    let mut all: BTreeMap<Id<Tenant>, Known> = BTreeMap::new();
    for Flow { from, to, .. } in lowered.flows.of(on) {
        if let Some(tenant) = whose(from) {
            let known = all.entry(tenant).or_default();
            known.called.extend(namespace(to));
            known.outside.extend(addresses(to));
        }
        if let Some(tenant) = whose(to) {
            all.entry(tenant)
                .or_default()
                .callers
                .extend(namespace(from));
        }
    }
    all
}

fn one(
    lowered: &Lowered<'_>,
    on: Id<Cluster>,
    cni: &Cni,
    tenant: &LoweredTenant,
    mut known: Known,
    origin: OriginId,
    out: &mut Objects,
) {
    let estate = lowered.estate;
    let spec = &estate.tenants[tenant.id];
    let path = format!(
        "{}.baseline.{}",
        estate.clusters[on].name.value, spec.name.value
    );
    let scope = Scope::platform(NAME, estate, on, path, origin);
    for side in [&mut known.callers, &mut known.called] {
        side.insert(tenant.namespace.clone());
    }
    let metadata = metadata(lowered, on, &known.outside);
    let (api_version, kind, tier) = kind(cni);
    let mut egress = Vec::new();
    if !metadata.is_empty() {
        egress.push(refuse(
            "metadata",
            Vec::new(),
            vec![End::Networks(metadata)],
        ));
    }
    egress.push(Rule {
        name: "known",
        action: "Pass",
        from: Vec::new(),
        to: vec![these(known.called)],
    });
    egress.push(refuse("others", Vec::new(), vec![all()]));
    let ingress = vec![
        Rule {
            name: "known",
            action: "Pass",
            from: vec![these(known.callers)],
            to: Vec::new(),
        },
        refuse("others", vec![all()], Vec::new()),
    ];
    let draft = scope.object(&Custom {
        api_version,
        kind,
        metadata: scope.cluster_wide(format!("tenantry-{}", tenant.namespace)),
        spec: Spec {
            tier,
            priority: PRIORITY,
            subject: these([tenant.namespace.clone()].into()),
            ingress,
            egress,
        },
    });
    let draft = draft.mark("/spec/subject", spec.spec.meta.origin);
    let draft = match cni.name.value {
        CniName::Calico => draft.need(Need::Component("calico")),
        _ => draft,
    };
    draft.push(out);
}

/// The kind that a CNI enforces.
fn kind(cni: &Cni) -> (&'static str, &'static str, Option<&'static str>) {
    let older = cni
        .version
        .as_ref()
        .is_some_and(|version| version.value < Version::of(&CALICO_CLUSTER_POLICY));
    match cni.name.value {
        CniName::Calico if !older => (
            "policy.networking.k8s.io/v1alpha2",
            "ClusterNetworkPolicy",
            Some("Admin"),
        ),
        _ => (
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            None,
        ),
    }
}

fn refuse(name: &'static str, from: Vec<End>, to: Vec<End>) -> Rule {
    Rule {
        name,
        action: "Deny",
        from,
        to,
    }
}

fn these(values: BTreeSet<String>) -> End {
    End::Namespaces(Selector {
        match_expressions: vec![Expression {
            key: NAMESPACE_LABEL,
            operator: "In",
            values,
        }],
    })
}

fn all() -> End {
    End::Namespaces(Selector::default())
}

/// The addresses of metadata that none of the tenant's flows goes to.
fn metadata(lowered: &Lowered<'_>, on: Id<Cluster>, outside: &[Block]) -> Vec<String> {
    let facts = lowered.estate.clusters[on].spec.facts.as_ref();
    let said = facts.and_then(|facts| facts.metadata_ip.as_ref());
    let said = said
        .into_iter()
        .flat_map(|it| &it.addresses)
        .map(|ip| ip.value);
    let usual = METADATA
        .iter()
        .filter_map(|ip| <Ip as Unit>::parse(ip).ok());
    let all: BTreeSet<Ip> = usual.chain(said).collect();
    let is_called = |ip: Ip| {
        outside.iter().any(|(cidr, but)| {
            let left_out = but.iter().any(|hole| hole.contains(ip));
            cidr.contains(ip) && !left_out
        })
    };
    all.into_iter()
        .filter(|ip| !is_called(*ip))
        .map(|ip| Cidr::host(ip).to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_yaml::Value;

    use crate::testing::{KUBERNETES, Made, compile};

    /// Two tenants of which one calls the other, on this pod network.
    fn made(cni: &str) -> Made {
        let ground = KUBERNETES.replace("cni cilium \"1.19.5\"", cni);
        let tenants = r#"
            tenant shop {
                workload api {
                    container image="registry.example.com/api:1"
                    on general
                    cpu 1
                    memory "1GiB"
                    port http 8080
                    offer http to=guest
                    expose http host="shop.example.com" tls=#true
                }
            }
            tenant guest {
                workload web {
                    container image="registry.example.com/web:1"
                    on general
                    cpu 1
                    memory "1GiB"
                    connect shop.api port=http
                    connect internet port=443
                }
            }
        "#;
        compile(&format!("{ground}{tenants}"), &crate::all())
    }

    fn names(rule: &Value, side: &str) -> Vec<String> {
        let selector = &rule[side][0]["namespaces"]["matchExpressions"][0];
        assert_eq!(selector["key"], "kubernetes.io/metadata.name");
        let values = selector["values"].as_sequence().unwrap();
        let values = values
            .iter()
            .map(|value| value.as_str().unwrap().to_owned());
        values.collect()
    }

    #[test]
    fn who_is_known_is_left_to_the_namespaces_policies_and_all_others_are_refused() {
        let made = made("cni calico \"3.32.0\" { feature tier #true; }");
        let object = made.object("ClusterNetworkPolicy", "tenantry-guest");
        assert_eq!(object["apiVersion"], "policy.networking.k8s.io/v1alpha2");
        let spec = &object["spec"];
        assert_eq!(spec["tier"], "Admin");
        assert_eq!(
            names(&spec["egress"][1], "to"),
            ["guest", "kube-system", "shop"]
        );
        assert_eq!(names(&spec["ingress"][0], "from"), ["guest"]);
        let shop = made.object("ClusterNetworkPolicy", "tenantry-shop")["spec"].clone();
        assert_eq!(
            names(&shop["ingress"][0], "from"),
            ["gateway", "guest", "shop"]
        );
        let rules = [
            &spec["egress"],
            &spec["ingress"],
            &shop["egress"],
            &shop["ingress"],
        ];
        for rules in rules {
            let rules = rules.as_sequence().unwrap();
            assert!(rules.iter().all(|rule| rule["action"] != "Accept"));
            let last = rules.last().unwrap();
            assert_eq!(last["action"], "Deny");
            let end = if last["to"].is_null() {
                &last["from"]
            } else {
                &last["to"]
            };
            assert_eq!(
                end[0]["namespaces"],
                Value::Mapping(serde_yaml::Mapping::new())
            );
        }
    }

    #[test]
    fn metadata_is_refused_in_both_families_unless_it_is_asked_for() {
        let made = made("cni ovn { feature tier #true; }");
        let object = made.object("AdminNetworkPolicy", "tenantry-guest");
        assert_eq!(object["apiVersion"], "policy.networking.k8s.io/v1alpha1");
        assert!(object["spec"]["tier"].is_null());
        let rule = object["spec"]["egress"][0].clone();
        assert_eq!(rule["action"], "Deny");
        let networks = serde_yaml::to_string(&rule["to"][0]["networks"]).unwrap();
        for address in ["169.254.169.254/32", "fd00:ec2::254/128"] {
            assert!(networks.contains(address), "{networks}");
        }
    }

    #[test]
    fn what_a_declared_range_holds_of_it_is_not_refused() {
        let outside = r#"
            external intranet { cidr "100.64.0.0/10"; port https 443; }
            tenant guest { workload web {
                container image="registry.example.com/web:1"
                on general
                cpu 1
                memory "1GiB"
                connect intranet port=https
            } }
        "#;
        let ground = KUBERNETES.replace("cni cilium \"1.19.5\"", "cni ovn { feature tier #true; }");
        let made = compile(&format!("{ground}{outside}"), &crate::all());
        let object = made.object("AdminNetworkPolicy", "tenantry-guest");
        let refused = serde_yaml::to_string(&object["spec"]["egress"][0]).unwrap();
        assert!(refused.contains("169.254.169.254/32"), "{refused}");
        assert!(!refused.contains("100.100.100.200"), "{refused}");
    }

    #[test]
    fn nothing_of_it_where_nobody_says_that_the_cni_can() {
        assert!(!made("cni calico").has("ClusterNetworkPolicy", "tenantry-guest"));
    }
}
