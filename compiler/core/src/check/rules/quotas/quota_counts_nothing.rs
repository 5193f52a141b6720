//! A bound that the API server takes and never counts, or does not take.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Quota,
    schema::kinds::QuotaObjects,
};

declare_rule! { pub RULE = "quota-counts-nothing", Quotas, Error, "a key of a quota that nothing is counted by", include_str!("quota_counts_nothing.md"); fixable; refused_by = ApiServer }

/// Keys without a slash that a quota can have (`IsStandardQuotaResourceName`); those with a size
/// of huge pages in them come beside.
const STANDARD: &[&str] = &[
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

/// Resources that people count without the group that they are of.
const GROUPS: &[(&str, &str)] = &[
    ("cronjobs", "batch"),
    ("daemonsets", "apps"),
    ("deployments", "apps"),
    ("horizontalpodautoscalers", "autoscaling"),
    ("ingresses", "networking.k8s.io"),
    ("jobs", "batch"),
    ("networkpolicies", "networking.k8s.io"),
    ("replicasets", "apps"),
    ("statefulsets", "apps"),
    ("virtualmachineinstances", "kubevirt.io"),
    ("virtualmachines", "kubevirt.io"),
];

/// Reports each `objects` of a quota that bounds nothing, or what the quota says already.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for tenant in estate.tenants.values() {
        for quota in tenant.quotas.iter().filter(|quota| estate.clusters[quota.cluster].is_kubernetes()) {
            for objects in &quota.spec.objects {
                let span = estate.span(objects.kind.origin);
                if let Some((label, why, help)) = fault(&objects.kind.value) {
                    let message = format!("the quota of tenant `{}` counts nothing by `{}`", tenant.name.value, objects.kind.value);
                    let finding = Diagnostic::new(&RULE, span, message).label(label).why(why).help(help);
                    findings.push(match counted(&objects.kind.value) {
                        Some(key) => finding.fix(format!("write \"{key}\""), vec![(span, format!("\"{key}\""))]),
                        None => finding,
                    });
                } else if let Some(word) = said(quota, objects) {
                    let message = format!("the quota of tenant `{}` says `{}` and `{word}`, which are one", tenant.name.value, objects.kind.value);
                    findings.push(
                        Diagnostic::new(&RULE, span, message)
                            .label("said twice")
                            .why("an object has each key once, so only one of the two would be there")
                            .help(format!("keep `{word}`")),
                    );
                }
            }
        }
    }
}

/// The key that counts a resource which is named without its group.
fn counted(key: &str) -> Option<String> {
    let resource = key.strip_prefix("count/").unwrap_or(key);
    let (_, group) = GROUPS.iter().find(|(known, _)| *known == resource)?;
    Some(format!("count/{resource}.{group}"))
}

/// What is wrong with a key, why, and what to write.
fn fault(key: &str) -> Option<(&'static str, &'static str, String)> {
    if let Some(counted) = key.strip_prefix("count/") {
        if let Some(whole) = self::counted(key) {
            let why = "a count is of a resource of a group, and there is none of that name without one";
            return Some(("lacks its group", why, format!("write \"{whole}\"")));
        }
        let capital = counted.contains(|c: char| c.is_ascii_uppercase());
        return (capital || counted.is_empty()).then(|| {
            let why = "resources are counted by their plural in small letters, not by their kind";
            ("no resource", why, "write it as `kubectl api-resources` lists it, such as \"count/jobs.batch\"".to_owned())
        });
    }
    if key.contains('/') {
        let class = key.contains(".storageclass.storage.k8s.io/");
        if class || key.starts_with("requests.") {
            return None;
        }
        let name = key.strip_prefix("limits.").unwrap_or(key);
        let why = "devices are counted as `requests.NAME` only; the API server takes any other key with a slash and never looks at it";
        return Some(("never counted", why, format!("write \"requests.{name}\", or `gpu MODEL COUNT`")));
    }
    let pages = key.strip_prefix("requests.").unwrap_or(key).starts_with("hugepages-");
    (!pages && !STANDARD.contains(&key)).then(|| {
        let why = "without a slash the API server takes only the keys that it knows itself, and refuses the whole quota for another";
        if let Some(whole) = counted(key) {
            return ("no key of a quota", why, format!("write \"{whole}\""));
        }
        ("no key of a quota", why, format!("one of {}; other resources are counted as \"count/RESOURCE.GROUP\"", STANDARD.join(", ")))
    })
}

/// The word of the language that writes the same key.
fn said(quota: &Quota, objects: &QuotaObjects) -> Option<&'static str> {
    let spec = &quota.spec;
    match &*objects.kind.value {
        "pods" => spec.pods.is_some().then_some("pods"),
        "requests.cpu" => spec.cpu.is_some().then_some("cpu"),
        "requests.memory" => spec.memory.is_some().then_some("memory"),
        "count/virtualmachines.kubevirt.io" => spec.vms.is_some().then_some("vms"),
        _ => None,
    }
}
