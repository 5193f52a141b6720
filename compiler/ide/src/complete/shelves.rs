//! First arguments whose type says no more than that they are text or a name, and which are one of
//! a list all the same: components of a platform, items that have a price, folders of packages.

use std::collections::BTreeSet;

use tenantry_core::{close::library::COMPONENTS, load::Sources};

use super::{
    asked::Asked,
    item::{About, Item, Sort},
    references,
    spot::Spot,
};
use crate::cursor::first_argument;

/// What the first argument of the node at the cursor is one of, if there is such a list.
pub(super) fn listed<'s>(
    asked: &Asked<'s>,
    parent: &str,
    spot: &Spot<'_>,
) -> Option<Vec<Item<'s>>> {
    let (_, meaning) = asked.node()?;
    let kind = asked.speaker().kind(meaning.head)?;
    if kind.define.is_some() {
        return None;
    }
    match (kind.name.as_str(), parent) {
        ("component", "platform") | ("installed", "facts") => Some(components(asked, spot)),
        ("price", _) => Some(items_with_prices(asked, spot)),
        ("use", _) => Some(folders(asked, spot)),
        _ => None,
    }
}

/// What nodes beside the one at the cursor, of the same kind, say already.
fn beside(asked: &Asked<'_>) -> BTreeSet<String> {
    let own = asked.node().map(|(node, _)| node.name());
    let alike = asked.siblings().into_iter();
    let alike = alike.filter(|node| Some(node.name()) == own);
    alike.filter_map(first_argument).collect()
}

/// The components that can be installed, with the release that is installed where none is said.
fn components<'s>(asked: &Asked<'_>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let beside = beside(asked);
    let left = COMPONENTS
        .iter()
        .filter(|known| !beside.contains(known.name));
    left.map(|known| {
        let newest = known.releases.first().map_or("", |release| release.version);
        Item::new(Sort::Choice, known.name, spot)
            .detail(newest)
            .summary(known.brings)
            .about(About::Text(about(known)))
    })
    .collect()
}

fn about(known: &tenantry_core::close::library::Known) -> String {
    let mut text = known.brings.to_owned();
    let releases: Vec<&str> = known.releases.iter().map(|one| one.version).collect();
    if !releases.is_empty() {
        text += &format!("\n\nReleases: {}.", releases.join(", "));
    }
    if !known.namespace.is_empty() {
        text += &format!("\n\nIt runs in `{}`.", known.namespace);
    }
    let needs: Vec<String> = known
        .needs
        .iter()
        .map(|need| format!("`{}`", need.component))
        .collect();
    if !needs.is_empty() {
        text += &format!("\n\nIt needs {}.", needs.join(", "));
    }
    text
}

/// What can have a price: `cpu`, `memory`, the models of GPUs and the storage classes.
fn items_with_prices<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let plain = [("cpu", "a core"), ("memory", "a GiB of memory")];
    let plain = plain.map(|(word, doc)| Item::new(Sort::Choice, word, spot).summary(doc));
    let of = |sort: &str, prefix: &str| -> Vec<Item<'s>> {
        let named = references::named(asked, &[sort], spot).into_iter();
        named
            .map(|mut item| {
                // A price is of a class whatever the cluster: `one.fast` and `two.fast` are one.
                let name = item.label.rsplit('.').next().unwrap_or_default();
                item.label = format!("{prefix}.{name}");
                item.text = spot.written(&item.label);
                item
            })
            .collect()
    };
    let named = of("storage", "storage")
        .into_iter()
        .chain(of("gpu-model", "gpu"));
    let mut seen = beside(asked);
    let all = plain.into_iter().chain(named);
    all.filter(|item| seen.insert(item.label.clone())).collect()
}

/// The folders of packages that the estate and its packages use, as one says them here: the
/// others are on a disk that is not looked at.
fn folders<'s>(asked: &Asked<'_>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let sources = &asked.snapshot.known().analysis.sources;
    let owner = asked.file.id.and_then(|id| sources.owner(id));
    let here = owner
        .and_then(|id| sources.package(id))
        .map_or("", |package| &*package.root);
    let beside = beside(asked);
    let others = packages(sources).filter(|(root, ..)| *root != here);
    others
        .map(|(root, name, version)| (from(here, root), name, version))
        .filter(|(path, ..)| !beside.contains(path))
        .map(|(path, name, version)| {
            Item::new(Sort::Reference, path, spot)
                .detail(format!("package {name}{version}"))
                .about(About::Text(format!("the package {name}{version}")))
        })
        .collect()
}

/// Root, name and version of each package.
fn packages(sources: &Sources) -> impl Iterator<Item = (&str, &str, String)> {
    sources.packages.iter().map(|package| {
        let version = package.head.version.as_ref();
        let version = version.map_or_else(String::new, |version| format!(" {version}"));
        (&*package.root, &*package.head.name, version)
    })
}

/// A folder as it is said from another one.
fn from(here: &str, folder: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (here, folder) = (parts(here), parts(folder));
    let common = here.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), here.len() - common);
    let down = folder.into_iter().skip(common);
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::from;

    #[test]
    fn a_folder_is_said_from_where_one_is() {
        assert_eq!(from("", "vendor/pg"), "vendor/pg");
        assert_eq!(from("vendor/pg", "vendor/base"), "../base");
        assert_eq!(from("a/b/c", "a"), "../..");
    }
}
