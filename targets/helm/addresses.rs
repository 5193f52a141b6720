//! The addresses that load balancers and gateways get, for whoever announces them: Cilium's pool
//! and announcement, or MetalLB's.

use serde_json::{Value, json};
use tenantry_core::{
    emit::{Need, Objects},
    schema::kinds::GatewayPool,
};

use super::{NAME, values::Context};
use crate::kube::{Custom, Scope};

/// What the pool and its announcement are called.
const POOL: &str = "gateway";

/// Whoever announces the addresses.
#[derive(Debug, Clone, Copy)]
enum Announcer {
    Cilium,
    Metallb,
}

/// Adds the objects, if the cluster has addresses to give away and gives them itself.
pub(crate) fn write(cx: &Context<'_>, out: &mut Objects) {
    let cluster = cx.cluster();
    let plan = cluster.spec.network_plan.as_ref();
    let Some(pool) = plan.and_then(|plan| plan.gateway_pool.as_ref()) else {
        return;
    };
    let range = pool.cidr.value.to_string();
    if cluster.announces_addresses() && !cluster.spec.managed.value {
        let cilium = Announcer::Cilium;
        // The pool is v2 since Cilium 1.18, its announcement still alpha.
        let blocks = json!({ "blocks": [{ "cidr": range }] });
        push(
            cx,
            pool,
            cilium,
            ("cilium.io/v2", "CiliumLoadBalancerIPPool"),
            blocks,
            out,
        );
        let policy = json!({ "externalIPs": false, "loadBalancerIPs": true });
        push(
            cx,
            pool,
            cilium,
            ("cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy"),
            policy,
            out,
        );
    } else if cx.component("metallb").is_some() {
        let metallb = Announcer::Metallb;
        let addresses = json!({ "addresses": [range], "avoidBuggyIPs": true });
        push(
            cx,
            pool,
            metallb,
            ("metallb.io/v1beta1", "IPAddressPool"),
            addresses,
            out,
        );
        let announced = json!({ "ipAddressPools": [POOL] });
        push(
            cx,
            pool,
            metallb,
            ("metallb.io/v1beta1", "L2Advertisement"),
            announced,
            out,
        );
    }
}

fn push(
    cx: &Context<'_>,
    pool: &GatewayPool,
    by: Announcer,
    (api_version, kind): (&'static str, &'static str),
    spec: Value,
    out: &mut Objects,
) {
    let path = cx.cluster().name.value.as_str();
    let mut scope = Scope::platform(NAME, cx.estate, cx.id, path, pool.meta.origin);
    let component = match by {
        Announcer::Cilium => "cilium",
        Announcer::Metallb => {
            scope.namespace = cx.platform.namespace(cx.id, "metallb");
            "metallb"
        }
    };
    let object = Custom {
        api_version,
        kind,
        metadata: scope.metadata(POOL),
        spec,
    };
    let draft = scope.object(&object).mark("/spec", pool.cidr.origin);
    draft.need(Need::Component(component)).push(out);
}
