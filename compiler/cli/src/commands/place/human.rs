//! Placements for people.

use tenantry_core::{diag::Level, place::PLANNED, units::Percent};
use tenantry_placement::{
    Verdict,
    headroom::Headroom,
    problem::Pool,
    usage::{Group, Measure, Taken},
};

use super::{
    case::{Case, Drawing, Drawn, Hall, Moved},
    words,
};
use crate::render::{style::Look, visible};

/// How much of what moves is listed.
const MOVES: usize = 20;
/// Cells of a bar.
const BAR: u64 = 10;

/// All cases, one below the other.
pub(super) fn render(cases: &[Case], nodes: bool, look: Look) -> String {
    let texts: Vec<String> = cases.iter().map(|case| one(case, nodes, look)).collect();
    texts.join("\n")
}

fn one(case: &Case, nodes: bool, look: Look) -> String {
    let mut out = head(case, look);
    let line = |out: &mut String, first: &str, text: &str| {
        *out += &look.wrap(&visible(text), first, "    ");
        out.push('\n');
    };
    if let Some(reason) = &case.answer.explanation {
        line(&mut out, "  ", &sentence(&case.reason(reason)));
        if !reason.minimal {
            line(
                &mut out,
                "  ",
                "Not every part of this reason was shown to be needed.",
            );
        }
    }
    for (at, mend) in case.answer.mends.iter().enumerate() {
        let first = if at == 0 {
            "  to mend it: "
        } else {
            "          or: "
        };
        line(&mut out, first, &words::mend(case, mend));
    }
    if let Some(band) = words::band(&case.answer) {
        line(&mut out, "  ", &sentence(&band));
    }
    if case.answer.verdict == Verdict::Undecided && !case.answer.tried.is_empty() {
        let tried = case.answer.tried.join("; ");
        line(&mut out, "  ", &format!("What was tried: {tried}."));
    }
    if case.answer.verdict == Verdict::Feasible {
        for failures in &case.problem().failures {
            line(&mut out, "  ", &sentence(&words::failures(case, failures)));
        }
    }
    for text in moves(case) {
        line(&mut out, "  ", &text);
    }
    if let Some(drawn) = &case.drawn {
        if let Some(note) = note(&drawn.of) {
            line(&mut out, "\n  ", &note);
        }
        for hall in &drawn.halls {
            out += &pool(case, drawn, hall, nodes, look);
        }
    }
    out
}

/// What is not as the build before had chosen it: machines, numbers and addresses.
fn moves(case: &Case) -> Vec<String> {
    let moves = case.moves.iter();
    let moves =
        moves.map(|Moved { replica, from, to }| format!("moves: `{replica}` from {from} to {to}"));
    let others = case.renumbered.iter();
    let others = others.map(|other| format!("changes: {}", other.sentence()));
    let all: Vec<String> = moves.chain(others).collect();
    let more = all.len().saturating_sub(MOVES);
    let mut shown: Vec<String> = all.into_iter().take(MOVES).collect();
    if more > 0 {
        shown.push(format!("and {more} more; --format json has them all"));
    }
    shown
}

/// The verdict.
fn head(case: &Case, look: Look) -> String {
    let problem = case.problem();
    let verdict = words::verdict(case.answer.verdict);
    let verdict = match case.answer.verdict {
        Verdict::Feasible => look.good(verdict),
        Verdict::Infeasible => look.level(verdict, Level::Error),
        Verdict::Undecided => look.level(verdict, Level::Warn),
    };
    let nodes = problem.nodes();
    let s = if nodes == 1 { "" } else { "s" };
    let sizes = format!("{} on {nodes} node{s}", words::replicas(problem.replicas()));
    let mut out = format!(
        "{}: {verdict}, {sizes}\n",
        look.strong(&visible(&case.title()))
    );
    if !case.changes.is_empty() {
        let changes: Vec<String> = case.changes.iter().map(ToString::to_string).collect();
        out += &look.wrap(&visible(&words::listed(&changes)), "  what if: ", "    ");
        out.push('\n');
    }
    out
}

/// What is drawn where it is not all.
pub(super) fn note(of: &Drawing) -> Option<String> {
    match of {
        Drawing::Whole => None,
        Drawing::UntilFailure => {
            Some("As long as nothing fails everything fits, and is shown so:".to_owned())
        }
        Drawing::Fewer(left_out) => {
            let all: Vec<String> = left_out
                .iter()
                .map(|out| format!("{} of {} of `{}`", out.stand, out.of, out.workload))
                .collect();
            let all = words::listed(&all);
            Some(format!("As much as fits is shown, with {all}:"))
        }
    }
}

fn pool(case: &Case, drawn: &Drawn, hall: &Hall, nodes: bool, look: Look) -> String {
    let s = if hall.nodes == 1 { "" } else { "s" };
    let mut out = format!(
        "\n  {}  {} node{s}, {}\n",
        look.strong(&visible(&hall.name)),
        hall.nodes,
        words::replicas(hall.replicas)
    );
    if hall.replicas == 0 {
        out += &look.faint("    nothing stands there but what runs on every node\n");
        return out;
    }
    out += &measures(case, hall, look);
    for headroom in headroom_of(case, drawn, hall) {
        let text = room(case, headroom);
        out += &look.wrap(&visible(&text), "    ", "      ");
        out.push('\n');
    }
    if nodes {
        out += &standing(case, drawn, hall, look);
    }
    out
}

/// A line of the table.
struct Row {
    name: String,
    taken: String,
    all: Taken,
    fullest: Option<u64>,
}

/// What a pool is planned by: GPUs and huge pages are there to be taken whole.
const AIMED: [&str; 2] = ["cpu", "memory"];

/// How much of each measure is taken, in columns.
fn measures(case: &Case, hall: &Hall, look: Look) -> String {
    let groups: usize = hall.parts.iter().map(|part| part.groups.len()).sum();
    let row = |(measure, all, fullest): &(Measure, Taken, Option<u64>)| {
        let name = measure.name();
        Row {
            name: visible(name),
            taken: format!("{}{}", of(case, name, *all), case.units.unit(name)),
            all: *all,
            fullest: *fullest,
        }
    };
    let rows: Vec<Row> = hall.totals.iter().map(row).collect();
    let width = |of: fn(&Row) -> &String| {
        let widths = rows.iter().map(|row| of(row).chars().count());
        widths.max().unwrap_or(0)
    };
    let (names, amounts) = (width(|row| &row.name), width(|row| &row.taken));
    let fill = case.names.fill.get(&hall.name).copied().unwrap_or(PLANNED);
    let mut out = String::new();
    for Row {
        name,
        taken,
        all,
        fullest,
    } in &rows
    {
        let bar = bar(all.percent().unwrap_or(0));
        let percent = words::percent(*all);
        let fullest = match fullest {
            Some(fullest) if groups > 1 => look.faint(&format!("  fullest node {fullest} %")),
            _ => String::new(),
        };
        let aim = match above(*all, fill) && AIMED.contains(&name.as_str()) {
            true => format!(
                "  above the {} to aim at",
                fill.to_string().replace('%', " %")
            ),
            false => String::new(),
        };
        out +=
            &format!("    {name:names$}  {taken:>amounts$}  {percent:>5}  {bar}{fullest}{aim}\n");
    }
    out
}

/// Whether more than that part is taken, to the last share.
fn above(taken: Taken, fill: Percent) -> bool {
    taken.taken.saturating_mul(100_000) > taken.has.saturating_mul(fill.as_thousandths().into())
}

/// `12 of 32`.
pub(super) fn of(case: &Case, name: &str, taken: Taken) -> String {
    let (asked, has) = (taken.units(), taken.units_of());
    format!(
        "{} of {}",
        case.units.amount(name, asked),
        case.units.amount(name, has)
    )
}

fn bar(percent: u64) -> String {
    // What is taken shows, and what is full is full.
    let full = (percent.min(100) * BAR / 100).max(u64::from(percent > 0));
    (0..BAR)
        .map(|at| if at < full { '█' } else { '░' })
        .collect()
}

/// The headroom of the workloads of which the first replica stands here.
fn headroom_of<'c>(
    case: &'c Case,
    drawn: &'c Drawn,
    hall: &'c Hall,
) -> impl Iterator<Item = &'c Headroom> {
    let stands = |hall: &Hall, workload: usize| {
        let mut groups = hall.parts.iter().flat_map(|part| &part.groups);
        groups.any(|group| group.pods.contains_key(&workload))
    };
    case.headroom.iter().filter(move |headroom| {
        let mut halls = drawn.halls.iter();
        let first = halls.find(|hall| stands(hall, headroom.workload));
        first.is_some_and(|first| first.name == hall.name)
    })
}

/// Room for more of a workload, and what bounds it.
fn room(case: &Case, headroom: &Headroom) -> String {
    let workload = case.problem().workloads.get(headroom.workload);
    let name = workload.map_or("?", |workload| workload.name.as_str());
    if headroom.unbounded {
        return format!("room for as many more `{name}` as one likes");
    }
    let more = match (headroom.more, headroom.is_exact()) {
        (0, true) => format!("no room for another `{name}`"),
        (more, true) => format!("room for {more} more `{name}`"),
        (0, false) => format!("whether another `{name}` fits is undecided"),
        (more, false) => format!("room for {more} more `{name}` at least"),
    };
    match words::limits(headroom).as_slice() {
        [] if headroom.is_exact() => format!("{more}; several limits stand in the way together"),
        [] => more,
        [one] => format!("{more}; the next limit is {one}"),
        several => format!("{more}; the next limits are {}", words::listed(several)),
    }
}

/// Who stands on which node.
fn standing(case: &Case, drawn: &Drawn, hall: &Hall, look: Look) -> String {
    let groups = hall.parts.iter().flat_map(|part| {
        let spec = drawn.problem.pools.get(part.pool);
        part.groups
            .iter()
            .filter_map(move |group| Some((spec?, group)))
    });
    let rows: Vec<(String, String)> = groups
        .map(|(spec, group)| (called(case, spec, group), pods(drawn, group)))
        .collect();
    let width = rows
        .iter()
        .map(|row| row.0.chars().count())
        .max()
        .unwrap_or(0)
        .min(40);
    let mut out = String::new();
    for (name, pods) in rows {
        let first = format!("    {:width$}  ", visible(&name));
        let rest = " ".repeat(width + 6);
        let pods = if pods.is_empty() {
            look.faint("nothing")
        } else {
            visible(&pods).replace(" × ", "\u{a0}×\u{a0}")
        };
        // A number stays with what it is of.
        out += &look.wrap(&pods, &first, &rest).replace('\u{a0}', " ");
        out.push('\n');
    }
    out
}

/// `2 × acme.trainer, 1 × acme.api`.
pub(super) fn pods(drawn: &Drawn, group: &Group) -> String {
    let each = group.pods.iter().filter_map(|(at, count)| {
        let workload = drawn.problem.workloads.get(*at)?;
        Some(format!("{count} × {}", workload.name))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// The nodes of a group: `gpu-0 to gpu-3, gpu-7`, or how many they are.
pub(super) fn called(case: &Case, spec: &Pool, group: &Group) -> String {
    if group.at.is_empty() {
        let s = if group.nodes == 1 { "" } else { "s" };
        return format!("{} node{s}", group.nodes);
    }
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for at in &group.at {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *at => *last = *at,
            _ => runs.push((*at, *at)),
        }
    }
    let name = |at| case.node(spec, at);
    let runs = runs.into_iter().map(|(first, last)| match last - first {
        0 => name(first),
        1 => format!("{}, {}", name(first), name(last)),
        _ => format!("{} to {}", name(first), name(last)),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// Words as a sentence: with a capital and a full stop.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let mut text: String = chars
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    text.extend(chars);
    if !text.ends_with(['.', ':', '!', '?']) {
        text.push('.');
    }
    text
}
