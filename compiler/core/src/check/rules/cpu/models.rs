//! The processor models that QEMU names, in the order in which each maker made them.
//!
//! After QEMU's and libvirt's lists of models (`target/i386/cpu.c`, `src/cpu_map`). A line holds
//! those of which each can do what the ones before it can; models that left their line (Cooper
//! Lake, Snow Ridge, those of desktops) are known by name only.

use crate::{
    diag::nearest::nearest,
    model::{Estate, Pool},
    schema::kinds::Arch,
};

/// A maker's line of server processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Intel,
    Amd,
}

const INTEL: &[&str] = &[
    "Nehalem", "Westmere", "SandyBridge", "IvyBridge", "Haswell", "Broadwell", "Skylake-Server",
    "Cascadelake-Server", "Icelake-Server", "SapphireRapids", "GraniteRapids",
];

const AMD: &[&str] = &["EPYC", "EPYC-Rome", "EPYC-Milan", "EPYC-Genoa", "EPYC-Turin"];

/// What stands in no line, and what is no model and yet understood.
const OTHERS: &[&str] = &[
    "host-model", "host-passthrough", "Cooperlake", "Snowridge", "SierraForest", "Denverton",
    "Skylake-Client", "Icelake-Client", "Conroe", "Penryn", "Opteron_G1", "Opteron_G2",
    "Opteron_G3", "Opteron_G4", "Opteron_G5", "Dhyana", "KnightsMill", "qemu64", "kvm64",
    "qemu32", "kvm32", "max", "base",
];

/// What Proxmox or a user's memory calls one of them.
const FOREIGN: &[(&str, &str)] = &[
    ("host", "host-passthrough"),
    ("passthrough", "host-passthrough"),
    ("Milan", "EPYC-Milan"),
    ("Genoa", "EPYC-Genoa"),
    ("Rome", "EPYC-Rome"),
    ("Sapphire-Rapids", "SapphireRapids"),
    ("Cascadelake", "Cascadelake-Server"),
    ("Icelake", "Icelake-Server"),
    ("Skylake", "Skylake-Server"),
];

/// A feature, and the first of each line that has it; `None` where none does.
type Since = (&'static str, Option<&'static str>, Option<&'static str>);

/// Features that programs are built for and that tell the generations apart.
const FEATURES: &[Since] = &[
    ("vmx", Some("Nehalem"), None),
    ("svm", None, Some("EPYC")),
    ("avx2", Some("Haswell"), Some("EPYC")),
    ("avx512f", Some("Skylake-Server"), Some("EPYC-Genoa")),
    ("avx512vnni", Some("Cascadelake-Server"), Some("EPYC-Genoa")),
    ("avx512-bf16", Some("SapphireRapids"), Some("EPYC-Genoa")),
    ("avx512-fp16", Some("SapphireRapids"), None),
    ("amx-tile", Some("SapphireRapids"), None),
    ("amx-int8", Some("SapphireRapids"), None),
    ("amx-bf16", Some("SapphireRapids"), None),
    ("vaes", Some("Icelake-Server"), Some("EPYC-Milan")),
    ("gfni", Some("Icelake-Server"), Some("EPYC-Genoa")),
    ("la57", Some("Icelake-Server"), Some("EPYC-Genoa")),
    ("sha-ni", Some("Icelake-Server"), Some("EPYC")),
];

fn line(line: Line) -> &'static [&'static str] {
    match line {
        Line::Intel => INTEL,
        Line::Amd => AMD,
    }
}

/// The name without what only says which mitigations it has: `-IBRS`, `-noTSX`, `-v3`.
fn plain(model: &str) -> &str {
    let mut name = model;
    loop {
        let shorter = ["-IBRS", "-IBPB", "-noTSX"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix));
        let version = name
            .rsplit_once("-v")
            .filter(|(_, number)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        match shorter.or(version.map(|(name, _)| name)) {
            Some(shorter) => name = shorter,
            None => return name,
        }
    }
}

/// Where a model stands in its line.
pub(super) fn generation(model: &str) -> Option<(Line, usize)> {
    let name = plain(model);
    [Line::Intel, Line::Amd].into_iter().find_map(|of| {
        let at = line(of).iter().position(|known| *known == name)?;
        Some((of, at))
    })
}

/// Where a pool's processors stand in their line, and the newest model that they can be, where
/// the library or the estate says so.
pub(super) fn known_of<'e>(estate: &'e Estate, pool: &Pool) -> Option<(Line, usize, &'e str)> {
    let model = &estate.cpu_models[pool.cpu_model.to];
    let name = &**model.model.as_ref()?;
    let (line, at) = generation(name)?;
    (model.arch.value == Arch::Amd64).then_some((line, at, name))
}

/// Whether a processor at this place of a line is without a feature: the first of the line that
/// has it, or `None` within for a feature of the other maker alone. `None` where it has it, and
/// for what is not on the list.
pub(super) fn lacks(feature: &str, of: Line, at: usize) -> Option<Option<&'static str>> {
    let (_, intel, amd) = FEATURES.iter().find(|(name, ..)| *name == feature)?;
    let first = match of {
        Line::Intel => *intel,
        Line::Amd => *amd,
    };
    let since = first.and_then(|first| line(of).iter().position(|known| *known == first));
    match since {
        Some(since) if since <= at => None,
        _ => Some(first),
    }
}

/// The model that a name which is none was meant to be, and whether there is no doubt: it differs
/// in capitals only. `None` for a model, and for what resembles none.
pub(super) fn meant(name: &str) -> Option<(&'static str, bool)> {
    let all = || INTEL.iter().chain(AMD).chain(OTHERS).copied();
    let stem = plain(name);
    if all().any(|known| known == stem) {
        return None;
    }
    if let Some(known) = all().find(|known| known.eq_ignore_ascii_case(name)) {
        return Some((known, true));
    }
    let foreign = FOREIGN.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    if let Some((_, known)) = foreign {
        return Some((known, false));
    }
    nearest(name, all()).map(|known| (known, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_with_and_without_its_mitigations() {
        assert_eq!(generation("EPYC-Rome-v2"), Some((Line::Amd, 1)));
        assert_eq!(generation("Haswell-noTSX-IBRS"), Some((Line::Intel, 4)));
        assert_eq!(generation("host-model"), None);
        assert_eq!(meant("Broadwell-noTSX"), None);
        assert_eq!(meant("Cooperlake"), None);
    }

    #[test]
    fn a_feature_is_there_from_a_generation_on() {
        assert_eq!(lacks("avx512f", Line::Amd, 2), Some(Some("EPYC-Genoa")));
        assert_eq!(lacks("avx512f", Line::Amd, 3), None);
        assert_eq!(lacks("amx-tile", Line::Amd, 4), Some(None));
        assert_eq!(lacks("never-heard-of", Line::Intel, 0), None);
    }

    #[test]
    fn another_spelling_is_understood_and_a_stranger_left_alone() {
        assert_eq!(meant("epyc-milan"), Some(("EPYC-Milan", true)));
        assert_eq!(meant("host"), Some(("host-passthrough", false)));
        assert_eq!(meant("DiamondRapids"), None);
    }
}
