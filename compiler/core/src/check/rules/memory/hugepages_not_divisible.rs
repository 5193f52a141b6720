//! An amount of memory is no multiple of the huge pages that it shall be made of.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Bytes,
};

declare_rule! { pub RULE = "hugepages-not-divisible", Memory, Error, "an amount of memory that is no multiple of its page size", include_str!("hugepages_not_divisible.md"); fixable; refused_by = KubeVirt }

/// Reports workloads whose memory, and pools whose stock, does not come out in whole pages.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let Some(memory) = &workload.spec.memory else {
            continue;
        };
        if let Some(page) = &memory.hugepages {
            let who = format!("`{}` takes", workload.path);
            let size = (memory.size.value, estate.span(memory.size.origin));
            let edit = subject.rewritable(memory.size.origin);
            let uneven = uneven(&who, size, (page.value, estate.span(page.origin)));
            findings.extend(uneven.map(|(finding, up)| match (edit, up) {
                (Some(at), Some(up)) => finding.fix(format!("write \"{up}\""), vec![(at, format!("\"{up}\""))]),
                _ => finding,
            }));
        }
    }
    for (_, pool) in estate.pools.iter() {
        for (page, total) in pool.hugepages() {
            let who = format!("a node of pool `{}` sets aside", pool.name.value);
            let size = (total.value, estate.span(total.origin));
            let uneven = uneven(&who, size, (page.value, estate.span(page.origin)));
            findings.extend(uneven.map(|(finding, _)| finding));
        }
    }
}

/// The finding, and the next amount that comes out in whole pages.
fn uneven(
    who: &str,
    size: (Bytes, Span),
    page: (Bytes, Span),
) -> Option<(Diagnostic, Option<Bytes>)> {
    let ((size, at), (page, page_at)) = (size, page);
    if size.div_exact(page).is_some() {
        return None;
    }
    let pages = size.div_ceil(page);
    let up = pages.and_then(|pages| page.checked_mul(pages));
    let down = pages.and_then(|pages| page.checked_mul(pages.saturating_sub(1)));
    let finding = Diagnostic::new(&RULE, at, format!("{who} {size}, which is no whole number of {page} pages"))
        .label(format!("not a multiple of {page}"))
        .also(page_at, "the page size")
        .why("huge pages are given out whole");
    let finding = match (down.filter(|down| !down.is_zero()), up) {
        (Some(down), Some(up)) => finding.help(format!("write \"{down}\" or \"{up}\"")),
        (None, Some(up)) => finding.help(format!("write \"{up}\", or a smaller page size")),
        _ => finding.help("write a page size that is not 0"),
    };
    Some((finding, up))
}
