//! What the cluster's backend can do, and what it must run.

family!(
    unsupported_feature,
    component_missing,
    component_version_mismatch,
    component_version_missing,
    unknown_component,
    kube_proxy_replacement_without_api,
    pod_mtu_too_large,
);
