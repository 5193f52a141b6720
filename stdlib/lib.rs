//! The standard library, embedded: text files in the language, with no privilege.
//!
//! A compiler serves them under `std:/` and parses a file when a name of it is first used, so
//! start-up does not grow with the library. Nothing here reads, parses or knows the language;
//! the one thing computed, [`INDEX`], is checked against the text by a test.

/// Every file of the library: its path below `std:/` and its text, sorted by path.
pub const FILES: &[(&str, &str)] = &[
    ("hardware/cpu.kdl", include_str!("hardware/cpu.kdl")),
    (
        "hardware/gpu/nvidia-a100.kdl",
        include_str!("hardware/gpu/nvidia-a100.kdl"),
    ),
    (
        "hardware/gpu/nvidia-hopper.kdl",
        include_str!("hardware/gpu/nvidia-hopper.kdl"),
    ),
    (
        "hardware/gpu/nvidia-shared.kdl",
        include_str!("hardware/gpu/nvidia-shared.kdl"),
    ),
    (
        "hardware/gpu/others.kdl",
        include_str!("hardware/gpu/others.kdl"),
    ),
    ("prelude.kdl", include_str!("prelude.kdl")),
    (
        "profiles/ai-inference.kdl",
        include_str!("profiles/ai-inference.kdl"),
    ),
    (
        "profiles/ai-training.kdl",
        include_str!("profiles/ai-training.kdl"),
    ),
    (
        "profiles/batch-task.kdl",
        include_str!("profiles/batch-task.kdl"),
    ),
    (
        "profiles/burst-function.kdl",
        include_str!("profiles/burst-function.kdl"),
    ),
    (
        "profiles/cluster/kubernetes.kdl",
        include_str!("profiles/cluster/kubernetes.kdl"),
    ),
    (
        "profiles/database.kdl",
        include_str!("profiles/database.kdl"),
    ),
    (
        "profiles/dev-test.kdl",
        include_str!("profiles/dev-test.kdl"),
    ),
    (
        "profiles/edge-inference.kdl",
        include_str!("profiles/edge-inference.kdl"),
    ),
    (
        "profiles/legacy-monolith.kdl",
        include_str!("profiles/legacy-monolith.kdl"),
    ),
    (
        "profiles/medical-ai.kdl",
        include_str!("profiles/medical-ai.kdl"),
    ),
    (
        "profiles/model-serving.kdl",
        include_str!("profiles/model-serving.kdl"),
    ),
    ("profiles/payment.kdl", include_str!("profiles/payment.kdl")),
    (
        "profiles/pool/control-plane.kdl",
        include_str!("profiles/pool/control-plane.kdl"),
    ),
    (
        "profiles/pool/hosts.kdl",
        include_str!("profiles/pool/hosts.kdl"),
    ),
    (
        "profiles/pool/small.kdl",
        include_str!("profiles/pool/small.kdl"),
    ),
    (
        "profiles/rendering.kdl",
        include_str!("profiles/rendering.kdl"),
    ),
    (
        "profiles/saas-app.kdl",
        include_str!("profiles/saas-app.kdl"),
    ),
    (
        "profiles/tenant/customers.kdl",
        include_str!("profiles/tenant/customers.kdl"),
    ),
    (
        "profiles/tenant/isolation.kdl",
        include_str!("profiles/tenant/isolation.kdl"),
    ),
    (
        "profiles/web-baseline.kdl",
        include_str!("profiles/web-baseline.kdl"),
    ),
    (
        "profiles/web-service.kdl",
        include_str!("profiles/web-service.kdl"),
    ),
];

/// Every name that the library declares: its kind, the name, and the path of its file in
/// [`FILES`]. Sorted by kind, then name, so that it can be searched by halves.
pub const INDEX: &[(&str, &str, &str)] = &[
    ("cpu-model", "ampere-altra-q80-30", "hardware/cpu.kdl"),
    ("cpu-model", "edge-x86-8c", "hardware/cpu.kdl"),
    ("cpu-model", "epyc-7313", "hardware/cpu.kdl"),
    ("cpu-model", "epyc-7543", "hardware/cpu.kdl"),
    ("cpu-model", "epyc-9354", "hardware/cpu.kdl"),
    ("cpu-model", "epyc-9654", "hardware/cpu.kdl"),
    ("cpu-model", "intel-n100", "hardware/cpu.kdl"),
    ("cpu-model", "kunpeng-920-6426", "hardware/cpu.kdl"),
    ("cpu-model", "ryzen-5-5600g", "hardware/cpu.kdl"),
    ("cpu-model", "xeon-gold-6430", "hardware/cpu.kdl"),
    ("cpu-model", "xeon-platinum-8480plus", "hardware/cpu.kdl"),
    ("cpu-model", "xeon-silver-4410y", "hardware/cpu.kdl"),
    ("gpu-model", "amd-mi300x", "hardware/gpu/others.kdl"),
    ("gpu-model", "iluvatar-bi-v150", "hardware/gpu/others.kdl"),
    (
        "gpu-model",
        "moorethreads-mtt-s4000",
        "hardware/gpu/others.kdl",
    ),
    ("gpu-model", "nvidia-a10", "hardware/gpu/nvidia-shared.kdl"),
    (
        "gpu-model",
        "nvidia-a100-40gb",
        "hardware/gpu/nvidia-a100.kdl",
    ),
    (
        "gpu-model",
        "nvidia-a100-40gb-pcie",
        "hardware/gpu/nvidia-a100.kdl",
    ),
    (
        "gpu-model",
        "nvidia-a100-80gb",
        "hardware/gpu/nvidia-a100.kdl",
    ),
    (
        "gpu-model",
        "nvidia-a100-80gb-pcie",
        "hardware/gpu/nvidia-a100.kdl",
    ),
    ("gpu-model", "nvidia-a30", "hardware/gpu/nvidia-shared.kdl"),
    (
        "gpu-model",
        "nvidia-h100-80gb",
        "hardware/gpu/nvidia-hopper.kdl",
    ),
    (
        "gpu-model",
        "nvidia-h100-80gb-pcie",
        "hardware/gpu/nvidia-hopper.kdl",
    ),
    (
        "gpu-model",
        "nvidia-h200-141gb",
        "hardware/gpu/nvidia-hopper.kdl",
    ),
    (
        "gpu-model",
        "nvidia-h200-141gb-nvl",
        "hardware/gpu/nvidia-hopper.kdl",
    ),
    ("gpu-model", "nvidia-l4", "hardware/gpu/nvidia-shared.kdl"),
    ("gpu-model", "nvidia-l40s", "hardware/gpu/nvidia-shared.kdl"),
    ("gpu-model", "nvidia-t4", "hardware/gpu/nvidia-shared.kdl"),
    ("priority", "batch", "prelude.kdl"),
    ("priority", "tier-diamond", "prelude.kdl"),
    ("priority", "tier-diamond-package", "prelude.kdl"),
    ("priority", "tier-gold", "prelude.kdl"),
    ("priority", "tier-gold-package", "prelude.kdl"),
    ("priority", "tier-ordinary", "prelude.kdl"),
    ("priority", "tier-ordinary-package", "prelude.kdl"),
    ("profile", "ai-inference", "profiles/ai-inference.kdl"),
    ("profile", "ai-training", "profiles/ai-training.kdl"),
    ("profile", "batch-task", "profiles/batch-task.kdl"),
    ("profile", "burst-function", "profiles/burst-function.kdl"),
    (
        "profile",
        "confidential-data",
        "profiles/tenant/isolation.kdl",
    ),
    (
        "profile",
        "control-plane",
        "profiles/pool/control-plane.kdl",
    ),
    ("profile", "core-banking", "profiles/payment.kdl"),
    ("profile", "core-business", "profiles/tenant/isolation.kdl"),
    ("profile", "database", "profiles/database.kdl"),
    ("profile", "database-host", "profiles/pool/hosts.kdl"),
    ("profile", "dev-test", "profiles/dev-test.kdl"),
    ("profile", "dev-test-host", "profiles/pool/hosts.kdl"),
    ("profile", "developer-desktop", "profiles/dev-test.kdl"),
    (
        "profile",
        "diamond-customer",
        "profiles/tenant/customers.kdl",
    ),
    ("profile", "edge-inference", "profiles/edge-inference.kdl"),
    ("profile", "etcd", "profiles/pool/control-plane.kdl"),
    ("profile", "gold-customer", "profiles/tenant/customers.kdl"),
    ("profile", "gpu-passthrough-host", "profiles/pool/hosts.kdl"),
    ("profile", "gpu-shared-host", "profiles/pool/hosts.kdl"),
    ("profile", "hardened-apps", "profiles/tenant/isolation.kdl"),
    ("profile", "k3s-agent", "profiles/pool/small.kdl"),
    ("profile", "k3s-edge", "profiles/cluster/kubernetes.kdl"),
    ("profile", "k3s-server", "profiles/pool/small.kdl"),
    (
        "profile",
        "kubernetes-standard",
        "profiles/cluster/kubernetes.kdl",
    ),
    ("profile", "legacy-monolith", "profiles/legacy-monolith.kdl"),
    ("profile", "medical-ai", "profiles/medical-ai.kdl"),
    ("profile", "model-serving", "profiles/model-serving.kdl"),
    (
        "profile",
        "ordinary-business",
        "profiles/tenant/isolation.kdl",
    ),
    (
        "profile",
        "ordinary-customer",
        "profiles/tenant/customers.kdl",
    ),
    ("profile", "own-cluster", "profiles/tenant/isolation.kdl"),
    ("profile", "payment", "profiles/payment.kdl"),
    ("profile", "regulated", "profiles/tenant/isolation.kdl"),
    ("profile", "rendering", "profiles/rendering.kdl"),
    ("profile", "saas-app", "profiles/saas-app.kdl"),
    ("profile", "saas-customer", "profiles/tenant/isolation.kdl"),
    ("profile", "startup-gpu", "profiles/pool/small.kdl"),
    ("profile", "startup-worker", "profiles/pool/small.kdl"),
    ("profile", "untrusted-code", "profiles/tenant/isolation.kdl"),
    ("profile", "web-baseline", "profiles/web-baseline.kdl"),
    ("profile", "web-service", "profiles/web-service.kdl"),
    ("tier", "diamond", "prelude.kdl"),
    ("tier", "gold", "prelude.kdl"),
    ("tier", "ordinary", "prelude.kdl"),
];

#[cfg(test)]
mod tests {
    use super::{FILES, INDEX};
    use std::fmt::Write as _;

    /// Kind and name of each top-level node. The library keeps them at the start of a line and
    /// everything else indented or commented, so that no parser is needed to find them.
    fn declared() -> Vec<(&'static str, &'static str, &'static str)> {
        let mut found: Vec<_> = FILES
            .iter()
            .flat_map(|&(path, text)| text.lines().map(move |line| (path, line)))
            .filter(|(_, line)| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .map(|(path, line)| {
                let mut words = line.split_ascii_whitespace();
                let kind = words.next().unwrap();
                let name = words.next().expect("every library node has a name");
                (kind, name, path)
            })
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn the_index_is_what_the_files_declare() {
        let declared = declared();
        let mut content = String::new();
        for entry in &declared {
            writeln!(content, "    {entry:?},").unwrap();
        }
        assert!(
            INDEX == declared,
            "INDEX is stale; it must read:\n{content}"
        );
    }

    #[test]
    fn a_name_is_declared_once() {
        for pair in declared().windows(2) {
            let ((kind, name, first), (other_kind, other_name, second)) = (pair[0], pair[1]);
            assert!(
                (kind, name) != (other_kind, other_name),
                "{kind} {name} is declared in {first} and in {second}"
            );
        }
    }

    #[test]
    fn every_library_file_is_embedded() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut on_disk = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in read_dir(&folder) {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|it| it == "kdl") {
                    let below = path.strip_prefix(root).unwrap().to_str().unwrap();
                    on_disk.push(below.replace('\\', "/"));
                }
            }
        }
        on_disk.sort_unstable();
        let embedded: Vec<_> = FILES.iter().map(|&(path, _)| path).collect();
        assert_eq!(
            embedded, on_disk,
            "FILES must list exactly the files there are, sorted"
        );
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "compares the table with the folder it embeds"
    )]
    fn read_dir(folder: &std::path::Path) -> std::fs::ReadDir {
        std::fs::read_dir(folder).unwrap()
    }
}
