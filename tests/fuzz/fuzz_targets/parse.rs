//! Any text: no panic, every byte in one token, errors inside, formatting settles.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../../compiler/syntax/tests/properties/mod.rs"]
mod properties;

fuzz_target!(|text: &str| properties::hold(text));
