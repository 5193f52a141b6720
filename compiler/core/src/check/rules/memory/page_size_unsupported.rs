//! Huge pages of a size that the processor does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::Arch,
    units::Bytes,
};

declare_rule! { pub RULE = "page-size-unsupported", Memory, Error, "huge pages of a size that the pool's processor does not have", include_str!("page_size_unsupported.md") }

/// Reports each such entry of a pool's stock.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, pool) in estate.pools.iter() {
        let arch = estate.cpu_models[pool.cpu_model.to].arch.value;
        let sizes = sizes(arch);
        for (size, _) in pool.hugepages() {
            if sizes.contains(&size.value) {
                continue;
            }
            let known: Vec<String> = sizes.iter().map(Bytes::to_string).collect();
            let message = format!(
                "pool `{}` sets aside pages of {}, which {} processors do not have",
                pool.name.value,
                size.value,
                arch.word()
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(size.origin), message)
                    .label("no such page size")
                    .help(format!("huge pages are {}", words::and(&known))),
            );
        }
    }
}

/// The sizes that Linux offers: on amd64 those of the page tables' second and third level, on
/// arm64 those of a kernel with pages of 4 KiB (contiguous ones included).
fn sizes(arch: Arch) -> &'static [Bytes] {
    const AMD64: &[Bytes] = &[Bytes::mib(2), Bytes::gib(1)];
    const ARM64: &[Bytes] = &[Bytes::kib(64), Bytes::mib(2), Bytes::mib(32), Bytes::gib(1)];
    match arch {
        Arch::Amd64 => AMD64,
        Arch::Arm64 => ARM64,
    }
}
