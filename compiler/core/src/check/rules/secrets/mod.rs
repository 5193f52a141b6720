//! Secrets, and what a workload may do to the host it runs on.

pub(super) mod host_folder;
mod literals;
pub(super) mod pod;
mod rsa;

family!(
    api_without_token,
    capability_without_effect,
    host_path_writable,
    literal_credential,
    lxc_root_on_host,
    node_secrets_mounted,
    node_wide_capability,
    privilege_without_reason,
    privileged_namespace,
    root_writable,
    runtime_socket_mounted,
    secret_refresh_unfit,
    ssh_key_weak,
    token_without_use,
    unknown_capability,
);
