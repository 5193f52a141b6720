//! Paths in the text that lead to other files: those of packages.

use std::{ops::Range, sync::Arc};

use tenantry_core::load::ROOT_FILE;

use crate::host::{File, Snapshot};

/// A path in the text, and the file that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where the path stands, without quotes.
    pub range: Range<u32>,
    /// The file, from the estate's root.
    pub target: Arc<str>,
    /// What is there, in a few words.
    pub about: String,
}

/// The links of a file.
pub fn links(snapshot: &Snapshot, path: &str) -> Vec<Link> {
    snapshot
        .file(path)
        .map_or_else(Vec::new, |file| of_file(snapshot, file))
}

/// The paths of the packages that a file uses.
pub(crate) fn of_file(snapshot: &Snapshot, file: File<'_>) -> Vec<Link> {
    let Some(id) = file.id.filter(|_| file.is_current) else {
        return Vec::new();
    };
    let sources = &snapshot.known().analysis.sources;
    let uses = sources.uses(sources.owner(id)).iter();
    let here = uses.filter(|used| used.span.file == id);
    let link = here.filter_map(|used| {
        let package = sources.package(used.package?)?;
        let text = sources.text(used.span);
        let bare = text.trim_matches(['"', '#']);
        let start = used.span.start + u32::try_from(text.find(bare)?).ok()?;
        let version = package.head.version.as_ref();
        let version = version.map_or_else(String::new, |version| format!(" {version}"));
        Some(Link {
            range: start..start + u32::try_from(bare.len()).ok()?,
            target: format!("{}/{ROOT_FILE}", package.root).into(),
            about: format!("the package {}{version}", package.head.name),
        })
    });
    link.collect()
}

#[cfg(test)]
mod tests {
    use super::links;
    use crate::{
        fixture::{Fixture, ground},
        host::Location,
    };

    #[test]
    fn a_package_is_a_link_to_its_file() {
        let fixture = Fixture::new(&ground(
            "use \"vendor/pg\" as=db\n//- vendor/pg/tenantry.kdl\npackage pg version=\"1.2.0\"\n",
        ));
        let found = links(&fixture.snapshot(), "tenantry.kdl");
        let words: Vec<String> = found
            .iter()
            .map(|link| format!("{}: {}", link.target, link.about))
            .collect();
        let places: Vec<Location> = found
            .iter()
            .map(|link| Location {
                path: "tenantry.kdl".into(),
                range: link.range.clone(),
            })
            .collect();
        let shown = fixture.marked(places.iter().zip(words.iter().map(String::as_str)));
        insta::assert_snapshot!(shown);
    }
}
