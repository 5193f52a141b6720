//! Every model, tier and priority can be used: a pool has it, a workload asks for it, and what is
//! written is complete.

use std::fmt::Write as _;

use tenantry_syntax::{
    FileId, Limits,
    ast::{Entry, Node, Scalar},
    parse,
};

use crate::{
    complaints,
    definitions::{self, Definition},
};

/// What a machine asks for in `cpu` and `memory`, where it is not the point.
const SMALL_MACHINE: &str = "vm image=ubuntu migrate=restart; cpu cores=2; memory \"4GiB\"; disk root \"20GiB\" storage=fast";
const SMALL_CONTAINER: &str =
    "container image=\"registry.example.com/team/app:1.0.0\"; cpu 1; memory \"1GiB\"";

/// A way in which a GPU is given away, and how a workload asks for it.
struct Mode {
    pool: String,
    body: &'static str,
    slice: String,
}

/// All ways in which a model says that it can be given away.
fn modes(model: &Definition) -> Vec<Mode> {
    let parsed = parse(FileId(0), model.text.as_str().into(), &Limits::default());
    let mut modes = Vec::new();
    for node in parsed.document().nodes() {
        let has = |name| property(node, name).is_some();
        if has("resource") {
            modes.push(Mode::whole("container", SMALL_CONTAINER));
        }
        if has("passthrough") {
            modes.push(Mode::whole("passthrough", SMALL_MACHINE));
        }
        for slice in node.nodes().filter(|child| child.name() == "slice") {
            modes.extend(Mode::part(slice));
        }
    }
    modes
}

impl Mode {
    fn whole(mode: &str, body: &'static str) -> Self {
        Self {
            pool: format!("mode={mode}"),
            body,
            slice: String::new(),
        }
    }

    fn part(slice: Node<'_>) -> Option<Self> {
        let Some(Entry::Arg(name)) = slice.entries().next() else {
            return None;
        };
        let name = name.text()?.value();
        let mode = property(slice, "kind")?;
        let count = property(slice, "per-gpu")?;
        let body = if mode == "mig" {
            SMALL_CONTAINER
        } else {
            SMALL_MACHINE
        };
        Some(Self {
            pool: format!("mode={mode} {{ slice \"{name}\" {count} }}"),
            body,
            slice: format!("slice=\"{name}\""),
        })
    }
}

fn property(node: Node<'_>, name: &str) -> Option<String> {
    node.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == name => match prop.value() {
            Scalar::Str(text) => Some(text.into_owned()),
            Scalar::Int(number) => Some(number.to_string()),
            _ => None,
        },
        _ => None,
    })
}

fn named(kind: &str) -> Vec<Definition> {
    let found: Vec<Definition> = definitions::all()
        .into_iter()
        .filter(|it| it.kind == kind)
        .collect();
    assert!(!found.is_empty(), "the library has no {kind}");
    found
}

/// A pool of one machine, on an address of its own.
fn pool(name: &str, at: usize, inside: &str) -> String {
    format!(
        "pool {name} {{ nodes 1 first-ip=\"10.10.2.{at}\"; memory \"256GiB\"; reserve cpu=1 memory=\"4GiB\"; {inside} }}\n"
    )
}

#[test]
fn every_gpu_model_can_be_given_away_in_each_way_that_it_says() {
    let mut wrong = Vec::new();
    for model in named("gpu-model") {
        let name = &model.name;
        let modes = modes(&model);
        assert!(!modes.is_empty(), "{name} can be given to nobody");
        let mut text = String::new();
        let mut workloads = String::new();
        for (
            at,
            Mode {
                pool: mode,
                body,
                slice,
            },
        ) in modes.iter().enumerate()
        {
            let inside = format!("cpu epyc-9354; prepare iommu=#true; gpu {name} 1 {mode}");
            text += &pool(&format!("p{at}"), 10 + at, &inside);
            let asks = format!("{body}; on p{at}; gpu {name} 1 {slice}");
            let _infallible = writeln!(workloads, "workload w{at} {{ {asks} }}");
        }
        text += &format!("tenant team {{ {workloads} }}\n");
        for told in complaints(&text) {
            wrong.push(format!("{name}: {told}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// No more can be cut out of a card than it has: memory times count is within the card's.
#[test]
fn the_slices_of_a_gpu_fit_on_it() {
    let gib = |text: String| {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let scale = match unit {
            "GiB" => 1024,
            "MiB" => 1,
            _ => return None,
        };
        Some(number.parse::<u64>().ok()? * scale)
    };
    for model in named("gpu-model") {
        let parsed = parse(FileId(0), model.text.as_str().into(), &Limits::default());
        for node in parsed.document().nodes() {
            let card = property(node, "memory").and_then(gib);
            for slice in node.nodes().filter(|child| child.name() == "slice") {
                let one = property(slice, "memory").and_then(gib);
                let count = property(slice, "per-gpu").and_then(|text| text.parse::<u64>().ok());
                let all = one.zip(count).map(|(one, count)| one * count);
                assert!(
                    all.is_some() && all <= card,
                    "{}: {} of a slice on a card of {card:?} MiB",
                    model.name,
                    all.map_or_else(|| "no figure".to_owned(), |all| format!("{all} MiB"))
                );
            }
        }
    }
}

#[test]
fn every_cpu_model_can_carry_a_workload() {
    let mut text = String::new();
    let mut workloads = String::new();
    for (at, model) in named("cpu-model").iter().enumerate() {
        text += &pool(&format!("p{at}"), 10 + at, &format!("cpu {}", model.name));
        let _infallible = writeln!(
            workloads,
            "workload w{at} {{ {SMALL_CONTAINER}; on p{at} }}"
        );
    }
    text += &format!("tenant team {{ {workloads} }}\n");
    assert_eq!(complaints(&text), Vec::<String>::new());
}

#[test]
fn every_tier_and_priority_can_be_had() {
    let mut text = String::new();
    for tier in named("tier") {
        let name = &tier.name;
        let _infallible = writeln!(
            text,
            "tenant of-{name} tier={name} {{ workload app {{ {SMALL_CONTAINER}; on general }} }}"
        );
    }
    for priority in named("priority") {
        let name = &priority.name;
        let _infallible = writeln!(
            text,
            "tenant with-{name} {{ workload app priority={name} {{ {SMALL_CONTAINER}; on general }} }}"
        );
    }
    assert_eq!(complaints(&text), Vec::<String>::new());
}
