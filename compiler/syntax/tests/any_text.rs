//! Whatever a text is, parsing it ends, loses nothing, and stays inside it.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the seeds are files, and are there"
)]

mod properties;

use std::{fs, path::Path, sync::Arc};

use tenantry_syntax::{FileId, Limits, Parse, parse};

/// The seeds of the fuzzer, by name.
fn seeds() -> Vec<String> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/parse");
    let mut files: Vec<_> = fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 8, "the seeds are part of the repository");
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// A generator without a seed from outside, so that a failure is the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 33) as usize) % bound
    }
}

/// What KDL is made of, and what breaks it.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "=",
    ";",
    "\"",
    "\"\"\"",
    "#",
    "#\"",
    "\"#",
    "\\",
    "/-",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\r",
    " ",
    "    ",
    "\t",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
    "\0",
    "é",
    "😀",
    "true",
    "#true",
    "#nul",
    "2TiB",
    "-1",
    ".5",
    "1e",
    "r\"",
    "\\u{",
    "\\u",
    "\\n",
    "[",
    "a",
    "a=",
    "\"\"\"\n  x\n  \"\"\"",
    "#\"\"\"\nx\n\"\"\"#",
    "a { b; c }",
    "\\ // c\n",
    "/-{",
];

/// `seed` with a few pieces put in, taken out, doubled or moved.
fn mutated(seed: &str, random: &mut Random) -> String {
    let mut text: Vec<char> = seed.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(12)).min(text.len());
        match random.below(4) {
            0 => {
                text.drain(at..end);
            }
            1 => {
                let copied = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, copied);
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                text.splice(at..at, piece.chars());
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn seeds_and_their_mutations_hold_every_property() {
    let mut random = Random(1);
    for seed in seeds() {
        properties::hold(&seed);
        for _ in 0..300 {
            properties::hold(&mutated(&seed, &mut random));
        }
    }
}

#[test]
fn every_start_of_a_seed_holds_every_property() {
    for seed in seeds() {
        for (at, _) in seed.char_indices().filter(|(at, _)| at % 3 == 0) {
            properties::hold(&seed[..at]);
        }
    }
}

#[test]
fn random_runs_of_pieces_hold_every_property() {
    let mut random = Random(2);
    for _ in 0..6_000 {
        let text: String = (0..random.below(12))
            .map(|_| PIECES[random.below(PIECES.len())])
            .collect();
        properties::hold(&text);
    }
}

/// One mistake is one error, or nearly: what follows from it is not told beside it.
#[test]
fn a_single_mistake_is_not_told_many_times() {
    let seeds = seeds();
    let seed = seeds
        .iter()
        .find(|seed| seed.starts_with("// The ground."))
        .unwrap();
    let errors = |text: &str| read(text).errors().len();
    assert_eq!(errors(seed), 0);
    for (at, c) in seed.char_indices() {
        let (before, after) = (&seed[..at], &seed[at + c.len_utf8()..]);
        assert!(
            errors(&format!("{before}{after}")) <= 2,
            "without {c:?} at {at}"
        );
        for added in [
            "{", "}", "(", ")", "\"", "=", "#", "\\", "/", "/*", "[", "\"\"\"",
        ] {
            let text = format!("{before}{added}{}", &seed[at..]);
            assert!(
                errors(&text) <= 4,
                "with {added} at {at}: {:?}",
                read(&text).errors()
            );
        }
    }
}

fn read(text: &str) -> Parse {
    parse(FileId(0), Arc::from(text), &Limits::default())
}

/// Nothing here takes longer than its length, or it would not end in a lifetime.
#[test]
fn hostile_texts_take_linear_time() {
    let mut texts: Vec<String> = PIECES.iter().map(|piece| piece.repeat(100_000)).collect();
    texts.extend(
        [
            "a=",
            "a {\n",
            "} ",
            "a \"\n",
            "#\"\"\"\n",
            "/* ",
            "a = ",
            "\\ ",
            "a /**/",
            "(a",
            "a /-{",
            "##a ",
        ]
        .map(|piece| piece.repeat(100_000)),
    );
    texts
        .extend(["a \"x\u{b}", "\"\"\"x \"\"\"\u{b}", "# \u{b}"].map(|piece| piece.repeat(30_000)));
    texts.push("/*".repeat(100_000) + &"*/".repeat(99_999));
    texts.push("a".to_owned() + &" /**/".repeat(100_000) + &" =".repeat(100_000));
    texts.push((1..600).rev().map(|n| "#".repeat(n) + "\"\"\"\n").collect());
    texts.push("a \"\"\"\n".to_owned() + &"  \\\n".repeat(100_000) + "  \"\"\"");
    for text in texts {
        let parse = parse(FileId(0), Arc::from(text.as_str()), &Limits::default());
        assert!(parse.errors().len() <= 1_001, "{}", parse.errors().len());
        assert_eq!(
            parse
                .tree()
                .tokens()
                .map(|(_, range)| range.len())
                .sum::<usize>(),
            text.len()
        );
    }
}

#[test]
fn a_file_that_is_too_long_is_one_error_and_still_whole() {
    let limits = Limits {
        max_bytes: 10,
        ..Limits::default()
    };
    let parse = parse(FileId(0), Arc::from("node { a; b }"), &limits);
    assert_eq!(parse.errors().len(), 1);
    assert!(parse.errors()[0].limit);
    assert_eq!(
        parse
            .tree()
            .tokens()
            .map(|(_, range)| range.len())
            .sum::<usize>(),
        13
    );
    assert_eq!(parse.document().nodes().count(), 0);
}
