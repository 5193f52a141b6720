//! What expressions see of an estate: text in, values out.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::{Compiled, compile};
use tenantry_core::{
    cel::{self, Budget},
    query::{self, Names, View},
    schema::words::{RowTypes, UnitId},
};

const SHOP: &str = r#"
estate shop { env staging prod }
cluster c {
    kubernetes "1.34"
    zone a b c
}
cpu-model small cores=8
pool general { label lifecycle spot; nodes 3; cpu small; memory "64GiB" }
pool other { nodes 1; cpu small; memory "32GiB" }
storage fast { longhorn; capacity "1TiB" }
param copies type=int default=2
profile plain { memory "2GiB" }
tenant t {
    workload web {
        like plain
        label team blue
        container image="registry.example.com/shop/web:1.0.0"
        on general other
        cpu 1
        replicas $copies
        port http 8080
        disk data "10GiB" storage=fast mount="/data"
    }
}
"#;

/// The value of an expression about the estate, as it is printed.
fn asked(compiled: &Compiled, text: &str) -> String {
    let estate = compiled.estate();
    let words = &estate.text.words;
    let scope = query::of_estate(&words.unit(UnitId::ESTATE).scope);
    let program = cel::compile(text, &scope, &words.types, None)
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    let view = View::of(estate);
    let names = Names::of_estate(estate, &view, UnitId::ESTATE);
    let value = cel::evaluate(&program, &names, &mut Budget::default());
    value.map_or_else(|problem| problem.message, |value| value.to_string())
}

#[test]
fn an_expression_sees_what_the_model_knows() {
    let compiled = compile(&[("tenantry.kdl", SHOP)]);
    let web = |rest: &str| {
        asked(
            &compiled,
            &format!("estate.tenant['t'].workload['web'].{rest}"),
        )
    };
    for (text, value) in [
        ("name", "web"),
        ("memory.size", "2GiB"),
        ("memory.size > '1GiB'", "true"),
        ("replicas.count", "2"),
        ("labels['team']", "blue"),
        ("profiles", "[plain]"),
        ("container.sandbox", "none"),
        ("disk['data'].size + '1GiB'", "11GiB"),
        ("port.exists(p, p.name == 'http')", "true"),
        ("tenant.name", "t"),
        ("cluster.name", "c"),
        ("pool.labels['lifecycle']", "spot"),
        ("pools.map(p, p.name)", "[general, other]"),
        ("pool.cluster.name", "c"),
        ("vm", "null"),
    ] {
        assert_eq!(web(text), value, "{text}");
    }
    for (text, value) in [
        ("env", "prod"),
        ("copies", "2"),
        ("estate.name", "shop"),
        ("estate.currency", "CNY"),
        ("estate.pool.map(p, p.name)", "[general, other]"),
        (
            "estate.cluster['c'].pools.map(p, p.memory.size)",
            "[64GiB, 32GiB]",
        ),
        ("estate.cluster['c'].workloads.map(w, w.name)", "[web]"),
    ] {
        assert_eq!(asked(&compiled, text), value, "{text}");
    }
}

#[test]
fn every_kind_is_a_type_and_every_field_is_described() {
    let (vocabulary, _) = tenantry_core::schema::vocabulary::builtin();
    let types: Arc<RowTypes> = Arc::default();
    for (id, kind) in vocabulary.kinds() {
        let Some(cel::Type::Object(name)) = query::kinds().object(id) else {
            continue;
        };
        for field in cel::Types::fields(&*types, &name) {
            let doc = cel::Types::doc(&*types, &name, &field);
            assert!(
                doc.is_some_and(|doc| !doc.is_empty()),
                "{field} of {}",
                kind.name
            );
        }
    }
}
