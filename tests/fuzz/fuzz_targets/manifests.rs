//! Any manifests: no panic, and of all that was read each question has an answer in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tenantry_reach::{Document, End, Judge, Protocol, Question, ask, because, read::read};

fuzz_target!(|text: &str| {
    let Ok(values) = serde_json::from_str::<Vec<Value>>(text) else {
        return;
    };
    let documents = values.iter().enumerate().map(|(at, value)| Document {
        source: "fuzz.json",
        at,
        value: value.into(),
    });
    let (cluster, _) = read(documents);
    let judge = Judge::new(&cluster);
    let outside = ["10.0.1.7", "fd00::7"].map(|it| End::Address(it.parse().expect("an address")));
    let pods = cluster.pod_ids().take(8).map(End::Pod);
    let ends: Vec<End> = pods.chain(outside).collect();
    for &from in &ends {
        for &to in &ends {
            let question = Question {
                from,
                to,
                protocol: Protocol::Tcp,
                port: 80,
            };
            let answer = ask(&judge, &question);
            assert_eq!(answer.allowed, answer.refused().is_none());
            assert!(!because(&judge, &question, &answer).is_empty());
        }
    }
});
