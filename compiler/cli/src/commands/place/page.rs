//! Placements as a page: a heat map of pools, nodes and NUMA cells, whole in one file, with
//! nothing to fetch. Without its script it shows everything but the switches.

mod map;
mod scenes;

use std::collections::{BTreeMap, BTreeSet};

use tenantry_placement::{Verdict, usage::Taken};

use super::{
    case::{Case, Drawn},
    human::{self, sentence},
    words,
};
use crate::render::html::{self, Frame, Html};

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
/// What the ids of cases begin with.
const ID: &str = "case";

/// The page of all cases.
pub(super) fn render(cases: &[Case]) -> String {
    let frame = Frame {
        heading: "Placement",
        parts: "Clusters",
        id: ID,
        footer: "Made by tenantry place. A node's colour is the percentage of a resource that is taken, rounded down; 100 % is full to the last unit.",
    };
    html::page(&title(cases), STYLE, SCRIPT, |html| {
        let link = |html: &mut Html, at: usize| {
            badge(html, cases[at].answer.verdict);
            html.text(&format!(" {}", cases[at].title()));
        };
        let part = |html: &mut Html, at: usize| article(html, at, &cases[at]);
        frame.around(html, cases.len(), link, part);
    })
}

fn title(cases: &[Case]) -> String {
    match cases {
        [only] => format!("Placement of {}", only.title()),
        _ => "Placement".to_owned(),
    }
}

/// The verdict, as a sign, a word and a colour.
fn badge(html: &mut Html, verdict: Verdict) {
    let (class, sign) = match verdict {
        Verdict::Feasible => ("badge fits", "✓"),
        Verdict::Infeasible => ("badge lacks", "✕"),
        Verdict::Undecided => ("badge open", "?"),
    };
    html.within("span", &[("class", class)], |html| {
        html.within("span", &[("aria-hidden", "true")], |html| html.text(sign));
        html.text(&format!(" {}", words::verdict(verdict)));
    });
}

fn article(html: &mut Html, at: usize, case: &Case) {
    let id = format!("{ID}{at}");
    let heading = format!("{id}-title");
    html.within(
        "article",
        &[("id", &id), ("aria-labelledby", &heading)],
        |html| {
            html.within("h2", &[("id", &heading)], |html| {
                html.text(&case.title());
                html.text(" ");
                badge(html, case.answer.verdict);
            });
            changes(html, case);
            figures(html, case);
            reason(html, case);
            promises(html, case);
            moves(html, case);
            let Some(drawn) = &case.drawn else {
                html.within("p", &[("class", "note")], |html| {
                    html.text("There is no placement to draw: no part of it that fits was found.");
                });
                return;
            };
            if let Some(note) = human::note(&drawn.of) {
                html.within("p", &[("class", "note")], |html| html.words(&note));
            }
            let measures = measures(drawn);
            controls(html, &id, case, drawn, &measures);
            for at in 0..drawn.halls.len() {
                map::pool(html, &id, case, drawn, at, &measures);
            }
            headroom(html, case);
            scenes::data(html, case, drawn, &measures);
        },
    );
    html.raw("\n");
}

fn changes(html: &mut Html, case: &Case) {
    if case.changes.is_empty() {
        return;
    }
    let changes: Vec<String> = case.changes.iter().map(ToString::to_string).collect();
    html.within("p", &[("class", "note")], |html| {
        html.words(&format!("What if: {}.", words::listed(&changes)));
    });
}

/// The sizes at a glance.
fn figures(html: &mut Html, case: &Case) {
    let problem = case.problem();
    let asked = problem.replicas();
    let halls = case
        .drawn
        .as_ref()
        .map_or(problem.pools.len(), |drawn| drawn.halls.len());
    let mut all = vec![
        (halls.to_string(), "pools"),
        (problem.nodes().to_string(), "nodes"),
        (asked.to_string(), "replicas asked for"),
    ];
    if let Some(drawn) = &case.drawn {
        let stand: u64 = drawn.halls.iter().map(|hall| hall.replicas).sum();
        all.push((stand.to_string(), "stand"));
        if stand < asked {
            all.push(((asked - stand).to_string(), "left out"));
        }
    }
    html.within("dl", &[("class", "figures")], |html| {
        for (figure, what) in all {
            html.within("div", &[], |html| {
                html.within("dt", &[], |html| html.text(what));
                html.within("dd", &[], |html| html.text(&figure));
            });
        }
    });
}

/// Why not, and what to do; or how far it was decided.
fn reason(html: &mut Html, case: &Case) {
    let answer = &case.answer;
    if let Some(reason) = &answer.explanation {
        html.within("section", &[("class", "reason")], |html| {
            html.within("h3", &[], |html| html.text("Why it does not fit"));
            html.within("p", &[], |html| html.words(&sentence(&case.reason(reason))));
            if !reason.elements.is_empty() {
                let words = if reason.minimal {
                    "These stand against each other; without any one of them the rest would fit:"
                } else {
                    "These stand against each other; not each was shown to be needed:"
                };
                html.within("p", &[], |html| html.text(words));
                html.within("ul", &[("class", "parts")], |html| {
                    for element in &reason.elements {
                        html.within("li", &[], |html| html.words(&words::element_words(element)));
                    }
                });
            }
        });
    }
    if !answer.mends.is_empty() {
        html.within("section", &[("class", "mends")], |html| {
            html.within("h3", &[], |html| html.text("What would mend it"));
            html.within("ul", &[], |html| {
                for mend in &answer.mends {
                    let mend = sentence(&words::mend(case, mend));
                    html.within("li", &[], |html| html.words(&mend));
                }
            });
        });
    }
    if answer.verdict == Verdict::Undecided {
        html.within("section", &[("class", "reason")], |html| {
            html.within("h3", &[], |html| html.text("What is open"));
            if let Some(band) = words::band(answer) {
                html.within("p", &[], |html| html.words(&sentence(&band)));
            }
            html.within("ul", &[], |html| {
                for tried in &answer.tried {
                    html.within("li", &[], |html| html.text(tried));
                }
            });
        });
    }
}

/// What may fail with all of it still standing.
fn promises(html: &mut Html, case: &Case) {
    let failures = &case.problem().failures;
    if failures.is_empty() || case.answer.verdict != Verdict::Feasible {
        return;
    }
    html.within("ul", &[("class", "promises")], |html| {
        for failures in failures {
            let words = sentence(&words::failures(case, failures));
            html.within("li", &[], |html| html.words(&words));
        }
    });
}

/// What stands elsewhere than before.
fn moves(html: &mut Html, case: &Case) {
    if case.moves.is_empty() && case.renumbered.is_empty() {
        return;
    }
    html.within("section", &[("class", "moves")], |html| {
        html.within("h3", &[], |html| html.text("What moves"));
        html.within("ul", &[], |html| {
            for moved in &case.moves {
                let words = format!("`{}` from {} to {}", moved.replica, moved.from, moved.to);
                html.within("li", &[], |html| html.words(&words));
            }
            for other in &case.renumbered {
                html.within("li", &[], |html| html.words(&other.sentence()));
            }
        });
    });
}

/// Every measure of any pool, in order; its place is what the script knows it by.
fn measures(drawn: &Drawn) -> BTreeMap<String, usize> {
    let totals = drawn.halls.iter().flat_map(|hall| &hall.totals);
    let names: BTreeSet<String> = totals
        .map(|(measure, ..)| measure.name().to_owned())
        .collect();
    names.into_iter().zip(0..).collect()
}

/// The switches of what is shown, and the scale of the colours.
fn controls(
    html: &mut Html,
    id: &str,
    case: &Case,
    drawn: &Drawn,
    measures: &BTreeMap<String, usize>,
) {
    html.within("div", &[("class", "controls")], |html| {
        html.within("fieldset", &[("class", "switch scripted")], |html| {
            html.within("legend", &[], |html| html.text("Colour by"));
            let name = format!("{id}-by");
            radio(html, &name, "max", "fullest", true);
            for (measure, at) in measures {
                radio(html, &name, &at.to_string(), measure, false);
            }
        });
        scenes::choice(html, id, case, drawn);
        html.within(
            "div",
            &[("class", "legend"), ("aria-hidden", "true")],
            |html| {
                html.within("span", &[], |html| html.text("empty"));
                for step in 0..=map::FULL {
                    html.within("i", &[("class", &format!("h{step}"))], |_| {});
                }
                html.within("span", &[], |html| html.text("full"));
            },
        );
        if drawn.halls.iter().any(|hall| map::owned(case, drawn, hall)) {
            html.within("span", &[("class", "legend")], |html| {
                html.within("b", &[("class", "frame")], |_| {});
                html.within("span", &[], |html| {
                    html.text("framed: shared with nobody else");
                });
            });
        }
    });
}

fn radio(html: &mut Html, name: &str, value: &str, label: &str, checked: bool) {
    html.within("label", &[], |html| {
        let mut attributes = vec![
            ("type", "radio"),
            ("name", name),
            ("value", value),
            ("data-name", label),
        ];
        if checked {
            attributes.push(("checked", "checked"));
        }
        html.empty("input", &attributes);
        html.within("span", &[], |html| html.text(label));
    });
}

/// How many more fit.
fn headroom(html: &mut Html, case: &Case) {
    if case.headroom.is_empty() {
        return;
    }
    html.within("section", &[("class", "headroom wide")], |html| {
        html.within("h3", &[], |html| html.text("How many more fit"));
        html.within("table", &[], |html| {
            html.within("caption", &[], |html| {
                html.text("Each workload for itself, everything else standing");
            });
            html.within("thead", &[], |html| {
                html.within("tr", &[], |html| {
                    for (name, class) in [
                        ("Workload", ""),
                        ("Replicas", "number"),
                        ("More", "number"),
                        ("What runs out next", ""),
                    ] {
                        let column = [("scope", "col"), ("class", class)];
                        html.within("th", &column, |html| html.text(name));
                    }
                });
            });
            html.within("tbody", &[], |html| {
                for headroom in &case.headroom {
                    headroom_row(html, case, headroom);
                }
            });
        });
    });
}

fn headroom_row(html: &mut Html, case: &Case, headroom: &tenantry_placement::headroom::Headroom) {
    let Some(workload) = case.problem().workloads.get(headroom.workload) else {
        return;
    };
    let more = match (headroom.unbounded, headroom.is_exact()) {
        (true, _) => "no bound".to_owned(),
        (_, true) => headroom.more.to_string(),
        (_, false) => format!("{} at least", headroom.more),
    };
    let limits = match words::limits(headroom).as_slice() {
        [] if headroom.is_exact() => "several together".to_owned(),
        [] => "–".to_owned(),
        some => words::listed(some),
    };
    html.within("tr", &[], |html| {
        html.within("th", &[("scope", "row")], |html| html.text(&workload.name));
        let replicas = workload.replicas.to_string();
        html.within("td", &[("class", "number")], |html| html.text(&replicas));
        html.within("td", &[("class", "number")], |html| html.text(&more));
        html.within("td", &[], |html| html.text(&limits));
    });
}

/// `12 of 32`, with its unit.
fn amount(case: &Case, name: &str, taken: Taken) -> String {
    format!("{}{}", human::of(case, name, taken), case.units.unit(name))
}
