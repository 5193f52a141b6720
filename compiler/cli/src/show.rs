//! What commands answer about an estate that lies in any world: for who has neither a terminal nor
//! a disk, as the playground. The same words, pages and documents, as text.

use std::path::Path;

use tenantry_core::{
    Built, Options, Run, compile,
    load::Library,
    world::{Memory, World},
};

use crate::{
    commands::{flows, place, why},
    estate::{self, Reachable},
    exit::Failure,
    render::{Format, style::Look, told::Told},
    report::Sheet as _,
};

/// Why there is no answer, in plain words, with what would help behind it.
pub type Refusal = String;

/// The files of the standard library, as a world in which they lie below `std:`.
pub fn library() -> Memory {
    let files = tenantry_stdlib::FILES.iter();
    Memory::new(files.map(|(path, text)| (format!("std:/{path}"), *text)))
}

/// The same, as the compiler finds names in it.
pub fn standard_library() -> Library {
    estate::library()
}

/// Compiles all environments as far as `tenantry build` does, and keeps why everything is as it
/// is. Nothing is written.
pub fn build(world: &dyn World, options: &Options) -> Built {
    compile::trace(world, estate::library(), &tenantry_targets::all(), options)
}

/// The findings of a run, as `tenantry check --format json` prints them.
pub fn findings(run: &Run) -> String {
    let files = Reachable::new(Path::new("."), &run.sources);
    Told::of(run, &files).render(Format::Json, Look::PLAIN)
}

/// The page of `tenantry flows --html`.
///
/// # Errors
/// There is no cluster of which anything could be told.
pub fn flows(world: &dyn World, options: &Options) -> Result<String, Refusal> {
    told(flows::whole_page(world, options))
}

/// The page of `tenantry place --html`.
///
/// # Errors
/// There is no cluster that could be placed.
pub fn placement(world: &dyn World, options: &Options) -> Result<String, Refusal> {
    told(place::whole_page(world, options))
}

/// Why a line, from 1, of an emitted file is as it is: what `tenantry why FILE:LINE --format json`
/// prints. The file's path is that below the output's folder, with its environment in front.
///
/// # Errors
/// There is no such file or line.
pub fn why(built: &Built, file: &str, line: u32) -> Result<String, Refusal> {
    told(why::of_line(built, file, line))
}

fn told(answer: Result<String, Failure>) -> Result<String, Refusal> {
    answer.map_err(|failure| match failure.help {
        Some(help) => format!("{}: {help}", failure.message),
        None => failure.message,
    })
}

#[cfg(test)]
mod tests {
    use tenantry_core::{Options, world::Memory};

    #[test]
    fn an_estate_that_cannot_be_placed_is_told_in_words() {
        let world = Memory::new([("tenantry.kdl", "estate")]);
        let options = Options::default();
        let refused = super::placement(&world, &options).unwrap_err();
        assert!(refused.contains("no cluster"), "{refused}");
        let refused = super::flows(&world, &options).unwrap_err();
        assert!(refused.contains("no cluster"), "{refused}");
        let built = super::build(&world, &options);
        assert!(super::findings(&built.run).contains("\"findings\": ["));
        assert!(super::why(&built, "a.yaml", 1).is_err());
    }
}
