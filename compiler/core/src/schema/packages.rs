//! Whose a top-level node is, and what follows from it: what a package can hold, what the estate
//! shares with the packages that it uses, and which of several declarations of one name counts.

use std::collections::BTreeMap;

use tenantry_syntax::{FileId, Span};

use super::{
    TypedEstate,
    kind::{KindId, Vocabulary},
    kinds::{PACKAGE_HOLDS, PACKAGE_SHARES},
    node::{Expr, TypedNode},
    rules,
};
use crate::{
    diag::{Diagnostic, Findings, rule_set},
    load::{PackageId, ROOT_FILE, Sources},
};

rule_set! {
    /// The rules about what packages hold.
    pub RULES;
    UNFIT_FOR_PACKAGE = "unfit-for-package", Language, Error, "a node that a package cannot hold", include_str!("pages/unfit-for-package.md");
    PACKAGE_CLASH = "package-clash", Language, Error, "two packages that declare the same name", include_str!("pages/package-clash.md");
}

/// Who says something. The nearer declaration of a name takes the place of the farther.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// The estate; or the package that is compiled by itself.
    Own,
    /// A package that is used.
    Package(PackageId),
    /// The standard library.
    Library,
}

impl By {
    fn of(sources: &Sources, file: FileId) -> Self {
        match sources.owner(file) {
            Some(id) => Self::Package(id),
            None if file >= sources.library_from() => Self::Library,
            None => Self::Own,
        }
    }

    fn distance(self) -> u8 {
        match self {
            Self::Own => 0,
            Self::Package(_) => 1,
            Self::Library => 2,
        }
    }
}

/// Takes out of the estate what was for `load`, what stands where it cannot, and what a nearer
/// declaration takes the place of.
pub(super) fn settle(sources: &Sources, estate: &mut TypedEstate, findings: &mut Findings) {
    let vocabulary = estate.words.vocabulary.clone();
    estate.nodes.retain(|node| {
        let name = vocabulary.kind(node.kind).name.as_str();
        let by = By::of(sources, node.span.file);
        let within_package = match by {
            By::Own => sources.alone.is_some(),
            By::Package(_) => true,
            By::Library => false,
        };
        match name {
            "use" => {
                findings.extend(unread(node, "path"));
                false
            }
            "package" => {
                let well = stands_in_root_file(sources, node, by, findings);
                // The package compiled by itself keeps its node, as an estate does.
                well && by == By::Own
            }
            // Told with its own words: `root_only`.
            "estate" if by == By::Own && sources.alone.is_none() => true,
            _ if within_package => fits(&vocabulary, node, findings),
            _ => true,
        }
    });
    nearest_counts(sources, estate, findings);
}

/// What is wrong with a `use` that `load` could not follow: it must be written out, since nothing
/// is known yet when packages are looked for.
fn unread(node: &TypedNode, what: &str) -> Option<Diagnostic> {
    if let Some(overlay) = node.overlays.first() {
        return Some(
            Diagnostic::new(
                &rules::MISPLACED_KIND,
                overlay.body.name_span,
                "what is used is the same in all environments",
            )
            .label("not in a `use`")
            .help("use the package, and say `in ENV` where its kinds are used"),
        );
    }
    if let Some(condition) = &node.condition {
        return Some(
            Diagnostic::new(
                &rules::MISPLACED_KIND,
                condition.at.span,
                "a `use` is followed before any value is known",
            )
            .label("not in a `use`")
            .help("use the package always, and say `if` where its kinds are used"),
        );
    }
    let computed = node
        .fields
        .iter()
        .find(|field| matches!(field.expr, Expr::Formula(_) | Expr::Text(_)));
    if let Some(field) = computed {
        return Some(
            Diagnostic::new(
                &rules::WRONG_VALUE,
                field.span,
                "a `use` is followed before any value is known",
            )
            .label("an expression")
            .help("write it out"),
        );
    }
    node.fields.is_empty().then(|| {
        Diagnostic::new(
            &rules::MISSING_VALUE,
            node.span,
            format!("`use` has no {what}"),
        )
        .label("needs a folder")
        .help("write it behind `use`: use \"vendor/NAME\"")
    })
}

/// `package` belongs in the root file of a folder that is no estate.
fn stands_in_root_file(
    sources: &Sources,
    node: &TypedNode,
    by: By,
    findings: &mut Findings,
) -> bool {
    let path = sources.path(node.span.file);
    let (wanted, estate) = match by {
        By::Package(id) => {
            let package = sources.package(id);
            let root = package.map_or("", |package| &package.root);
            (format!("{root}/{ROOT_FILE}"), false)
        }
        By::Own | By::Library => (ROOT_FILE.to_owned(), sources.alone.is_none()),
    };
    if path == wanted && !estate {
        return true;
    }
    let finding = Diagnostic::new(
        &rules::MISPLACED_KIND,
        node.name_span,
        match estate {
            true => "`package` stands in an estate".to_owned(),
            false => format!("`package` stands in {path}"),
        },
    )
    .label("not here");
    findings.push(match estate {
        true => finding.help(
            "a folder is an estate or a package: give the package a folder of its own, with a \
             tenantry.kdl that holds this node",
        ),
        false => finding.help(format!("it belongs in {wanted}, once")),
    });
    false
}

/// Whether a package can hold a node; what `each` repeats stands there too.
fn fits(vocabulary: &Vocabulary, node: &TypedNode, findings: &mut Findings) -> bool {
    let name = vocabulary.kind(node.kind).name.as_str();
    if name == "each" {
        let found = findings.len();
        for child in &node.children {
            fits(vocabulary, child, findings);
        }
        return findings.len() == found;
    }
    let fits = PACKAGE_HOLDS.contains(&name);
    if !fits {
        findings.push(
            Diagnostic::new(
                &UNFIT_FOR_PACKAGE,
                node.name_span,
                format!("a package cannot hold `{name}`"),
            )
            .label("not in a package")
            .why("a package says what can be had; what there is, the estate that uses it says")
            .help(format!(
                "move it into the body of a `define`, which yields it where it is used; a package \
                 holds {}",
                PACKAGE_HOLDS[2..].join(", ")
            )),
        );
    }
    fits
}

/// Of several declarations of one name the nearest counts, so that a name which a later version
/// of a package or the library adds cannot break an estate that had it first. Two packages are
/// equally near: that is for the estate to decide.
fn nearest_counts(sources: &Sources, estate: &mut TypedEstate, findings: &mut Findings) {
    let vocabulary = estate.words.vocabulary.clone();
    let mut nearest: BTreeMap<(KindId, String), (By, Span)> = BTreeMap::new();
    let entry = |node: &TypedNode| {
        let by = By::of(sources, node.span.file);
        let kind = vocabulary.kind(node.kind);
        // What is called by its package's alias takes nobody's place.
        let shared = !matches!(by, By::Package(_)) || PACKAGE_SHARES.contains(&kind.name.as_str());
        Some(((node.kind, key(&vocabulary, node)?), by)).filter(|_| shared)
    };
    for node in &estate.nodes {
        let Some((key, by)) = entry(node) else {
            continue;
        };
        let place = nearest.entry(key).or_insert((by, node.span));
        if by.distance() < place.0.distance() {
            *place = (by, node.span);
        }
    }
    estate.nodes.retain(|node| {
        let Some((key, by)) = entry(node) else {
            return true;
        };
        let Some((first, span)) = nearest.get(&key) else {
            return true;
        };
        if by.distance() == first.distance() && by != *first {
            let name = &vocabulary.kind(node.kind).name;
            findings.push(clash(
                sources,
                name,
                &key.1,
                (by, node.span),
                (*first, *span),
            ));
        }
        by == *first
    });
}

/// What tells a node from others of its kind, if it is written out.
fn key(vocabulary: &Vocabulary, node: &TypedNode) -> Option<String> {
    let kind = vocabulary.kind(node.kind);
    let parts: Option<Vec<String>> = kind
        .key
        .iter()
        .map(|field| node.literal(*field).map(|(lit, _)| lit.to_string()))
        .collect();
    parts
        .filter(|parts| !parts.is_empty())
        .map(|parts| parts.join("/"))
}

fn clash(
    sources: &Sources,
    kind: &str,
    name: &str,
    one: (By, Span),
    other: (By, Span),
) -> Diagnostic {
    let whose = |by: By| match by {
        By::Package(id) => sources
            .package(id)
            .map_or_else(String::new, |package| package.head.name.to_string()),
        By::Own | By::Library => String::new(),
    };
    Diagnostic::new(
        &PACKAGE_CLASH,
        one.1,
        format!(
            "the packages {} and {} both declare {kind} `{name}`",
            whose(other.0),
            whose(one.0)
        ),
    )
    .label(format!("by {}", whose(one.0)))
    .also(other.1, format!("by {}", whose(other.0)))
    .help(format!(
        "declare {kind} `{name}` in the estate: its own takes the place of both"
    ))
}
