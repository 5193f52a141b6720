//! The words for what the engine found: which workloads do not fit on which nodes, why, and what
//! would make them fit. The figures are the engine's; names and units are the spec's.

use tenantry_placement::{
    Answer,
    answer::{Bounds, Explanation, Figures, Form, Measure},
    element::Element,
};
use tenantry_syntax::Span;

use super::{
    Moved, Posed,
    cells::OPEN,
    mend,
    places::{self, lost},
    rules::{
        DOES_NOT_FIT, GUEST_MOVES, PLACEMENT_UNDECIDED, POOL_OVER_CAPACITY, REPLICA_TOO_LARGE,
        SPARE_NOT_COVERED,
    },
};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::{Estate, Workload},
};

/// How many workloads a message names, and how many places beside the first it points at.
const NAMED: usize = 3;
const ALSO: usize = 5;

/// What does not fit. `fails` says whether it would if nothing failed, which is asked where the
/// engine found no smallest reason.
pub(super) fn unfit(
    estate: &Estate,
    posed: &Posed,
    answer: &Answer,
    fails: impl FnOnce() -> bool,
) -> Diagnostic {
    let Some(told) = &answer.explanation else {
        return unexplained(estate, posed, fails());
    };
    let figures = &told.figures;
    let message = format!(
        "{}{}",
        lost(estate, posed, figures),
        sentence(estate, posed, told)
    );
    let fails = told.elements.contains(&Element::Failures);
    let rule = match figures.form {
        _ if fails => &SPARE_NOT_COVERED,
        Form::TooLarge => &REPLICA_TOO_LARGE,
        Form::Sum => &POOL_OVER_CAPACITY,
        _ => &DOES_NOT_FIT,
    };
    let spare = spare(estate, posed, figures).filter(|_| fails);
    let (span, label) = spare.unwrap_or_else(|| blame(estate, posed, told));
    let mut finding = Diagnostic::new(rule, span, message).label(label);
    let mut pointed = vec![span];
    let mut related = places::related(estate, posed, figures);
    if in_cells(told) {
        related.splice(..0, places::topology(estate, posed, figures));
    }
    for (span, text) in related.into_iter().take(ALSO) {
        if !pointed.contains(&span) {
            pointed.push(span);
            finding = finding.also(span, text);
        }
    }
    finding
        .why(why(estate, posed, told))
        .help(mend::words(estate, posed, &answer.mends, fails))
}

/// What the engine could not decide.
pub(super) fn undecided(estate: &Estate, posed: &Posed, answer: &Answer) -> Diagnostic {
    let name = &estate.clusters[posed.cluster].name.value;
    let (replicas, nodes) = (posed.problem.replicas(), posed.problem.nodes());
    let message = format!(
        "it is open whether all {} of cluster `{name}` fit on its {}",
        words::count(replicas, "replica"),
        words::count(nodes, "node")
    );
    let band = answer.bounds.as_ref().map(|bounds| band(posed, bounds));
    let at = answer
        .bounds
        .as_ref()
        .and_then(|bounds| posed.workload(&bounds.workload));
    let span = at.map_or(estate.clusters[posed.cluster].spec.meta.span, |id| {
        count(estate, &estate.workloads[id])
    });
    let tried = (!answer.tried.is_empty()).then(|| format!("tried: {}", answer.tried.join("; ")));
    let why = band.into_iter().chain(tried).collect::<Vec<_>>().join("; ");
    Diagnostic::new(&PLACEMENT_UNDECIDED, span, message)
        .label("neither a place for each was found nor a proof that there is none")
        .maybe_why(Some(why).filter(|why| !why.is_empty()))
        .help(if answer.tried.iter().any(|tried| tried == OPEN) {
            "leave as much room in each NUMA cell as the system keeps of the node (`reserve cpu=`)"
        } else {
            "leave some room: it is nearly full. `--limit placement-steps=N` looks longer"
        })
}

/// What stands on another machine than before, one finding for each workload.
pub(super) fn moved(estate: &Estate, moves: &[Moved]) -> Findings {
    let mut findings = Findings::new();
    for group in moves.chunk_by(|one, other| one.workload == other.workload) {
        let Some(first) = group.first() else {
            continue;
        };
        let workload = &estate.workloads[first.workload];
        let each = group.iter().map(|moved| {
            format!(
                "replica {} from `{}` to `{}`",
                moved.index, moved.from, moved.to
            )
        });
        let each: Vec<String> = each.take(NAMED).collect();
        let more = group.len() - each.len();
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        let message = format!("`{}` moves: {}{more}", workload.path, words::and(&each));
        findings.push(
            Diagnostic::new(&GUEST_MOVES, workload.spec.meta.span, message)
                .label("stands elsewhere than before")
                .why("where it stood it has no place any more: the machine is gone, the spec rules it out, or others need the room; as few move as can")
                .help(format!("move it before you apply this; or, to keep it there, write `on … node={}`", first.from)),
        );
    }
    findings
}

fn band(posed: &Posed, bounds: &Bounds) -> String {
    let asked = posed
        .problem
        .workloads
        .iter()
        .find(|w| w.name == bounds.workload);
    let asked = asked.map_or(0, |workload| workload.replicas);
    format!(
        "of `{}` {} fit for certain and more than {} do not, and there shall be {asked}",
        bounds.workload, bounds.fits, bounds.at_most
    )
}

/// Where there is no more to say than that it does not fit.
fn unexplained(estate: &Estate, posed: &Posed, fails: bool) -> Diagnostic {
    let cluster = &estate.clusters[posed.cluster];
    let (rule, when) = match fails {
        true => (&SPARE_NOT_COVERED, " when as many fail as its pools say"),
        false => (&DOES_NOT_FIT, ""),
    };
    let message = format!(
        "the {} of cluster `{}` do not all fit on its {}{when}",
        words::count(posed.problem.replicas(), "replica"),
        cluster.name.value,
        words::count(posed.problem.nodes(), "node")
    );
    Diagnostic::new(rule, cluster.spec.meta.span, message)
        .label("no way to place them all")
        .why("which part of them is too much was not found; the last ones would wait for ever")
        .help("add nodes, or ask for less")
}

/// The sentence with the figures.
pub(super) fn sentence(estate: &Estate, posed: &Posed, told: &Explanation) -> String {
    let figures = &told.figures;
    let (who, several) = who(figures);
    let place = places::all(estate, posed, figures);
    let amount = |number: Option<u64>| number.map(|number| measured(posed, figures, number));
    let (asked, has) = (amount(figures.asked), amount(figures.has));
    match (figures.form, asked, has) {
        (Form::NotAdmitted, ..) => format!("no node admits {who}"),
        (Form::TooLarge, Some(asked), Some(has)) if in_cells(told) => {
            format!(
                "one replica of {who} takes {asked} in one NUMA cell, and the largest cell for it has {has}"
            )
        }
        (Form::TooLarge, Some(asked), Some(has)) => {
            format!("one replica of {who} takes {asked}, and the largest node for it has {has}")
        }
        (Form::Sum, Some(asked), Some(has)) => {
            let ask = if several { "ask" } else { "asks" };
            format!("{who} {ask} for {asked}, and {place} has {has}")
        }
        (Form::Count, Some(asked), Some(_)) if figures.measure == Measure::Replicas => {
            let have = if several { "have" } else { "shall have" };
            let together = if several { " together" } else { "" };
            let has = figures.has.unwrap_or(0);
            let fit = if has == 1 { "fits" } else { "fit" };
            format!("{who} {have} {asked}{together}, and {has} {fit} on {place}")
        }
        (Form::Remainder, Some(asked), Some(has)) => {
            let ask = if several { "ask" } else { "asks" };
            format!(
                "{who} {ask} for {asked}, and of what {place} has no more than {has} can be used"
            )
        }
        (Form::Apart, Some(asked), Some(has)) => {
            format!("{who} shall stand apart: {asked}, and {place} has room for {has}")
        }
        (Form::Dedicated, Some(asked), Some(has)) => {
            format!("tenants that share no nodes need {asked} of {place}, and there are {has}")
        }
        (Form::Count | Form::Spread | Form::United, Some(asked), Some(has)) => {
            format!("the {asked} of {who} do not all fit on {place}, which has room for {has}")
        }
        _ => {
            let replicas: u64 = figures
                .workloads
                .iter()
                .map(|w| u64::from(w.replicas))
                .sum();
            let replicas = words::count(replicas, "replica");
            format!("the {replicas} of {who} do not all fit on {place}")
        }
    }
}

/// Whether it is for the NUMA cells of the nodes that it does not fit.
fn in_cells(told: &Explanation) -> bool {
    told.elements.contains(&Element::Numa)
}

/// An amount of what the figures count.
pub(super) fn measured(posed: &Posed, figures: &Figures, number: u64) -> String {
    match (figures.measure, &figures.resource) {
        (Measure::Resource, Some(resource)) => posed.amount(resource, number),
        (Measure::Nodes, _) => words::count(number, "node"),
        (Measure::Racks, _) => words::count(number, "rack"),
        (Measure::Zones, _) => words::count(number, "zone"),
        (Measure::Points, _) => words::count(number, "point"),
        (Measure::Replicas | Measure::Resource, _) => words::count(number, "replica"),
    }
}

/// Who asks, and whether they are several.
fn who(figures: &Figures) -> (String, bool) {
    let names: Vec<&str> = figures
        .workloads
        .iter()
        .map(|asks| asks.workload.as_str())
        .collect();
    match names.as_slice() {
        [] => ("what runs there".to_owned(), false),
        few if few.len() <= NAMED => (words::names(few), few.len() > 1),
        many => {
            let mut named: Vec<String> = many
                .iter()
                .take(2)
                .map(|name| format!("`{name}`"))
                .collect();
            named.push(words::count(many.len() as u64 - 2, "other workload"));
            (words::and(&named), true)
        }
    }
}

/// The `spare` of the pool of which something is lost.
fn spare(estate: &Estate, posed: &Posed, figures: &Figures) -> Option<(Span, String)> {
    let lost = figures.lost.first()?;
    let pool = &estate.pools[posed.part(&lost.pool)?.pool];
    let spare = pool.spec.spare.first()?;
    Some((
        spare.meta.span,
        "promises that all still runs then".to_owned(),
    ))
}

/// The smallest thing that is to blame: the line of the only workload, else the pool.
fn blame(estate: &Estate, posed: &Posed, told: &Explanation) -> (Span, String) {
    let figures = &told.figures;
    let workloads: Vec<_> = figures.workloads.iter().collect();
    if let [only] = workloads.as_slice()
        && let Some(id) = posed.workload(&only.workload)
    {
        let workload = &estate.workloads[id];
        let label = match figures.form {
            Form::NotAdmitted => "no such node".to_owned(),
            Form::TooLarge if in_cells(told) => "fits no NUMA cell".to_owned(),
            Form::TooLarge => "fits no node".to_owned(),
            _ => words::count(only.replicas, "replica"),
        };
        return (line(estate, workload, figures), label);
    }
    let place = figures
        .places
        .first()
        .and_then(|place| posed.part(&place.pool));
    match place {
        Some(part) => {
            let pool = &estate.pools[part.pool];
            (
                places::at(pool),
                words::count(pool.nodes.len() as u64, "node"),
            )
        }
        None => (
            estate.clusters[posed.cluster].spec.meta.span,
            "does not hold them all".to_owned(),
        ),
    }
}

/// The line of a workload that asks for what is short.
fn line(estate: &Estate, workload: &Workload, figures: &Figures) -> Span {
    let spec = &workload.spec;
    let on = spec.on.as_ref();
    let rule = match figures.form {
        Form::NotAdmitted => on.map(|on| on.meta.span),
        Form::Spread => on
            .and_then(|on| on.spread.first())
            .map(|spread| spread.meta.span),
        Form::Apart => on
            .and_then(|on| on.apart.as_ref())
            .map(|apart| apart.meta.span),
        Form::United => on
            .and_then(|on| on.together.as_ref())
            .map(|near| near.meta.span),
        _ => None,
    };
    let resource = figures.resource.as_deref().unwrap_or_default();
    let asks = if resource.starts_with("gpu/") || resource.starts_with("slice/") {
        workload.gpus.first().map(|gpu| gpu.spec.meta.span)
    } else if figures.form == Form::TooLarge && matches!(resource, "cpu" | "dedicated-cpu") {
        spec.cpu.as_ref().map(|cpu| cpu.meta.span)
    } else if figures.form == Form::TooLarge {
        spec.memory.as_ref().map(|memory| memory.meta.span)
    } else {
        None
    };
    rule.or(asks).unwrap_or_else(|| count(estate, workload))
}

/// Where a workload says how many there are.
pub(super) fn count(estate: &Estate, workload: &Workload) -> Span {
    let spec = &workload.spec;
    let replicas = spec.replicas.as_ref().map(|replicas| replicas.meta.span);
    let scale = spec.scale.as_ref().map(|scale| scale.meta.span);
    let said = replicas.or(scale).filter(|span| *span != Span::default());
    said.unwrap_or_else(|| estate.span(spec.meta.origin))
}

/// Why it is so, where that is no matter of the figures alone.
fn why(estate: &Estate, posed: &Posed, told: &Explanation) -> String {
    let figures = &told.figures;
    let mut each = places::each(estate, posed, figures);
    let mut wait = "the last ones would wait for ever";
    let cells = in_cells(told);
    if cells {
        let within = "each lies in one NUMA cell of its node";
        each = Some(each.map_or(within.to_owned(), |each| format!("{within}; {each}")));
        wait = "the scheduler knows nothing of cells, and the kubelet refuses the last ones again and again (`TopologyAffinityError`)";
    }
    let mut text = match figures.form {
        Form::NotAdmitted => "it would wait for such a node for ever: labels, zones and taints of its pools leave none".to_owned(),
        Form::TooLarge if cells => "the scheduler knows nothing of cells: it picks a node by the sum, and the kubelet there refuses the pod, again and again (`TopologyAffinityError`)".to_owned(),
        Form::TooLarge => "it would wait for ever, however many nodes there are".to_owned(),
        Form::Sum | Form::Count | Form::Dedicated => format!("{}{wait}", before(&each)),
        Form::Remainder | Form::Prices => format!(
            "{}by the sum they would fit, but each node is left with a rest that nobody can use; {wait}",
            before(&each)
        ),
        Form::Apart => format!("no two of them may share a place; {wait}"),
        Form::Spread => format!("an empty place holds all others down to its skew; {wait}"),
        Form::United => format!("they must share one place, and no place has room for all; {wait}"),
        Form::Search => format!("{}all ways to place them were tried; {wait}", before(&each)),
    };
    if !told.minimal {
        text += "; that all of these are needed for it was not shown";
    }
    text
}

fn before(each: &Option<String>) -> String {
    each.as_ref()
        .map_or(String::new(), |each| format!("{each}; "))
}
