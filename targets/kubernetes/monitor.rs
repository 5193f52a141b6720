//! What watches a workload: a ServiceMonitor for the metrics that it serves, and a PrometheusRule
//! for its alerts.
//!
//! Both bear the label `release: kube-prometheus-stack`, by which a stack that was installed
//! under its own name selects them; one that we install selects all.

mod promql;

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    flows::Port,
    model::{Workload, threshold::Threshold},
    origin::OriginId,
    schema::kinds::{Alert, Monitor, Severity},
};

use super::subject::Subject;
use crate::kube::{Custom, Scope};

/// The component whose kinds these are.
const STACK: &str = "kube-prometheus-stack";

/// The port that metrics are read from, and who says so.
pub(super) fn metrics_port(workload: &Workload) -> Option<(Port, OriginId)> {
    let monitor = workload.spec.monitor.as_ref()?;
    let port = monitor.port.as_ref()?;
    Some((workload.port_of(&port.value)?, port.origin))
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct MonitorSpec {
    endpoints: Vec<Endpoint>,
    namespace_selector: Namespaces,
    selector: LabelSelector,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Namespaces {
    match_names: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Endpoint {
    interval: String,
    path: String,
    port: String,
    relabelings: Vec<Relabeling>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Relabeling {
    action: &'static str,
    regex: String,
    source_labels: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
struct RuleSpec {
    groups: Vec<Group>,
}

#[derive(Debug, Clone, Serialize)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

/// An alert as Prometheus reads it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Rule {
    alert: String,
    annotations: BTreeMap<&'static str, String>,
    expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    holds: Option<String>,
    labels: BTreeMap<&'static str, String>,
}

/// Emits what watches a workload.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    let Some(monitor) = &subject.workload.spec.monitor else {
        return;
    };
    let scope = subject.scope.clone().because(monitor.meta.origin);
    scraped(subject, monitor, &scope, out);
    alerts(subject, monitor, &scope, out);
}

fn metadata(scope: &Scope<'_>, name: &str) -> ObjectMeta {
    let mut metadata = scope.metadata(name);
    if let Some(labels) = metadata.labels.as_mut() {
        labels.insert("release".to_owned(), STACK.to_owned());
    }
    metadata
}

/// By the workload's own Service, whose port has the declared port's name.
fn scraped(subject: &Subject<'_>, monitor: &Monitor, scope: &Scope<'_>, out: &mut Objects) {
    let Some(said) = &monitor.port else {
        return;
    };
    let Some(port) = subject.workload.declared_port(&said.value) else {
        // `unknown-metrics-port` has stopped the build of such an estate.
        return;
    };
    let spec = MonitorSpec {
        endpoints: vec![Endpoint {
            interval: monitor.every.value.prometheus(),
            path: monitor.path.value.to_string(),
            port: port.name.value.to_string(),
            // The workload's other Services lead to the same pods, which would be read twice.
            relabelings: vec![Relabeling {
                action: "keep",
                regex: subject.plan.name.clone(),
                source_labels: vec!["__meta_kubernetes_service_name"],
            }],
        }],
        namespace_selector: Namespaces {
            match_names: vec![subject.plan.namespace.clone()],
        },
        selector: scope.selector(),
    };
    scope
        .object(&Custom {
            api_version: "monitoring.coreos.com/v1",
            kind: "ServiceMonitor",
            metadata: metadata(scope, &subject.plan.name),
            spec,
        })
        .mark("/spec/endpoints/0/port", said.origin)
        .mark("/spec/endpoints/0/path", monitor.path.origin)
        .mark("/spec/endpoints/0/interval", monitor.every.origin)
        .need(subject.needs("v1", "Service", &subject.plan.name))
        .need(Need::Component(STACK))
        .push(out);
}

fn alerts(subject: &Subject<'_>, monitor: &Monitor, scope: &Scope<'_>, out: &mut Objects) {
    let (rules, origins): (Vec<Rule>, Vec<OriginId>) = monitor
        .alert
        .iter()
        .filter_map(|alert| Some((rule(subject, alert)?, alert.meta.origin)))
        .unzip();
    if !rules.is_empty() {
        push(
            scope,
            &subject.plan.name,
            &subject.workload.path,
            rules,
            &origins,
            out,
        );
    }
}

/// Emits a group of alerts.
pub(super) fn push(
    scope: &Scope<'_>,
    name: &str,
    group: &str,
    rules: Vec<Rule>,
    origins: &[OriginId],
    out: &mut Objects,
) {
    let spec = RuleSpec {
        groups: vec![Group {
            name: group.to_owned(),
            rules,
        }],
    };
    let mut draft = scope.object(&Custom {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: metadata(scope, name),
        spec,
    });
    for (at, origin) in origins.iter().enumerate() {
        draft = draft.mark(&format!("/spec/groups/0/rules/{at}"), *origin);
    }
    draft.need(Need::Component(STACK)).push(out);
}

/// An alert; none for a text that is no threshold, which `unknown-metric` has refused.
fn rule(subject: &Subject<'_>, alert: &Alert) -> Option<Rule> {
    let threshold = Threshold::parse(&alert.when.value).ok()?;
    let mut rule = Rule::new(
        subject,
        alert.name.value.as_str(),
        alert.severity.value,
        alert.when.value.to_string(),
        promql::expression(subject, &threshold),
    );
    rule.holds = alert
        .r#for
        .as_ref()
        .map(|duration| duration.value.prometheus());
    if let Some(route) = &alert.route {
        rule.labels.insert("route", route.value.to_string());
    }
    Some(rule)
}

impl Rule {
    /// An alert that fires at once. Its labels say whom it is about, for who is told.
    pub(super) fn new(
        subject: &Subject<'_>,
        name: &str,
        severity: Severity,
        summary: String,
        expr: String,
    ) -> Self {
        let workload = subject.workload;
        let tenant = &subject.estate.tenants[workload.tenant].name.value;
        Self {
            alert: camel(name),
            annotations: [("summary", format!("{}: {summary}", workload.path))].into(),
            expr,
            holds: None,
            labels: BTreeMap::from([
                ("namespace", subject.plan.namespace.clone()),
                ("severity", severity.word().to_owned()),
                ("tenant", tenant.to_string()),
                ("workload", subject.plan.name.clone()),
            ]),
        }
    }
}

/// `disk-latency` as Prometheus' own alerts are written: `DiskLatency`.
fn camel(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests;
