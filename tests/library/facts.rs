//! What the field knows and the library has: each entry of the reference tables is a definition,
//! or has its reason why not. Skipped where the tables are not at hand.

use std::collections::BTreeSet;

use serde_yaml::Value;
use tenantry_tests::validate::{Skip, shared::table};

use crate::definitions;

/// Where an entry of a table is found.
#[derive(Clone, Copy)]
enum Fate {
    /// In the library, under these names.
    Here(&'static [&'static str]),
    /// Not in the library, for this reason.
    Not(&'static str),
}
use Fate::{Here, Not};

const PROFILES: &[(&str, Fate)] = &[
    (
        "ai-inference-shared",
        Here(&["ai-inference", "gpu-shared-host"]),
    ),
    (
        "ai-training-vm",
        Here(&["ai-training", "gpu-passthrough-host"]),
    ),
    ("batch-task", Here(&["batch-task"])),
    ("database-vm", Here(&["database", "database-host"])),
    ("dev-test", Here(&["dev-test", "dev-test-host"])),
    ("developer-desktop", Here(&["developer-desktop"])),
    (
        "device-function",
        Not("WebAssembly in a controller: no target runs it, and no kind describes it"),
    ),
    (
        "edge-inference",
        Here(&["edge-inference", "k3s-edge", "k3s-server", "k3s-agent"]),
    ),
    ("etcd", Here(&["etcd", "control-plane"])),
    ("k8s-web-baseline", Here(&["web-baseline"])),
    ("kubernetes-standard", Here(&["kubernetes-standard"])),
    ("legacy-monolith", Here(&["legacy-monolith"])),
    ("medical-ai", Here(&["medical-ai", "regulated"])),
    ("microservice", Here(&["web-service"])),
    (
        "payment-core",
        Here(&["payment", "core-banking", "regulated"]),
    ),
    ("recommendation-gpu", Here(&["model-serving"])),
    ("rendering", Here(&["rendering"])),
    ("saas-tenant", Here(&["saas-app", "saas-customer"])),
    (
        "selection-prototype",
        Not("one to three machines for a trial: a count, which `nodes` says by itself"),
    ),
    ("serverless-burst", Here(&["burst-function"])),
    ("startup-cluster", Here(&["startup-worker", "startup-gpu"])),
];

const TIERS: &[(&str, Fate)] = &[
    (
        "diamond",
        Here(&[
            "diamond",
            "tier-diamond",
            "tier-diamond-package",
            "diamond-customer",
        ]),
    ),
    (
        "gold",
        Here(&["gold", "tier-gold", "tier-gold-package", "gold-customer"]),
    ),
    (
        "ordinary",
        Here(&[
            "ordinary",
            "tier-ordinary",
            "tier-ordinary-package",
            "ordinary-customer",
        ]),
    ),
];

const GPUS: &[(&str, Fate)] = &[
    (
        "A100",
        Here(&[
            "nvidia-a100-40gb",
            "nvidia-a100-40gb-pcie",
            "nvidia-a100-80gb",
            "nvidia-a100-80gb-pcie",
        ]),
    ),
    ("A10", Here(&["nvidia-a10"])),
    (
        "Ascend",
        Not("an NPU: no kind describes a device that is no GPU"),
    ),
    (
        "Biren",
        Not("no figures that its maker or two independent tables agree on"),
    ),
    (
        "Cambricon",
        Not("an NPU: no kind describes a device that is no GPU"),
    ),
    ("H100", Here(&["nvidia-h100-80gb", "nvidia-h100-80gb-pcie"])),
    (
        "H200",
        Here(&["nvidia-h200-141gb", "nvidia-h200-141gb-nvl"]),
    ),
    (
        "Hygon-DCU",
        Not("no figures that its maker or two independent tables agree on"),
    ),
    ("Iluvatar-BI-V150", Here(&["iluvatar-bi-v150"])),
    (
        "Jetson",
        Not("a GPU that is part of its board, with the board's memory, and cannot be passed on"),
    ),
    ("MI300", Here(&["amd-mi300x"])),
    ("MooreThreads-S4000", Here(&["moorethreads-mtt-s4000"])),
    ("T4", Here(&["nvidia-t4"])),
];

/// The seven levels of isolation, each with the tenant profile that stands for it; none is 0.
const LEVELS: &[(&str, Fate)] = &[
    (
        "0",
        Not("no isolation: every tenant has at least a namespace of its own"),
    ),
    ("1", Here(&["ordinary-business"])),
    ("2", Here(&["hardened-apps"])),
    ("3", Here(&["untrusted-code"])),
    ("4", Here(&["saas-customer", "regulated"])),
    ("5", Here(&["core-business"])),
    ("6", Here(&["confidential-data"])),
    ("7", Here(&["own-cluster"])),
];

#[test]
fn every_fate_is_true() {
    let library: BTreeSet<String> = definitions::all().into_iter().map(|it| it.name).collect();
    for (id, fate) in [PROFILES, TIERS, GPUS, LEVELS].concat() {
        match fate {
            Here(names) => {
                for name in names {
                    assert!(
                        library.contains(*name),
                        "{id} should be {name}, which is not there"
                    );
                }
            }
            Not(reason) => assert!(reason.len() > 20, "{id} is left out for no reason"),
        }
    }
}

#[test]
fn everything_that_the_tables_list_has_a_fate() {
    let checked = every_entry(&[
        ("profiles", &["profiles", "reference_sizes"], PROFILES),
        ("tiers", &["tiers"], TIERS),
        ("gpus", &["models", "npus"], GPUS),
    ]);
    if let Err(Skip(reason)) = checked {
        println!("skipped: {reason}");
    }
}

#[test]
fn every_level_of_isolation_has_a_fate() {
    match table("profiles") {
        Ok(table) => {
            let levels = table["conventions"]["isolation_levels"].as_mapping();
            let keys = levels.into_iter().flat_map(|levels| levels.keys());
            let listed = keys
                .filter_map(Value::as_u64)
                .map(|level| level.to_string());
            compare("isolation levels", listed.collect(), LEVELS);
        }
        Err(Skip(reason)) => println!("skipped: {reason}"),
    }
}

/// The terms of the tiers are the table's.
#[test]
fn the_tiers_grant_what_the_table_says() {
    let table = match table("tiers") {
        Ok(table) => table,
        Err(Skip(reason)) => return println!("skipped: {reason}"),
    };
    let library = definitions::all();
    let tiers = table["tiers"].as_sequence().cloned().unwrap_or_default();
    assert_eq!(tiers.len(), TIERS.len());
    for tier in tiers {
        let id = tier["id"].as_str().unwrap_or_default();
        let grants = &tier["entitlements"];
        let text = library
            .iter()
            .find(|it| it.kind == "tier" && it.name == id)
            .map_or("", |it| it.text.as_str());
        let renewal = grants["renewal_year_percent"].as_u64().unwrap_or_default();
        assert!(
            text.contains(&format!("renewal=\"{renewal}%\"")),
            "{id}: {text}"
        );
        let free = grants["free_storage_gib"].as_u64().unwrap_or_default() / 1024;
        let given = text.contains(&format!("free-storage \"{free}TiB\""));
        assert_eq!(given, free > 0, "{id}: {text}");
        // The table has what is still paid; the language what is taken off.
        let off = 100.0 - grants["storage_discount"].as_f64().unwrap_or(1.0) * 100.0;
        let reduced = text.contains(&format!("storage-discount=\"{off}%\""));
        assert_eq!(reduced, off > 0.0, "{id}: {text}");
    }
}

type Tables<'t> = &'t [(&'t str, &'t [&'t str], &'t [(&'t str, Fate)])];

fn every_entry(tables: Tables<'_>) -> Result<(), Skip> {
    for (name, lists, fates) in tables {
        let table = table(name)?;
        let entries = lists
            .iter()
            .filter_map(|list| table[*list].as_sequence())
            .flatten();
        let listed = entries.filter_map(|entry| entry["id"].as_str().map(str::to_owned));
        compare(name, listed.collect(), fates);
    }
    Ok(())
}

fn compare(what: &str, listed: BTreeSet<String>, fates: &[(&str, Fate)]) {
    let known: BTreeSet<String> = fates.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(listed, known, "{what}: what is listed, and what has a fate");
}
