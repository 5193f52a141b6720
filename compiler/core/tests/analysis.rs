//! What an analysis keeps for the next one never shows: whatever is edited, the answer is that of
//! an analysis which knew nothing.

#[path = "../../../tests/numbers.rs"]
mod numbers;

use std::{collections::BTreeMap, sync::Arc};

use numbers::Numbers;
use tenantry_core::{
    Options,
    compile::{Analysis, Depth, Memo, analyse},
    load::Library,
    world::Memory,
};

const GROUND: &str = r#"
estate shop {
    env dev prod
}
cluster one {
    kubernetes "1.33"
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni cilium "1.17.2"; facts { dns { select k8s-app kube-dns; }; }
}
pool general {
    nodes 4
    cpu epyc-9654
    memory "512GiB"
}
"#;

const SHARED: &str = r#"
param workers type=int default=4 min=1 max=64
let registry "registry.example.com/"
// What stands before everything.
define front {
    arg name type=name
    body {
        workload $name {
            container image="registry.example.com/front:1"
            port http 8080
            cpu "500m"
            memory "512MiB"
        }
    }
}
profile service {
    replicas 3
    cpu "500m"
    memory "512MiB"
    var WORKERS $workers
}
"#;

fn tenant(number: usize) -> String {
    format!(
        r#"tenant t{number} {{
    front web
    workload api {{
        like service
        container image="${{registry}}api:{number}"
        port http 8080
        connect web port=http
    }}
}}
"#
    )
}

type Files = BTreeMap<String, String>;

fn files() -> Files {
    let tenants = (0..6).map(|number| (format!("tenants/t{number}.kdl"), tenant(number)));
    let shared = [
        ("tenantry.kdl".to_owned(), GROUND.to_owned()),
        ("shared.kdl".to_owned(), SHARED.to_owned()),
    ];
    shared.into_iter().chain(tenants).collect()
}

fn run(world: &Memory, memo: &mut Memo, stop: bool) -> Option<Analysis> {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let options = Options::default();
    analyse(world, library, &[], &options, Depth::Lower, memo, &|| stop)
}

/// All that is found and all that was understood, down to places and reasons.
fn told(analysis: &Analysis) -> Vec<String> {
    let findings = analysis.findings.iter();
    let mut told: Vec<String> = findings.map(|finding| format!("{finding:?}")).collect();
    let nodes = analysis.typed.iter().flat_map(|typed| &typed.nodes);
    told.extend(nodes.map(|node| format!("{node:?}")));
    for environment in &analysis.environments {
        let estate = &environment.kept.estate;
        let mut numbers = Numbers::of(analysis, estate);
        let nodes = format!("{:?} {:?}", environment.env, estate.text.root);
        told.push(numbers.spelt(&nodes));
        told.push(numbers.spelt(&format!("{:?}", environment.kept.placement)));
        let tenants = estate.tenants.iter();
        told.extend(tenants.map(|(_, tenant)| numbers.spelt(&format!("{tenant:?}"))));
        let workloads = estate.workloads.iter();
        told.extend(workloads.map(|(_, workload)| numbers.spelt(&format!("{workload:?}"))));
    }
    told
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // xorshift64.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap_or_default()
    }
}

/// A line less, a character more, or a word for a word.
fn edited(text: &str, dice: &mut Dice) -> String {
    let at = dice.below(text.len() + 1);
    let more = ["x", " ", "\"", "{", "}", "$", "\n// a remark\n", "7"];
    match dice.below(10) {
        0 => {
            let gone = dice.below(text.lines().count().max(1));
            let lines = text.split_inclusive('\n').enumerate();
            let kept = lines.filter(|(line, _)| *line != gone);
            kept.map(|(_, line)| line).collect()
        }
        1 => text.replace("http", "web"),
        which => format!("{}{}{}", &text[..at], more[which - 2], &text[at..]),
    }
}

#[test]
fn what_is_kept_never_shows() {
    let whole = files();
    let mut world = Memory::new(whole.clone());
    let mut memo = Memo::default();
    let first = run(&world, &mut memo, false).unwrap();
    let found = first.findings.len();
    assert_eq!(first.environments.len(), 2);
    assert_eq!(first.summary.workloads, 12);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut with_others = 0;
    for number in 0..150 {
        let paths: Vec<&String> = whole.keys().collect();
        let path = paths[dice.below(paths.len())];
        let text = edited(&whole[path], &mut dice);
        world.set(path, text.as_str());
        if number % 7 == 0 {
            // An answer that nobody waits for leaves nothing wrong behind.
            assert!(run(&world, &mut memo, true).is_none());
        }
        if number % 11 == 0 {
            world.set("another.kdl", "tenant another\n");
        }
        let kept = run(&world, &mut memo, false).unwrap();
        let new = run(&world, &mut Memo::default(), false).unwrap();
        let (old, new) = (told(&kept), told(&new));
        let differing = old.iter().zip(&new).find(|(old, new)| old != new);
        assert!(
            old == new,
            "edit {number} of {path}: {differing:#?}\n{text}"
        );
        with_others += usize::from(kept.findings.len() != found);
        // Every third edit stays beside the next ones.
        if number % 3 != 0 {
            world.set(path, whole[path].as_str());
        }
        if number % 11 == 5 {
            world.remove("another.kdl");
        }
    }
    assert!((20..150).contains(&with_others), "{with_others}");
}

#[test]
fn a_file_that_reads_the_same_keeps_its_nodes() {
    let mut world = Memory::new(files());
    let mut memo = Memo::default();
    let before = run(&world, &mut memo, false).unwrap();
    let text = tenant(2).replace("8080", "9090");
    world.set("tenants/t2.kdl", text);
    let after = run(&world, &mut memo, false).unwrap();
    let (before, after) = (before.typed.unwrap(), after.typed.unwrap());
    assert!(Arc::ptr_eq(&before.words, &after.words));
    let same = before.nodes.iter().zip(&after.nodes);
    let anew = same.filter(|(before, after)| !Arc::ptr_eq(before, after));
    assert_eq!(anew.count(), 1);
}
