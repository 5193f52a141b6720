use super::*;
use crate::fixture::Fixture;

/// The text with what each word is below it; a `+` marks a declaration, a `*` the library.
fn drawn(text: &str) -> String {
    let fixture = Fixture::new(text);
    let snapshot = fixture.snapshot();
    let found = tokens(&snapshot, &fixture.path, &(0..u32::MAX));
    let marks = found.into_iter().map(|token| {
        let declared = if token.is_declaration { "+" } else { "" };
        let library = if token.is_library { "*" } else { "" };
        (
            token.range,
            format!("{}{declared}{library}", token.sort.name()),
        )
    });
    fixture.drawn(marks.collect())
}

#[test]
fn every_word_is_what_it_means() {
    insta::assert_snapshot!(drawn(
        r#"
estate demo
env prod
param size type=int default=2
cluster main backend=kubernetes { /-note "x" }
// A tenant.
tenant acme {
    workload web {
        replicas "${size * 2}"
        cpu 2
        memory 4GiB
        port http 80
        connect api port=http if="size > 1 && env == 'prod'"
        in prod { memory "8GiB" }
        unknown thing=1
    }
    workload api { cpu $size; port http 80 }
}
"#
    ));
}

#[test]
fn tokens_follow_each_other_in_any_text() {
    let text = "tenant a { workload b { image \"x${\" y=\"${a.b[\" /-c { d } } } /* é";
    let fixture = Fixture::new(text);
    let snapshot = fixture.snapshot();
    let mut end = 0;
    for token in tokens(&snapshot, &fixture.path, &(0..u32::MAX)) {
        assert!(end <= token.range.start, "{token:?}");
        end = token.range.end;
    }
    assert!(end as usize <= text.len());
}
