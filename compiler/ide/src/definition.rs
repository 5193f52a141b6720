//! Where what is under the cursor is declared.

use crate::{
    host::{Location, Snapshot},
    links,
};

/// The places that declare the name at an offset: several where the name is ambiguous. Of the
/// path of a `use` it is the package's own file.
pub fn definition(snapshot: &Snapshot, path: &str, at: u32) -> Vec<Location> {
    let Some(file) = snapshot.file(path) else {
        return Vec::new();
    };
    let links = links::of_file(snapshot, file);
    let mut links = links.into_iter();
    if let Some(link) = links.find(|link| link.range.start <= at && at <= link.range.end) {
        return vec![Location {
            path: link.target,
            range: 0..0,
        }];
    }
    let Some(subject) = snapshot.subject(file, at) else {
        return Vec::new();
    };
    let ported = (!subject.is_declaration).then(|| snapshot.port(file, at));
    if let Some(place) = ported.flatten() {
        return vec![place];
    }
    let names = &snapshot.known().names;
    let declared = subject.declared.iter().filter_map(|id| names.get(*id));
    let mut declared: Vec<_> = declared.collect();
    // A node that changes what is declared elsewhere leads there.
    if subject.is_declaration && declared.iter().all(|one| one.is_overlay) {
        let alike = declared.iter().flat_map(|one| names.alike(one));
        let alike: Vec<_> = alike.filter_map(|id| names.get(id)).collect();
        declared.extend(alike.into_iter().filter(|one| !one.is_overlay));
    }
    if declared.is_empty() {
        return snapshot.made(file, at).into_iter().collect();
    }
    // What an environment or a test changes of it is not where it is declared.
    if declared.iter().any(|one| !one.is_overlay) {
        declared.retain(|one| !one.is_overlay);
    }
    let places = declared.into_iter();
    places.filter_map(|one| snapshot.place_of(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::definition;
    use crate::fixture::{Fixture, ground};

    fn defined(text: &str) -> String {
        let fixture = Fixture::new(text);
        let found = definition(&fixture.snapshot(), &fixture.path, fixture.at);
        fixture.underlined(&found)
    }

    #[test]
    fn a_name_leads_to_what_it_is_the_name_of() {
        insta::assert_snapshot!(defined(&ground(
            "tenant acme {\n    workload web { container image=shop; on gen$0eral }\n}\n"
        )));
    }

    #[test]
    fn a_name_of_another_tenants_leads_there() {
        let flow = "tenant acme {\n    workload web { container image=shop; connect beta.d$0b port=sql }\n}\n\
             tenant beta {\n    workload db { container image=shop; port sql 5432; offer sql to=acme }\n}\n";
        insta::assert_snapshot!(defined(&ground(flow)));
    }

    #[test]
    fn what_stands_before_the_dot_is_a_tenant() {
        let flow = "tenant acme {\n    workload web { container image=shop; connect be$0ta.db port=sql }\n}\n\
             tenant beta {\n    workload db { container image=shop; port sql 5432; offer sql to=acme }\n}\n";
        insta::assert_snapshot!(defined(&ground(flow)));
    }

    #[test]
    fn a_port_is_that_of_whom_it_calls() {
        let flow = "tenant acme {\n    workload web { container image=shop; port sql 80; connect db port=s$0ql }\n    \
             workload db { container image=shop; port sql 5432 }\n}\n";
        insta::assert_snapshot!(defined(&ground(flow)));
    }

    #[test]
    fn a_profile_of_the_library_is_in_its_own_file() {
        let found = defined(&ground(
            "tenant acme {\n    workload web { like web-ser$0vice; container image=shop }\n}\n",
        ));
        assert!(found.starts_with("//- std:/"), "{found}");
    }

    #[test]
    fn names_in_expressions_lead_to_their_values() {
        insta::assert_snapshot!(defined(&ground(
            "let web-count 3\ntenant acme {\n    workload web { container image=shop; replicas \"${web_co$0unt + 1}\" }\n}\n"
        )));
    }

    #[test]
    fn a_call_leads_to_the_definition_and_its_arguments_to_theirs() {
        let text = |marked: &str| {
            format!(
                "define app {{\n    arg name type=name\n    param size type=int default=1\n    body {{\n        workload $name {{ container image=shop; replicas $size }}\n    }}\n}}\n\
                 tenant acme {{\n    {marked}\n}}\n"
            )
        };
        insta::assert_snapshot!(defined(&ground(&text("a$0pp web size=2"))));
        insta::assert_snapshot!(defined(&ground(&text("app web si$0ze=2"))));
    }

    #[test]
    fn what_a_row_makes_leads_to_the_row() {
        let text = "table customers { row hansen; row vega }\neach c in=customers {\n    tenant $c.key { workload db { container image=shop; port sql 5432; offer sql to=office } }\n}\n\
             tenant office {\n    workload web { container image=shop; connect MARK port=sql }\n}\n";
        let at = |mark: &str| defined(&ground(&text.replace("MARK", mark)));
        insta::assert_snapshot!(at("ve$0ga.db"));
        insta::assert_snapshot!(at("vega.d$0b"));
    }

    #[test]
    fn what_a_test_changes_leads_to_what_it_changes() {
        let text = "tenant acme { workload web { container image=shop } }\n\
             test t {\n    given { tenant acme { workload w$0eb { replicas 2 } } }\n}\n";
        insta::assert_snapshot!(defined(&ground(text)));
    }

    #[test]
    fn a_port_is_that_of_a_workload_whoever_makes_it() {
        let text = "profile prof { port admin 9090 }\ntable t { row x }\n\
             define svc {\n    arg name type=name\n    slot\n    body {\n        workload $name { container image=shop; port own 81; slot }\n    }\n}\n\
             tenant acme {\n    each r in=t {\n        workload \"e-${r.key}\" { container image=shop; port admin 99 }\n    }\n    \
             svc s { port extra 77 }\n    workload w { like prof; container image=shop }\n    \
             workload z { container image=shop; MARK }\n}\n";
        let at = |mark: &str| defined(&ground(&text.replace("MARK", mark)));
        insta::assert_snapshot!(at("connect e-x port=ad$0min"));
        insta::assert_snapshot!(at("connect s port=o$0wn"));
        insta::assert_snapshot!(at("connect s port=ex$0tra"));
        insta::assert_snapshot!(at("connect w port=ad$0min"));
    }

    #[test]
    fn an_image_leads_to_its_declaration_and_a_quota_to_its_storage() {
        let text = "tenant acme {\n    quota { storage fa$0st \"1GiB\" }\n    workload vm { vm image=shop }\n}\n";
        insta::assert_snapshot!(defined(&ground(text)));
        let text = text.replace("$0", "").replace("image=shop", "image=sho$0p");
        insta::assert_snapshot!(defined(&ground(&text)));
    }

    #[test]
    fn the_path_of_a_package_leads_to_its_file() {
        let text = "use \"vendor/p$0g\"\n//- vendor/pg/tenantry.kdl\npackage pg\n";
        insta::assert_snapshot!(defined(&ground(text)));
    }
}
