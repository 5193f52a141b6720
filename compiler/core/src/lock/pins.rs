//! What each vendored package was when it was taken in.

use std::{collections::BTreeMap, fmt::Write as _};

use tenantry_syntax::{Span, ast};

use super::PACKAGE_CHANGED;
use crate::{
    diag::{Diagnostic, Findings},
    emit::Sha256,
    load::{PackageId, ROOT_FILE, Sources},
    world::World,
};

/// What is remembered of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its name.
    pub name: String,
    /// Its version, if it says one.
    pub version: Option<String>,
    /// The hash of its folder; see [`tree`](crate::load::tree).
    pub hash: Sha256,
    /// The address that it was fetched from; none for a copy of a folder.
    pub from: Option<String>,
    /// The commit that it was at there.
    pub rev: Option<String>,
}

impl Pin {
    /// The pin of a package of that name and hash (without one, of nothing), from nowhere.
    pub fn of(name: &str, hash: Option<Sha256>) -> Self {
        Self {
            name: name.to_owned(),
            version: None,
            hash: hash.unwrap_or_else(|| Sha256::of(b"")),
            from: None,
            rev: None,
        }
    }

    /// Reads `package PATH name=… version=… sha256=…`.
    pub(super) fn read(node: ast::Node<'_>) -> Result<(String, Self), String> {
        let mut path = None;
        let mut props: BTreeMap<String, String> = BTreeMap::new();
        for entry in node.entries() {
            let (name, value) = match entry {
                ast::Entry::Arg(arg) => (None, arg.value()),
                ast::Entry::Prop(prop) => (Some(prop.name().into_owned()), prop.value()),
            };
            let ast::Scalar::Str(text) = value else {
                return Err("a `package` has text only".to_owned());
            };
            match name {
                None => path = Some(text.into_owned()),
                Some(name) => drop(props.insert(name, text.into_owned())),
            }
        }
        let path = path.ok_or("a `package` has no path")?;
        let needs = |what: &str| format!("`package {path}` has no {what}");
        let hash = props.remove("sha256").ok_or_else(|| needs("sha256"))?;
        let pin = Self {
            name: props.remove("name").ok_or_else(|| needs("name"))?,
            version: props.remove("version"),
            hash: hash
                .parse()
                .map_err(|why| format!("`package {path}`: {why}"))?,
            from: props.remove("from"),
            rev: props.remove("rev"),
        };
        match props.keys().next() {
            Some(other) => Err(format!("`package {path}` has an unknown {other}")),
            None => Ok((path, pin)),
        }
    }

    pub(super) fn print(&self, path: &str) -> String {
        let mut text = format!("package {path:?} name={:?}", self.name);
        let rest = [
            ("version", &self.version),
            ("sha256", &Some(self.hash.to_string())),
            ("from", &self.from),
            ("rev", &self.rev),
        ];
        for (name, value) in rest {
            if let Some(value) = value {
                // Writing to a string cannot fail.
                let _ = write!(text, " {name}={value:?}");
            }
        }
        text.push('\n');
        text
    }
}

/// Tells of each package that is not what the lock pins.
pub(crate) fn changed(sources: &Sources, lock: &super::Lock) -> Findings {
    let mut findings = Findings::new();
    for (at, package) in sources.packages.iter().enumerate() {
        let pinned = lock.packages.get(&*package.root);
        let (Some(pin), Some(hash)) = (pinned, package.hash) else {
            continue;
        };
        if pin.hash == hash {
            continue;
        }
        let root = &package.root;
        let id = u32::try_from(at).ok().map(PackageId);
        let span = first_use(sources, id).unwrap_or(package.head.span);
        findings.push(
            Diagnostic::new(
                &PACKAGE_CHANGED,
                span,
                format!("{root} is not what {} pins", super::LOCK_FILE),
            )
            .label("its files have changed since it was vendored")
            .why(format!(
                "somebody edited, added or took away a file below {root}: its hash is {hash}, and \
                 the lock has {}",
                pin.hash
            ))
            .help(format!(
                "take the edit back; if it is meant, `tenantry vendor --accept {root}` pins what \
                 is there; a new version is taken in with `tenantry vendor ADDRESS`"
            )),
        );
    }
    findings
}

/// The first place that uses a package.
fn first_use(sources: &Sources, id: Option<PackageId>) -> Option<Span> {
    let nested = sources.packages.iter().flat_map(|package| &package.uses);
    let mut uses = sources.uses.iter().chain(nested);
    uses.find(|used| id.is_some() && used.package == id)
        .map(|used| used.span)
}

/// The pins as they shall be: a package that is used for the first time is pinned as it is, one
/// that changed keeps its pin, and one whose folder is gone is forgotten.
pub(crate) fn updated(
    world: &dyn World,
    sources: &Sources,
    old: &super::Lock,
) -> BTreeMap<String, Pin> {
    let mut pins = old.packages.clone();
    pins.retain(|path, _| world.read(&format!("{path}/{ROOT_FILE}")).is_ok());
    for package in &sources.packages {
        if let Some(hash) = package.hash {
            pins.entry(package.root.to_string()).or_insert_with(|| Pin {
                version: package.head.version.as_deref().map(str::to_owned),
                ..Pin::of(&package.head.name, Some(hash))
            });
        }
    }
    pins
}
