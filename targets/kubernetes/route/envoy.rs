//! Policies of Envoy Gateway that hang on a route. They are there before it, so that it is never
//! open without them.

use serde::Serialize;

use tenantry_core::emit::{Need, Objects};

use super::{GROUP, Way};
use crate::kube::{Custom, Draft};

/// The version that all releases of Envoy Gateway serve.
const ENVOY: &str = "gateway.envoyproxy.io/v1alpha1";

#[derive(Debug, Clone, Serialize)]
struct TargetRef {
    group: &'static str,
    kind: &'static str,
    name: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Security {
    authorization: Authorization,
    target_refs: Vec<TargetRef>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Authorization {
    default_action: &'static str,
    rules: Vec<Admission>,
}

#[derive(Debug, Clone, Serialize)]
struct Admission {
    name: &'static str,
    action: &'static str,
    principal: Principal,
}

#[derive(Debug, Clone, Serialize)]
struct Principal {
    #[serde(rename = "clientCIDRs")]
    client_cidrs: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Traffic {
    rate_limit: RateLimit,
    target_refs: Vec<TargetRef>,
}

#[derive(Debug, Clone, Serialize)]
struct RateLimit {
    local: Local,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Local {
    rules: Vec<LimitRule>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct LimitRule {
    client_selectors: Vec<Selector>,
    limit: Limit,
}

#[derive(Debug, Clone, Serialize)]
struct Selector {
    #[serde(rename = "sourceCIDR")]
    source: Source,
}

#[derive(Debug, Clone, Serialize)]
struct Source {
    #[serde(rename = "type")]
    kind: &'static str,
    value: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Limit {
    requests: u32,
    unit: &'static str,
}

impl Way<'_, '_> {
    /// Who may come: all others are refused.
    pub(super) fn clients(&self, route: &'static str, out: &mut Objects) -> Option<Need> {
        let from = self.expose.spec.from.as_ref()?;
        let spec = Security {
            authorization: Authorization {
                default_action: "Deny",
                rules: vec![Admission {
                    name: "from",
                    action: "Allow",
                    principal: Principal {
                        client_cidrs: self
                            .expose
                            .clients
                            .iter()
                            .map(ToString::to_string)
                            .collect(),
                    },
                }],
            },
            target_refs: self.target(route),
        };
        let draft = self
            .scope
            .object(&Custom {
                api_version: ENVOY,
                kind: "SecurityPolicy",
                metadata: self.scope.metadata(&self.name),
                spec,
            })
            .mark("/spec/authorization/rules/0/principal", from.meta.origin);
        Some(pushed(draft, out))
    }

    /// How often each client may come. Each proxy counts for itself. One rule for each family
    /// of addresses, because a range holds one of them.
    pub(super) fn limit(&self, route: &'static str, out: &mut Objects) -> Option<Need> {
        let limit = self.expose.spec.limit.as_ref()?;
        let rule = |value| LimitRule {
            client_selectors: vec![Selector {
                source: Source {
                    kind: "Distinct",
                    value,
                },
            }],
            limit: Limit {
                requests: limit.rpm.value,
                unit: "Minute",
            },
        };
        let spec = Traffic {
            rate_limit: RateLimit {
                local: Local {
                    rules: vec![rule("0.0.0.0/0"), rule("::/0")],
                },
                kind: "Local",
            },
            target_refs: self.target(route),
        };
        let draft = self
            .scope
            .object(&Custom {
                api_version: ENVOY,
                kind: "BackendTrafficPolicy",
                metadata: self.scope.metadata(&self.name),
                spec,
            })
            .mark("/spec/rateLimit", limit.meta.origin);
        Some(pushed(draft, out))
    }

    fn target(&self, kind: &'static str) -> Vec<TargetRef> {
        vec![TargetRef {
            group: GROUP,
            kind,
            name: self.name.clone(),
        }]
    }
}

/// Pushes a policy, and says what its route needs.
fn pushed(draft: Draft, out: &mut Objects) -> Need {
    let id = draft.id();
    draft.need(Need::Component("envoy-gateway")).push(out);
    Need::Object(id)
}
