//! How fast text becomes a tree: `cargo bench -p tenantry-tests --bench parse`.
//!
//! Prints megabytes (10^6 bytes) per second on one core, ours beside the `kdl` crate's, on an
//! estate as one would write it. The best of several runs counts: whatever else the machine does
//! only makes a run slower.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark reads the clock, tells what it saw, and stops where it cannot"
)]

use std::{fmt::Write as _, hint::black_box, sync::Arc, time::Instant};

use tenantry_syntax::{
    FileId, Limits,
    ast::{Entry, Scalar},
    format::format,
    parse,
};

const RUNS: usize = 15;

fn main() {
    let large = estate(4_000);
    let small = estate(60);
    let limits = Limits::default();
    let text: Arc<str> = Arc::from(large.as_str());
    let whole = parse(FileId(0), Arc::clone(&text), &limits);
    assert!(
        whole.errors().is_empty(),
        "the estate is sound: {:?}",
        whole.errors().first()
    );

    println!(
        "an estate of {:.1} MB, best of {RUNS} runs",
        megabytes(&large)
    );
    report("parse", &large, RUNS, || {
        drop(black_box(parse(FileId(0), Arc::clone(&text), &limits)))
    });
    report("walk every value", &large, RUNS, || {
        black_box(walk(&whole));
    });
    report("format", &large, RUNS, || drop(black_box(format(&whole))));
    report("kdl 6.7 (on a smaller one)", &small, 3, || {
        drop(black_box(
            small.parse::<kdl::KdlDocument>().expect("kdl reads it too"),
        ));
    });
}

fn megabytes(text: &str) -> f64 {
    text.len() as f64 / 1e6
}

fn report(what: &str, text: &str, runs: usize, mut run: impl FnMut()) {
    let best = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!(
        "{what:>28}: {:>8.1} MB/s",
        megabytes(text) / best.as_secs_f64()
    );
}

/// Decodes every name and value, as the layer above does once.
fn walk(parse: &tenantry_syntax::Parse) -> usize {
    let mut nodes: Vec<_> = parse.document().nodes().collect();
    let mut seen = 0;
    while let Some(node) = nodes.pop() {
        seen += node.name().len();
        for entry in node.entries() {
            seen += match entry {
                Entry::Arg(arg) => weight(&arg.value()),
                Entry::Prop(prop) => prop.name().len() + weight(&prop.value()),
            };
        }
        nodes.extend(node.nodes());
    }
    seen
}

fn weight(value: &Scalar<'_>) -> usize {
    match value {
        Scalar::Str(text) => text.len(),
        _ => 1,
    }
}

/// An estate of so many workloads, ten to a tenant.
fn estate(workloads: usize) -> String {
    let mut out =
        String::from("// The estate, as its owner would write it.\nestate bench currency=CNY\n");
    for n in 0..workloads {
        if n % 10 == 0 {
            let close = if n == 0 { "" } else { "}\n" };
            write!(
                out,
                "{close}\ntenant t{} tier=gold isolation=dedicated-nodes {{\n",
                n / 10
            )
            .expect("a string takes all");
        }
        write!(out, "{}", workload(n)).expect("a string takes all");
    }
    out + "}\n"
}

fn workload(n: usize) -> String {
    format!(
        r#"    // Trains model {n} on its own cards.
    workload trainer-{n} {{
        like ai-training
        vm image=ubuntu-cuda
        on gpu-train
        replicas {replicas}
        cpu cores=8 threads=2                    // the model comes from the profile
        memory "128GiB" {{ hugepages "2MiB" }}
        gpu nvidia-a100-80gb 2
        disk root "100GiB" storage=ceph-ssd
        disk data "2TiB" storage=ceph-ssd mount="/data/{n}"
        user ops {{ ssh-key "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{n:032} ops@acme" }}
        port jupyter 8888
        connect features port=sql
        connect internet port=443 host="*.packages.example.org"
        expose jupyter host="train-{n}.acme.example.com" tls=#true

        cloud-init {{
            run """
                #!/bin/sh
                set -eu
                mkdir -p /data/{n} && chown ops: /data/{n}
                """
        }}
    }}
"#,
        replicas = n % 7 + 1
    )
}
