//! Gives the module the stack that threads of the command have; a browser's linker gives one of a
//! sixteenth.

use std::env;

/// Bytes.
const STACK: u32 = 16 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg=-zstack-size={STACK}");
    }
}
