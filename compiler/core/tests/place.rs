//! What fits and what does not, from outside: an estate in text, a backend that takes exactly
//! what is asked for, and the figures that come out.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::sync::{Arc, LazyLock};

use tenantry_core::{
    Options,
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::Objects,
    flows::Derived,
    load::Library,
    lower::Lowered,
    model::{Cluster, Id, Workload},
    target::{Capabilities, Footprint, Pinned, Target},
    units::{Bytes, Cores},
    world::Memory,
};

/// A backend whose replicas take what they ask for, and nothing beside.
struct Exact;

static TABLE: LazyLock<Capabilities> = LazyLock::new(|| {
    let rows: String = ["container", "cpu-pinning", "job", "quota", "scale"]
        .iter()
        .map(|word| format!("feature {word} \"{word}\" support=native\n"))
        .collect();
    Capabilities::parse(&format!("capabilities backend=kubernetes {{\n{rows}}}"))
        .unwrap_or_else(|error| panic!("{error:?}"))
});

impl Target for Exact {
    fn name(&self) -> &'static str {
        "exact"
    }

    fn serves(&self, _: &Cluster) -> bool {
        true
    }

    fn capabilities(&self) -> &Capabilities {
        &TABLE
    }

    fn footprint(&self, checked: &Checked<'_>, id: Id<Workload>) -> Option<Footprint> {
        let spec = &checked.estate().workloads[id].spec;
        let cpu = spec.cpu.as_ref()?;
        let (cores, memory) = (
            cpu.request.as_ref()?.value,
            spec.memory.as_ref()?.size.value,
        );
        let own = cpu.is_dedicated();
        Some(Footprint {
            dedicated: if own { cores } else { Cores::ZERO },
            shared: if own { Cores::ZERO } else { cores },
            memory,
            pods: 1,
            pinned: own.then(|| Pinned {
                threads: u32::try_from(cores.as_millis() / 1000).unwrap_or(0),
                memory,
                beside: Bytes::ZERO,
            }),
            overhead: vec![("nothing".to_owned(), Bytes::new(0))],
            ..Footprint::default()
        })
    }

    fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        Vec::new()
    }

    fn objects(&self, _: &Lowered<'_>, _: &mut Objects) -> Findings {
        Findings::new()
    }
}

/// Two pools of two nodes, each with 10 cores for workloads.
const GROUND: &str = r#"
cluster c { kubernetes "1.34"; facts { dns { select k8s-app kube-dns; }; }; }
cpu-model ten cores=10 threads=1
pool a { nodes 2; cpu ten; memory "64GiB" }
pool b { nodes 2; cpu ten; memory "64GiB" }
"#;

/// `rule: message` of what is found when these tenants stand on the ground.
fn told_on(ground: &str, tenants: &str) -> Vec<String> {
    let text = format!("estate shop\n{ground}\n{tenants}");
    let world = Memory::new([("tenantry.kdl", Arc::<str>::from(text))]);
    let run = tenantry_core::check(&world, Library::default(), &[&Exact], &Options::default());
    run.findings
        .iter()
        .map(|finding| format!("{}: {}", finding.rule.name(), finding.message))
        .collect()
}

fn told(tenants: &str) -> Vec<String> {
    told_on(GROUND, tenants)
}

/// A workload of so many replicas of so many cores.
fn workload(name: &str, on: &str, replicas: u32, cpu: u32) -> String {
    with(name, on, cpu, &format!("replicas {replicas}"))
}

fn with(name: &str, on: &str, cpu: u32, more: &str) -> String {
    format!(
        r#"workload {name} {{ container image="r.example/{name}:1.0"; on {on}; cpu {cpu}; memory "1GiB"; {more} }}
        "#
    )
}

fn tenant(name: &str, inside: &str) -> String {
    format!("tenant {name} {{\n{inside}\n}}\n")
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_fills_a_pool_to_the_last_core_fits() {
    assert_eq!(told(&tenant("t", &workload("w", "a", 4, 5))), NOTHING);
}

#[test]
fn one_core_more_does_not() {
    let workloads = workload("w", "a", 4, 5) + &workload("x", "a", 1, 1);
    assert_eq!(
        told(&tenant("t", &workloads)),
        ["pool-over-capacity: the workloads of pool `a` ask for 21 cores, and there are 20 cores"]
    );
}

#[test]
fn a_replica_larger_than_a_node_fits_no_number_of_nodes() {
    assert_eq!(
        told(&tenant("t", &workload("w", "a", 1, 11))),
        [
            "replica-too-large: one replica of `t.w` takes 11 cores, and a node of its pool `a` has 10 cores"
        ]
    );
}

#[test]
fn pools_of_one_on_are_alternatives() {
    // 20 must stand on a, so that all of the 20 that may choose go to b.
    let fits = workload("only", "a", 4, 5) + &workload("either", "a b", 4, 5);
    assert_eq!(told(&tenant("t", &fits)), NOTHING);
}

#[test]
fn what_may_choose_cannot_have_more_than_both() {
    let over = workload("only", "a", 3, 5)
        + &workload("other", "b", 3, 5)
        + &workload("either", "a b", 3, 5);
    assert_eq!(
        told(&tenant("t", &over)),
        [
            "pool-over-capacity: the workloads of pool `a` and pool `b` ask for 45 cores, and together they have 40 cores"
        ]
    );
}

#[test]
fn the_smallest_part_that_is_too_small_is_told_and_no_larger_one() {
    let over = workload("only", "a", 5, 5) + &workload("either", "a b", 4, 5);
    assert_eq!(
        told(&tenant("t", &over)),
        ["pool-over-capacity: the workloads of pool `a` ask for 25 cores, and there are 20 cores"]
    );
}

#[test]
fn a_spare_rack_takes_its_machines_along() {
    let ground = |racks: &str| {
        let pool = format!("pool a {{ rack {racks}; nodes 4; spare 1 of=rack;");
        GROUND.replace("pool a { nodes 2;", &pool)
    };
    let tenants = tenant("t", &workload("w", "a", 6, 5));
    // Four racks of one machine: three are left. Two racks of two: two are left.
    assert_eq!(told_on(&ground("r1 r2 r3 r4"), &tenants), NOTHING);
    assert_eq!(told_on(&ground("r1 r2"), &tenants).len(), 1);
}

#[test]
fn a_spare_node_is_not_counted() {
    let ground = GROUND.replace("pool a { nodes 2;", "pool a { nodes 3; spare 1;");
    let fits = workload("w", "a", 4, 5);
    assert_eq!(told_on(&ground, &tenant("t", &fits)), NOTHING);
    let over = workload("w", "a", 5, 5);
    assert_eq!(
        told_on(&ground, &tenant("t", &over)),
        ["pool-over-capacity: the workloads of pool `a` ask for 25 cores, and there are 20 cores"]
    );
}

#[test]
fn nodes_that_one_tenant_has_alone_are_nobody_elses() {
    let owner = tenant("owner", "dedicated a 1");
    let guest = tenant("guest", &workload("w", "a", 3, 5));
    assert_eq!(
        told(&(owner + &guest)),
        [
            "pool-over-capacity: the workloads of the 1 node of pool `a` that nobody has alone ask for 15 cores, and there are 10 cores"
        ]
    );
}

#[test]
fn a_tenant_that_shares_no_node_has_its_own_alone() {
    let owner = format!(
        "tenant owner isolation=dedicated-nodes {{\ndedicated a 1\n{}\n}}",
        workload("w", "a", 3, 5)
    );
    assert_eq!(
        told(&owner),
        [
            "pool-over-capacity: the workloads of the 1 node of pool `a` that tenant `owner` has alone ask for 15 cores, and there are 10 cores"
        ]
    );
}

#[test]
fn what_stands_on_every_node_is_taken_off_every_node() {
    let agent = with("agent", "a", 1, "replicas 1 per=node");
    let fits = workload("w", "a", 18, 1);
    assert_eq!(told(&tenant("t", &(agent.clone() + &fits))), NOTHING);
    let over = workload("w", "a", 19, 1);
    assert_eq!(
        told(&tenant("t", &(agent + &over))),
        ["pool-over-capacity: the workloads of pool `a` ask for 19 cores, and there are 18 cores"]
    );
}

#[test]
fn a_job_waits_for_room() {
    let job =
        r#"workload j { job image="r.example/j:1.0" parallel=9; on a; cpu 8; memory "1GiB" }"#;
    assert_eq!(told(&tenant("t", job)), NOTHING);
}

#[test]
fn what_scales_counts_with_its_least() {
    let scaled = with("w", "a", 5, "scale min=4 max=40 { cpu \"70%\"; }");
    assert_eq!(told(&tenant("t", &scaled)), NOTHING);
}

#[test]
fn of_a_broken_workload_nothing_is_counted() {
    let broken = with("w", "a", 5, "replicas 9; connect nobody port=1");
    assert_eq!(
        told(&tenant("t", &broken)),
        ["unknown-name: no workload or external is called `nobody`"]
    );
}

#[test]
fn a_quota_bears_what_always_stands_and_is_warned_of_full_scale() {
    let scaled = with("w", "a", 1, "scale min=4 max=8 { cpu \"70%\"; }");
    assert_eq!(
        told(&tenant("t", &format!("quota cpu=8\n{scaled}"))),
        NOTHING
    );
    assert_eq!(
        told(&tenant("t", &format!("quota cpu=7\n{scaled}"))),
        [
            "scale-beyond-quota: the workloads of tenant `t` ask for 8 cores at full scale, and its quota is 7 cores"
        ]
    );
    assert_eq!(
        told(&tenant("t", &format!("quota cpu=3\n{scaled}"))),
        ["quota-exceeded: the workloads of tenant `t` ask for 4 cores, and its quota is 3 cores"]
    );
}

/// The ground, where pool `a` is planned to be so full at most.
fn planned(fill: &str) -> String {
    GROUND.replacen("pool a {", &format!("pool a fill=\"{fill}\" {{"), 1)
}

#[test]
fn a_pool_is_held_to_how_full_it_is_planned() {
    let filled = |cpu: u32, more: &str| {
        let workloads = workload("w", "a", 7, 2) + &workload("either", "a b", 2, 3) + more;
        told_on(&planned(&format!("{cpu}%")), &tenant("t", &workloads))
    };
    assert_eq!(filled(70, ""), NOTHING, "14 of 20 cores are 70 percent");
    assert_eq!(
        filled(70, &workload("x", "a", 1, 1)),
        [
            "fuller-than-planned: what always runs on pool `a` asks for 15 cores, and 70% of what it has is 14 cores"
        ]
    );
    assert_eq!(filled(75, &workload("x", "a", 1, 1)), NOTHING);
    let job = r#"workload later { job image="r.example/later:1.0"; on a; cpu 5; memory "1GiB" }"#;
    assert_eq!(filled(70, job), NOTHING, "a job takes what is left");
    assert_eq!(filled(100, ""), NOTHING);
    assert_eq!(
        filled(170, ""),
        ["fuller-than-planned: pool `a` may be filled to 170%, and has 100%"]
    );
}

#[test]
fn a_pool_of_core_workloads_is_planned_unless_it_says_what_is_spare() {
    let told = |pool: &str, criticality: &str| {
        let ground = GROUND.replacen("pool a { nodes 2;", pool, 1);
        let workloads = workload("much", "a", 8, 3)
            + &workload("w", "a", 1, 2).replacen('{', &format!("{criticality} {{"), 1);
        let mut all = told_on(&ground, &tenant("t", &workloads));
        all.retain(|line| line.starts_with("fuller-than-planned"));
        all
    };
    let core = "criticality=core";
    assert_eq!(
        told("pool a { nodes 3;", core),
        [
            "fuller-than-planned: what always runs on pool `a` asks for 26 cores, and 70% of what it has is 21 cores"
        ]
    );
    assert_eq!(
        told("pool a { nodes 3;", ""),
        NOTHING,
        "nobody said how full"
    );
    assert_eq!(told("pool a { nodes 4; spare 1;", core), NOTHING);
    assert_eq!(told("pool a fill=\"90%\" { nodes 3;", core), NOTHING);
    assert_eq!(
        told("pool a { nodes 2;", core),
        NOTHING,
        "more than there is was told"
    );
}

/// A node of two NUMA cells: 16 threads and 32 GiB in each, 2 threads of it kept for the system.
const CELLS: &str = r#"
cluster c { kubernetes "1.34"; facts { dns { select k8s-app kube-dns; }; }; }
cpu-model sixteen cores=16 threads=1
pool a {
    nodes 1
    cpu sixteen sockets=2 manager=static
    memory "66GiB" manager=static
    reserve cpu=2 memory="1948MiB"
    topology-manager single-numa-node scope=pod
}
"#;

/// So many replicas on that node, each with so many cores of its own and so much memory.
fn own(replicas: u32, cores: u32, memory: &str) -> String {
    let text = format!(
        r#"workload w {{ container image="r.example/w:1.0"; on a; cpu {cores} dedicated=#true; memory "{memory}"; replicas {replicas} }}"#
    );
    tenant("t", &text)
}

/// How a kubelet may lay pods that refuses none for its cells.
fn anywhere(policy: &str) -> String {
    CELLS.replace("single-numa-node", policy)
}

#[test]
fn what_fits_by_the_node_may_not_by_its_numa_cells() {
    // 30 of 30 cores, but no cell holds two of 10.
    let three = own(3, 10, "1GiB");
    assert_eq!(
        told_on(CELLS, &three),
        ["does-not-fit: `t.w` shall have 3 replicas, and 2 fit on pool `a`"]
    );
    for policy in ["none", "best-effort", "restricted"] {
        assert_eq!(told_on(&anywhere(policy), &three), NOTHING, "{policy}");
    }
    assert_eq!(told_on(CELLS, &own(2, 10, "1GiB")), NOTHING);
    let shared = workload("w", "a", 3, 10);
    assert_eq!(told_on(CELLS, &tenant("t", &shared)), NOTHING, "of no cell");
}

#[test]
fn memory_is_of_a_cell_where_a_manager_counts_it() {
    let three = own(3, 2, "20GiB");
    assert_eq!(
        told_on(CELLS, &three),
        ["does-not-fit: `t.w` shall have 3 replicas, and 2 fit on pool `a`"]
    );
    let uncounted = CELLS.replace("\"66GiB\" manager=static", "\"66GiB\"");
    assert_eq!(told_on(&uncounted, &three), NOTHING);
    assert_eq!(
        told_on(CELLS, &own(2, 2, "32GiB")),
        NOTHING,
        "to the last byte"
    );
}

#[test]
fn a_replica_larger_than_a_cell_is_refused_by_every_kubelet() {
    assert_eq!(
        told_on(CELLS, &own(1, 20, "1GiB")),
        [
            "replica-too-large: one replica of `t.w` takes 20 dedicated cores in one NUMA cell, and a cell of its pool `a` has 16 dedicated cores"
        ]
    );
    assert_eq!(
        told_on(&anywhere("restricted"), &own(1, 20, "1GiB")),
        NOTHING
    );
}

#[test]
fn of_which_cell_the_system_keeps_its_threads_is_open() {
    // The kubelet takes them of the first; 14 are there in each cell, and 16 in the other one.
    assert_eq!(told_on(CELLS, &own(2, 14, "1GiB")), NOTHING);
    let uneven = own(1, 16, "1GiB") + &own(1, 12, "1GiB").replace("tenant t", "tenant u");
    assert_eq!(told_on(CELLS, &uneven), NOTHING);
    let open = told_on(CELLS, &own(2, 15, "1GiB"));
    assert!(open[0].starts_with("placement-undecided: "), "{open:?}");
    assert_eq!(open.len(), 1);
    // Both of 16 are more than the node has, wherever that lies.
    assert_ne!(told_on(CELLS, &own(2, 16, "1GiB")), NOTHING);
}
