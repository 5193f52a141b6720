//! What we accept, nobody refuses, and what a rule says would be refused is refused: judged by a
//! real kube-apiserver and by KubeVirt's own admission.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a referee that cannot be asked fails the test"
)]
#![expect(
    clippy::print_stdout,
    reason = "what was skipped, and how much was judged, is to be seen"
)]

mod case;
mod referee;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use tenantry_core::{diag::Rule, load::ROOT_FILE, rules};
use tenantry_tests::{estate, page, varied};

use case::Case;
use referee::{Referees, Refusal, Verdicts, referees};

/// Refusals as one reads them in a failure.
fn told(refusals: &[Refusal]) -> String {
    let mut text = String::new();
    for Refusal {
        case,
        object,
        message,
    } in refusals
    {
        let _infallible = writeln!(text, "{case}: {object}:\n    {message}");
    }
    text
}

/// Nobody refused anything or warned of it, and something was judged.
fn assert_accepted(verdicts: &Verdicts) {
    println!("{} objects, {} pods", verdicts.objects, verdicts.pods);
    let warnings = told(&verdicts.warnings);
    assert!(warnings.is_empty(), "accepted, and warned of:\n{warnings}");
    assert!(
        verdicts.refusals.is_empty(),
        "\n{}",
        told(&verdicts.refusals)
    );
    assert!(verdicts.objects > 0, "nothing was judged");
}

#[test]
fn nobody_refuses_an_example() {
    let Some(mut referees) = referees() else {
        return;
    };
    let mut cases = Vec::new();
    for (name, files) in estate::examples().expect("the examples can be read") {
        let built = estate::built(&files).unwrap_or_else(|told| panic!("{name}:\n{told}"));
        cases.extend(Case::all_of(&name, &built));
    }
    assert_accepted(&referees.judge(&cases));
}

/// The rules that have a listing of this kind.
fn listings(kind: &str) -> impl Iterator<Item = (&'static Rule, String)> {
    rules::all().into_iter().filter_map(move |rule| {
        let listing = page::listing(rule.page, kind).expect("the page is sound");
        Some((rule, listing?))
    })
}

#[test]
fn nobody_refuses_a_good_listing() {
    let Some(mut referees) = referees() else {
        return;
    };
    let mut cases = Vec::new();
    for (rule, listing) in listings(page::GOOD) {
        // What can be checked without an error may still have nothing to write.
        if let Ok(built) = estate::built(&page::files(&listing)) {
            cases.extend(Case::all_of(rule.name, &built));
        }
    }
    assert_accepted(&referees.judge(&cases));
}

/// A rule's bad listing, written out although the rule found it.
fn emitted_anyway(rule: &Rule, listing: &str) -> Result<Vec<Case>, String> {
    let mut files = page::files(listing);
    let root = files.get_mut(ROOT_FILE).ok_or("it has no root")?;
    let off = format!("\n    rules {{\n        set {} off\n    }}\n", rule.name);
    let estate = root.lines().find(|line| line.starts_with("estate "));
    let estate = estate.ok_or("it has no estate")?.to_owned();
    // Behind `{`, or in a block of its own.
    let with = match estate.strip_suffix('{') {
        Some(_) => format!("{estate}{off}"),
        None => format!("{estate} {{{off}}}"),
    };
    *root = root.replacen(&estate, &with, 1);
    Ok(Case::all_of(rule.name, &estate::built(&files)?))
}

/// What the referee that a rule mirrors says of its bad listing.
fn mirrored(referees: &mut Referees, rule: &Rule, listing: &str) -> Result<String, String> {
    let who = rule.refused_by.ok_or("it mirrors nobody")?;
    let cases = emitted_anyway(rule, listing)?;
    let verdicts = referees.who_refuses(who).judge(&cases);
    let refusal = verdicts.refusals.first();
    let refusal =
        refusal.ok_or_else(|| format!("{who:?} accepts all {} objects", verdicts.objects))?;
    Ok(format!(
        "{}:\n    {who:?} of {}: {}\n",
        rule.name, refusal.object, refusal.message
    ))
}

#[test]
fn what_a_rule_mirrors_is_refused() {
    let Some(mut referees) = referees() else {
        return;
    };
    let mut words = String::new();
    let mut wrong = Vec::new();
    for (rule, listing) in listings(page::BAD) {
        if rule.refused_by.is_none() {
            continue;
        }
        match mirrored(&mut referees, rule, &listing) {
            Ok(said) => words.push_str(&said),
            Err(why) => wrong.push(format!("{}: {why}", rule.name)),
        }
    }
    // Judged first, so that the words can be read where one rule is wrong.
    insta::assert_snapshot!("mirrors", words);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_rule_without_a_mark_mirrors_nobody() {
    let Some(mut referees) = referees() else {
        return;
    };
    let mut cases = Vec::new();
    for (rule, listing) in listings(page::BAD) {
        // What cannot be written out at all is not for anybody else to refuse.
        if let (None, Ok(emitted)) = (rule.refused_by, emitted_anyway(rule, &listing)) {
            cases.extend(emitted);
        }
    }
    let verdicts = referees.judge(&cases);
    assert!(verdicts.objects > 0, "nothing was judged");
    assert!(
        verdicts.refusals.is_empty(),
        "say who refuses it:\n{}",
        told(&verdicts.refusals)
    );
}

/// How many generated estates are judged.
const GENERATED: usize = 200;
/// How many seeds are tried for them: a draw may ask for what cannot be.
const SEEDS: u64 = 1200;

/// What has to be among the generated estates, so that the rest says something.
const COVERED: &[&str] = &[
    "backup",
    "cni.calico",
    "cni.cilium",
    "connect.external",
    "container.init",
    "container.sidecar",
    "cpu.dedicated",
    "env",
    "expose.gateway",
    "expose.load-balancer",
    "job.once",
    "job.schedule",
    "members",
    "monitor.alert",
    "mount.config",
    "mount.volume",
    "nic.bridge",
    "nic.queues",
    "probe.http",
    "quota",
    "replicas.stable",
    "rollout.surge",
    "rule.enforce",
    "sandbox.kata",
    "scale.cpu",
    "spread.zone",
    "tenant.dedicated",
    "tenant.hardened",
    "var.secret",
    "vm.cloud-init",
    "vm.dedicated",
    "vm.gpu",
    "vm.hugepages",
    "vm.migrate-live",
    "vm.numa",
    "vm.replicas",
    "vm.secure-boot",
];

#[test]
fn nobody_refuses_a_generated_estate() {
    let Some(mut referees) = referees() else {
        return;
    };
    let mut cases = Vec::new();
    let mut features: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    // What is first said of a draw that is thrown away.
    let mut thrown: BTreeMap<String, usize> = BTreeMap::new();
    let mut accepted = 0;
    for seed in 0..SEEDS {
        let drawn = varied::estate(seed);
        match estate::built(&drawn.files) {
            Ok(built) => {
                accepted += 1;
                drawn
                    .features
                    .iter()
                    .for_each(|it| *features.entry(it).or_default() += 1);
                cases.extend(Case::all_of(&format!("seed {seed}"), &built));
            }
            Err(why) => {
                let rule = why.split(": ").nth(1).unwrap_or_default();
                *thrown.entry(rule.to_owned()).or_default() += 1;
            }
        }
        if accepted == GENERATED {
            break;
        }
    }
    for object in cases.iter().flat_map(|case| &case.objects) {
        let kind = object.name.split(' ').next().unwrap_or_default();
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }
    let thrown_away: usize = thrown.values().sum();
    println!(
        "{accepted} accepted, {thrown_away} thrown away: {thrown:#?}\n{features:#?}\n{kinds:#?}"
    );
    assert_eq!(accepted, GENERATED, "of {SEEDS} seeds");
    let missing: BTreeSet<&&str> = COVERED
        .iter()
        .filter(|it| !features.contains_key(**it))
        .collect();
    assert!(missing.is_empty(), "in no estate: {missing:?}");
    assert_accepted(&referees.judge(&cases));
}

#[test]
fn what_a_policy_of_an_estate_forbids_is_refused() {
    let Some(mut referees) = referees() else {
        return;
    };
    let mut examples = estate::examples().expect("the examples can be read");
    examples.retain(|(name, _)| name == "ai-cloud");
    let mut judged = 0;
    for (name, files) in examples {
        let built = estate::built(&files).unwrap_or_else(|told| panic!("{name}:\n{told}"));
        for mut case in Case::all_of(&name, &built) {
            let (kept, broken) = case.repeat(|object| {
                let yaml = object
                    .yaml
                    .replace("image: registry.example.com/", "image: docker.io/");
                (yaml != object.yaml && !object.name.starts_with("VirtualMachine ")).then_some(yaml)
            });
            let verdicts = referees.api_server.judge(&[case]);
            let refused: BTreeSet<&str> = verdicts
                .refusals
                .iter()
                .map(|it| it.object.as_str())
                .collect();
            let expected: BTreeSet<&str> = broken.iter().map(String::as_str).collect();
            assert_eq!(refused, expected, "{}", told(&verdicts.refusals));
            let house = |it: &Refusal| it.message.contains("mirror it to registry.example.com/");
            assert!(
                verdicts.refusals.iter().all(house),
                "{}",
                told(&verdicts.refusals)
            );
            judged += kept;
        }
    }
    assert!(
        judged > 0,
        "the example has no objects that its policy looks at"
    );
}
