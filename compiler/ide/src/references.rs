//! Who says the name under the cursor.

use std::ops::Range;

use crate::host::{Location, Snapshot};

/// All places that say the name at an offset, in the order of the files and of their text; with
/// those that declare it, or without.
pub fn references(
    snapshot: &Snapshot,
    path: &str,
    at: u32,
    with_declaration: bool,
) -> Vec<Location> {
    let places = said(snapshot, path, at).into_iter();
    places
        .filter(|(_, declares)| with_declaration || !declares)
        .map(|(place, _)| place)
        .collect()
}

/// The places of one file that say the name at an offset; whether each declares it.
pub fn highlights(snapshot: &Snapshot, path: &str, at: u32) -> Vec<(Range<u32>, bool)> {
    let places = said(snapshot, path, at).into_iter();
    places
        .filter(|(place, _)| &*place.path == path)
        .map(|(place, declares)| (place.range, declares))
        .collect()
}

fn said(snapshot: &Snapshot, path: &str, at: u32) -> Vec<(Location, bool)> {
    let subject = snapshot
        .file(path)
        .and_then(|file| snapshot.subject(file, at));
    subject.map_or_else(Vec::new, |subject| snapshot.places(&subject.declared))
}

#[cfg(test)]
mod tests {
    use super::{highlights, references};
    use crate::{
        fixture::{Fixture, ground},
        host::Location,
    };

    const TWO: &str = "tenant acme {\n    workload db { container image=shop; port sql 5432 }\n    \
         workload web { container image=shop; connect db port=sql; needs d$0b }\n}\n\
         //- beta.kdl\ntenant beta {\n    workload db { container image=shop }\n    workload api { container image=shop; needs db }\n}\n\
         //- gamma.kdl\ntenant gamma {\n    workload api { container image=shop; connect acme.db port=sql }\n}\n";

    #[test]
    fn the_same_name_in_another_tenant_is_another_workload() {
        let fixture = Fixture::new(&ground(TWO));
        let found = references(&fixture.snapshot(), &fixture.path, fixture.at, true);
        insta::assert_snapshot!(fixture.underlined(&found));
    }

    #[test]
    fn the_declaration_is_left_out_on_demand() {
        let fixture = Fixture::new(&ground(TWO));
        let all = references(&fixture.snapshot(), &fixture.path, fixture.at, true);
        let used = references(&fixture.snapshot(), &fixture.path, fixture.at, false);
        assert_eq!(all.len(), used.len() + 1);
    }

    #[test]
    fn highlights_stay_in_their_file() {
        let fixture = Fixture::new(&ground(TWO));
        let found = highlights(&fixture.snapshot(), &fixture.path, fixture.at);
        let places: Vec<(Location, &str)> = found
            .into_iter()
            .map(|(range, declares)| {
                let path = fixture.path.clone();
                let word = if declares { "declares" } else { "says" };
                (Location { path, range }, word)
            })
            .collect();
        let marked = places.iter().map(|(place, word)| (place, *word));
        insta::assert_snapshot!(fixture.marked(marked));
    }

    #[test]
    fn a_parameter_is_said_in_expressions_with_another_spelling() {
        let fixture = Fixture::new(&ground(
            "param web-size$0 type=int default=2\nlet twice \"${web_size * 2}\"\n\
             tenant acme {\n    workload web if=\"web_size > 1\" { container image=shop; replicas $web-size }\n}\n",
        ));
        let found = references(&fixture.snapshot(), &fixture.path, fixture.at, true);
        insta::assert_snapshot!(fixture.underlined(&found));
    }
}
