//! The manual's pages about the library: one for each family, made of the definitions.
//!
//! ```text
//! TENANTRY_UPDATE=1 cargo test -p tenantry-tests --test library     # write what it says now
//! ```

use std::collections::BTreeMap;

use tenantry_tests::{golden, validate::shared};

use crate::{
    definitions::{self, Definition},
    uses,
};

/// Where the pages are, in the repository.
const FOLDER: &str = "docs/reference/stdlib";

/// A page: what belongs on it, and how it begins.
struct Family {
    file: &'static str,
    title: &'static str,
    /// Kinds, and for profiles what they are for.
    holds: &'static [(&'static str, &'static str)],
    intro: &'static str,
}

const FAMILIES: &[Family] = &[
    Family {
        file: "workload-profiles.md",
        title: "Workload profiles",
        holds: &[("profile", "workload")],
        intro: "Defaults for a workload, taken with `like NAME`. What the workload says itself is nearer and wins; what a profile brings and is not wanted goes with `omit KIND KEY`. Each example builds as it stands, on ground that has the pools, storage and images it names.",
    },
    Family {
        file: "tenant-profiles.md",
        title: "Tenant profiles",
        holds: &[("profile", "tenant")],
        intro: "Defaults for a tenant, taken with `like NAME` inside it: how far it is kept apart, and how it is served.",
    },
    Family {
        file: "pool-profiles.md",
        title: "Pool profiles",
        holds: &[("profile", "pool")],
        intro: "Defaults for a pool of machines, taken with `like NAME` inside it. A pool whose machines have names of their own takes an inherited count away with `omit nodes`.",
    },
    Family {
        file: "cluster-profiles.md",
        title: "Cluster profiles",
        holds: &[("profile", "cluster")],
        intro: "Defaults for a cluster, taken with `like NAME` inside it.",
    },
    Family {
        file: "gpu-models.md",
        title: "GPU models",
        holds: &[("gpu-model", "")],
        intro: "What `gpu NAME COUNT` may name, in pools, quotas and workloads. A card that is not here is declared by the estate, with a `gpu-model` of its own.",
    },
    Family {
        file: "cpu-models.md",
        title: "CPU models",
        holds: &[("cpu-model", "")],
        intro: "What `cpu NAME` of a pool may name. A processor that is not here is declared by the estate, with a `cpu-model` of its own.",
    },
    Family {
        file: "tiers.md",
        title: "Tiers and priorities",
        holds: &[("tier", ""), ("priority", "")],
        intro: "What `tier=` of a tenant and `priority=` of a workload may name. An estate with other terms declares its own.",
    },
];

const HEAD: &str = "<!-- Generated from the library's own text. To renew it:\n     TENANTRY_UPDATE=1 cargo test -p tenantry-tests --test library -->\n\n";

fn pages() -> BTreeMap<String, Vec<u8>> {
    let all = definitions::all();
    let examples = uses::by_profile();
    let mut pages = BTreeMap::new();
    for family in FAMILIES {
        let page = family.page(&all, &examples);
        pages.insert(family.file.to_owned(), page.into_bytes());
    }
    pages.insert("index.md".to_owned(), index(&all).into_bytes());
    pages
}

/// The page that leads to the others.
fn index(all: &[Definition]) -> String {
    let mut page = format!(
        "{HEAD}# The standard library\n\nWhat every estate may name without declaring it. It is written in the language and has no privilege: an estate that declares a name itself uses its own, and a file of the library is read only when a name in it is used.\n\n| page | holds |\n|---|---|\n"
    );
    for family in FAMILIES {
        let names: Vec<String> = all
            .iter()
            .filter(|it| family.has(it))
            .map(|it| format!("`{}`", it.name))
            .collect();
        page += &format!(
            "| [{}]({}) | {} |\n",
            family.title,
            family.file,
            names.join(", ")
        );
    }
    page
}

impl Family {
    fn has(&self, it: &Definition) -> bool {
        self.holds.contains(&(&it.kind, &it.of))
    }

    fn page(&self, all: &[Definition], examples: &BTreeMap<String, String>) -> String {
        let of = |(kind, of): &(&str, &str)| {
            let (kind, of) = (kind.to_string(), of.to_string());
            all.iter().filter(move |it| it.kind == kind && it.of == of)
        };
        let own: Vec<&Definition> = self.holds.iter().flat_map(of).collect();
        let mut page = format!(
            "{HEAD}# {}\n\n{}\n\n| name | what for |\n|---|---|\n",
            self.title, self.intro
        );
        for it in &own {
            page += &format!("| [`{name}`](#{name}) | {} |\n", it.purpose, name = it.name);
        }
        let mut file = "";
        for it in own {
            if it.path != file {
                file = it.path;
                page += &paragraph(&it.preface);
            }
            page += &section(it, examples.get(&it.name));
        }
        page
    }
}

fn section(it: &Definition, example: Option<&String>) -> String {
    let mut text = format!("\n## {}\n\n{}\n", it.name, it.purpose);
    text += &paragraph(&it.comment);
    text += &format!("\n```kdl\n{}\n```\n\nSource: {}\n", it.text, it.source);
    if let (Some(example), "profile") = (example, &*it.kind) {
        text += &format!("\nFor example:\n\n```kdl\n{example}\n```\n");
    }
    text
}

/// A comment of the library as Markdown: its indented lines are listings.
fn paragraph(comment: &str) -> String {
    let mut text = String::new();
    let mut listing = false;
    for line in comment.lines() {
        let code = line.starts_with("    ");
        if code != listing {
            text += if code { "\n```kdl\n" } else { "```\n\n" };
            listing = code;
        } else if text.is_empty() {
            text.push('\n');
        }
        text += if code { &line[4..] } else { line };
        text.push('\n');
    }
    if listing {
        text += "```\n";
    }
    text
}

#[test]
fn the_pages_are_what_the_library_says() {
    let folder = shared::repository().join(FOLDER);
    let compared = golden::compare_dir(&folder, &pages());
    assert!(compared.is_ok(), "{}", compared.err().unwrap_or_default());
}

#[test]
fn every_definition_is_on_one_page() {
    for it in definitions::all() {
        let on = FAMILIES.iter().filter(|family| family.has(&it)).count();
        assert_eq!(on, 1, "{} {} is on {on} pages", it.kind, it.name);
    }
}

#[test]
fn an_indented_line_of_a_comment_is_a_listing() {
    assert_eq!(
        paragraph("So:\n    gpu a10 1\nOr not."),
        "\nSo:\n\n```kdl\ngpu a10 1\n```\n\nOr not.\n"
    );
    assert_eq!(paragraph(""), "");
}
