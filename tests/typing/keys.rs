//! Every example, typed key by key: no text on the way is too broken to answer about, and at the
//! end everything is as if the files had been opened whole.

use tenantry_ide::{Snapshot, hover};

use crate::estate::{Estate, examples, host, told};

/// Between two analyses, so many keys; between two rounds of questions, so many. Primes, so that
/// they fall on all sorts of places over the examples. `TENANTRY_TYPING=all` asks at every key.
const ANALYSED: usize = 601;
const ASKED: usize = 97;

#[expect(clippy::disallowed_methods, reason = "a nightly run asks for more")]
fn everything() -> bool {
    std::env::var_os("TENANTRY_TYPING").is_some_and(|value| value == "all")
}

#[test]
fn every_example_can_be_typed_key_by_key() {
    let (analysed, asked) = if everything() {
        (37, 1)
    } else {
        (ANALYSED, ASKED)
    };
    let mut keys = 0;
    for mut estate in examples() {
        let specs: Vec<_> = estate.specs().cloned().collect();
        estate.analyse();
        for (path, text) in specs.iter().filter(|(path, _)| !path.contains("vendor/")) {
            for (at, c) in text.char_indices() {
                keys += 1;
                let upto = at + c.len_utf8();
                if keys % asked != 0 && keys % analysed != 0 {
                    continue;
                }
                estate.edit(path, &text[..upto]);
                if keys % analysed == 0 {
                    estate.analyse();
                }
                ask(&estate.host.snapshot(), path, u32::try_from(upto).unwrap());
            }
            estate.edit(path, text);
        }
        as_from_the_start(&mut estate);
    }
    assert!(keys > 20_000, "only {keys} keys: there is more to type");
}

/// Asks what an editor asks while somebody types.
fn ask(snapshot: &Snapshot, path: &str, at: u32) {
    hover::hover(snapshot, path, at);
    if let Some(file) = snapshot.file(path) {
        snapshot.outline(file);
    }
}

/// What is known at the end is what a start with these files knows.
fn as_from_the_start(estate: &mut Estate) {
    let warm = estate.analyse();
    let mut cold = Estate {
        name: estate.name.clone(),
        files: estate.files.clone(),
        host: host(),
    };
    let cold = cold.analyse();
    assert_eq!(told(&warm), told(&cold), "{}", estate.name);
    for (path, text) in estate.specs() {
        let outline = |snapshot: &Snapshot| snapshot.outline(snapshot.file(path).unwrap());
        assert_eq!(outline(&warm), outline(&cold), "{path}");
        for at in (0..=text.len()).step_by(211) {
            let at = u32::try_from(at).unwrap();
            let answer = |snapshot| hover::hover(snapshot, path, at);
            assert_eq!(
                answer(&warm),
                answer(&cold),
                "{} {path} at {at}",
                estate.name
            );
        }
    }
}
