//! What stands around a fragment, so that a page can show three lines and not thirty.

use tenantry_core::load::ROOT_FILE;

use crate::put::put;

/// The estate beside a fragment.
const GROUND: &str = include_str!("../rules/base.kdl");

/// Profiles with what a workload cannot be without; what a fragment says goes before it.
const PROFILES: &str = r#"
profile plain-container {
    container image="registry.example.com/shop/it:1.0.0"
    on general
    cpu "250m" limit="500m"
    memory "256MiB"
}
profile plain-machine {
    vm image="registry.example.com/vm/it:1.0.0"
    on general
    cpu cores=2
    memory "4GiB"
    disk root "20GiB" storage=fast
}
"#;

/// The files of an estate in which a fragment stands: at the top level, in a tenant, in a workload
/// that is a `container` or a `vm`, or inside of a node of [`GROUND`] by its name.
///
/// # Errors
/// There is no such node.
pub(crate) fn around(
    fragment: &str,
    inside: Option<&str>,
) -> Result<Vec<(&'static str, String)>, String> {
    let workload = |profile: &str| {
        format!("{PROFILES}tenant shop {{\n workload it {{\n like {profile}\n{fragment}\n }}\n}}\n")
    };
    let beside = match inside {
        None => fragment.to_owned(),
        Some("tenant") => format!("tenant shop {{\n{fragment}\n}}\n"),
        Some("container") => workload("plain-container"),
        Some("vm") => workload("plain-machine"),
        Some(path) => return Ok(vec![(ROOT_FILE, put(GROUND, path, fragment)?)]),
    };
    Ok(vec![
        (ROOT_FILE, GROUND.to_owned()),
        ("example.kdl", beside),
    ])
}
