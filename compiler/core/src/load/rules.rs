//! What can be wrong with the files themselves.

use tenantry_syntax::{Span, SyntaxError};

use super::{package::Asked, tree::TreeError};
use crate::{
    diag::{Diagnostic, rule_set},
    schema::rules::DUPLICATE_NODE,
    world::ReadError,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    NO_ESTATE = "no-estate", Load, Error, "a folder without tenantry.kdl", include_str!("pages/no-estate.md");
    UNREADABLE_FILE = "unreadable-file", Load, Error, "a file that cannot be read as text", include_str!("pages/unreadable-file.md");
    LIMIT_PASSED = "limit-passed", Load, Error, "an estate larger than one of the compiler's bounds", include_str!("pages/limit-passed.md");
    BAD_LOCK = "bad-lock", Load, Error, "a tenantry.lock that cannot be read", include_str!("pages/bad-lock.md");
    SYNTAX = "syntax", Syntax, Error, "text that is not KDL 2.0", include_str!("pages/syntax.md"), fixable;
    NOT_FORMATTED = "not-formatted", Syntax, Error, "a file that is not as `tenantry fmt` writes it", include_str!("pages/not-formatted.md");
    PACKAGE_NOT_FOUND = "package-not-found", Load, Error, "a `use` of what is no package", include_str!("pages/package-not-found.md");
    PACKAGE_CIRCLE = "package-circle", Load, Error, "packages that use each other in a circle", include_str!("pages/package-circle.md");
    ALIAS_CLASH = "alias-clash", Load, Error, "two packages under one alias", include_str!("pages/alias-clash.md");
}

/// A file is not formatted; `first` is the first line that would be another.
pub fn unformatted(first: Span, path: &str) -> Diagnostic {
    Diagnostic::new(&NOT_FORMATTED, first, "this file is not formatted")
        .label("here it begins to differ")
        .help(format!("`tenantry fmt {path}` formats it"))
}

/// The root file is missing.
pub fn no_estate(others: usize) -> Diagnostic {
    let message = match others {
        0 => "this folder holds no estate: there is no tenantry.kdl".to_owned(),
        n => format!(
            "this folder holds {n} .kdl files but no tenantry.kdl, which would make it an estate"
        ),
    };
    Diagnostic::nowhere(&NO_ESTATE, message)
        .help("`tenantry init` writes a first one; or name the estate's folder on the command line")
}

/// A file could not be read.
pub fn unreadable(path: &str, error: &ReadError) -> Diagnostic {
    let path = if path.is_empty() { "." } else { path };
    let why = reason(error);
    Diagnostic::nowhere(&UNREADABLE_FILE, format!("cannot read {path}: {why}"))
}

pub(super) fn reason(error: &ReadError) -> String {
    match error {
        ReadError::Missing => "it is not there".to_owned(),
        ReadError::NotText(at) => format!("byte {at} is not UTF-8"),
        ReadError::TooLarge(size) => format!("it has {size} bytes, more than a spec file may have"),
        ReadError::Other(words) => words.clone(),
    }
}

/// Why what a `use` names is no package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoPackage {
    /// The path leads above the root of what is compiled.
    Outside,
    /// There is no such folder.
    Missing,
    /// The folder has no `tenantry.kdl`.
    NoRootFile,
    /// Its `tenantry.kdl` has neither `package` nor `estate`.
    Undeclared,
    /// It is an estate: the one that is compiled, if there is a place.
    Estate(Option<Span>),
    /// It cannot be looked at.
    Unreadable(ReadError),
    /// There are too many, which was told.
    TooMany,
}

/// A `use` of what is no package. `folder` is seen from the estate's root; `nested` says that a
/// package asks for it.
pub(super) fn no_package(asked: &Asked, folder: &str, why: &NoPackage, nested: bool) -> Diagnostic {
    let at = |message: String, label: &str| {
        Diagnostic::new(&PACKAGE_NOT_FOUND, asked.span, message).label(label)
    };
    match why {
        NoPackage::Outside => at(
            format!(
                "`{}` leads out of the folder that is compiled",
                asked.folder
            ),
            "above the root",
        )
        .why("a spec reads nothing but what lies below its own root")
        .help(match nested {
            true => "whoever uses this package keeps the other one where this path leads",
            false => "copy the package in with `tenantry vendor PATH`, and use `vendor/NAME`",
        }),
        NoPackage::Missing => at(format!("there is no folder {folder}"), "not there").help(
            "the path is seen from the folder of the `tenantry.kdl` that says it; \
             `tenantry vendor` copies a package in",
        ),
        NoPackage::NoRootFile => at(
            format!("{folder} is no package: it has no tenantry.kdl"),
            "no package",
        )
        .help("name the folder that holds the package's tenantry.kdl"),
        NoPackage::Undeclared => at(
            format!("{folder}/tenantry.kdl does not declare a package"),
            "no package",
        )
        .help("it needs a `package NAME` at its top"),
        NoPackage::Estate(place) => {
            let what = match folder {
                "" => "the estate itself".to_owned(),
                folder => format!("{folder}, which is an estate"),
            };
            let finding = at(format!("a package is used, and not {what}"), "an estate");
            let finding = match place {
                Some(span) => finding.also(*span, "it is declared here"),
                None => finding,
            };
            finding.help(
                "move what both need into a folder of its own, whose tenantry.kdl says \
                 `package NAME`",
            )
        }
        NoPackage::Unreadable(error) => at(
            format!("{folder} cannot be looked at: {}", reason(error)),
            "not to be read",
        )
        .help("a package is a folder below the estate's root, without links that lead out of it"),
        NoPackage::TooMany => Diagnostic::new(
            &LIMIT_PASSED,
            asked.span,
            format!("{folder} is left out: the estate is too large"),
        )
        .label("not loaded")
        .help("use fewer packages"),
    }
}

/// A circle of packages: who uses whom, and where it says so.
pub(super) fn circle(steps: &[(String, String, Span)]) -> Diagnostic {
    let names: Vec<&str> = steps.iter().map(|(from, ..)| from.as_str()).collect();
    let (message, span) = match steps {
        [(one, _, span)] => (format!("the package {one} uses itself"), *span),
        [(first, _, span), ..] => (
            format!(
                "packages use each other in a circle: {} → {first}",
                names.join(" → ")
            ),
            *span,
        ),
        [] => (String::new(), Span::default()),
    };
    let said = |from: &str, to: &str| format!("{from} uses {to}");
    let mut finding = Diagnostic::new(&PACKAGE_CIRCLE, span, message);
    for (at, (from, to, span)) in steps.iter().enumerate() {
        finding = match at {
            0 => finding.label(said(from, to)),
            _ => finding.also(*span, said(from, to)),
        };
    }
    finding.help("move what they share into a package of its own, which uses none of them")
}

/// Two packages under one alias.
pub(super) fn alias_clash(alias: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &ALIAS_CLASH,
        span,
        format!("two packages would be called `{alias}`"),
    )
    .label("the second one")
    .also(first, "the first one")
    .help("give one of them another name here: `as=NAME`")
}

/// One package used twice in one scope.
pub(super) fn used_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&DUPLICATE_NODE, span, "this package is used already")
        .label("the second `use`")
        .also(first, "the first one")
        .help("keep one of them: a package has one name in an estate, and in a package")
}

/// More packages than one estate may use.
pub(super) fn too_many_packages(limit: usize, span: Span) -> Diagnostic {
    Diagnostic::new(
        &LIMIT_PASSED,
        span,
        format!("the estate uses more than {limit} packages, those that they use counted"),
    )
    .label("one too many")
    .help("join packages that always go together")
}

/// A package whose hash cannot be worked out.
pub(super) fn not_hashed(error: &TreeError, span: Span) -> Diagnostic {
    match error {
        TreeError::Unreadable(path, error) => Diagnostic::new(
            &UNREADABLE_FILE,
            span,
            format!("cannot read {path}: {}", reason(error)),
        )
        .label("part of this package")
        .help("the lock pins all files of a package; `tenantry vendor` copies it in anew"),
        TreeError::TooMany(limit) => Diagnostic::new(
            &LIMIT_PASSED,
            span,
            format!("this package has more than {limit} files"),
        )
        .label("too many")
        .help("what the compiler does not read can be kept elsewhere"),
        TreeError::TooLarge(limit) => Diagnostic::new(
            &LIMIT_PASSED,
            span,
            format!("the files of this package have more than {limit} bytes together"),
        )
        .label("too large")
        .help("what the compiler does not read can be kept elsewhere"),
    }
}

/// The lock cannot be read.
pub fn bad_lock(error: &str) -> Diagnostic {
    Diagnostic::nowhere(&BAD_LOCK, format!("tenantry.lock cannot be read: {error}"))
        .help("take it back from version control, or mend the merge that broke it; without it allocations would be chosen anew")
}

/// More files than one estate may have.
pub fn too_many_files(found: usize, limit: usize) -> Diagnostic {
    Diagnostic::nowhere(&LIMIT_PASSED, format!("the estate has {found} .kdl files; at most {limit} are read"))
        .help("is this the right folder? Generated .kdl files can be kept outside it, or in a folder whose name starts with a dot")
}

/// A syntax error as a finding.
pub fn syntax(error: &SyntaxError) -> Diagnostic {
    let rule = if error.limit { &LIMIT_PASSED } else { &SYNTAX };
    let mut finding =
        Diagnostic::new(rule, error.span, error.message.clone()).maybe_help(error.help.clone());
    finding.label = error.label.clone();
    if let Some((span, text)) = &error.related {
        finding = finding.also(*span, text.clone());
    }
    match &error.fix {
        Some((span, text)) if text.is_empty() => {
            finding.fix("take it away", vec![(*span, text.clone())])
        }
        Some((span, text)) => finding.fix(format!("write `{text}`"), vec![(*span, text.clone())]),
        None => finding,
    }
}
