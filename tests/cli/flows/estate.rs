//! Of an estate: its flows, and questions about it.

use serde_json::json;

use super::told;
use crate::harness::Folder;

#[test]
fn what_is_about_manifests_is_refused_of_an_estate() {
    let folder = Folder::of([("shop/tenantry.kdl", crate::harness::GROUND)]);
    for option in ["--ask gone.json", "--exposure", "--network a/b"] {
        for place in ["", "shop ", "--cluster one "] {
            let run = folder.run(&format!("flows {place}{option}")).ends_with(2);
            assert_eq!(run.out, "");
            let words = "is about manifests, and none are given";
            assert!(run.err.contains(words), "{place}{option}\n{}", run.err);
        }
    }
}

/// Two tenants of which one calls the other, and nobody else.
const TENANTS: &str = r#"
tenant acme {
    quota cpu=8 memory="8GiB"
    workload db {
        container image="registry.example.com/acme/db:1.0"
        cpu 1
        memory "1GiB"
        port sql 5432
        offer sql to=beta
    }
    workload api {
        container image="registry.example.com/acme/api:1.0"
        cpu 1
        memory "1GiB"
        connect db port=sql
    }
}
tenant beta {
    quota cpu=8 memory="8GiB"
    workload web {
        container image="registry.example.com/beta/web:1.0"
        cpu 1
        memory "1GiB"
        connect acme.db port=sql
    }
}
"#;

pub(super) fn estate() -> Folder {
    Folder::of([("tenantry.kdl", crate::harness::GROUND), ("t.kdl", TENANTS)])
}

#[test]
fn an_estate_s_flows_are_told_with_their_places() {
    let folder = estate();
    let run = folder.run("flows").ends_with(0);
    for part in [
        "one: 3 workloads, 2 declared flows",
        "Proved on the",
        "→ acme.db  TCP 5432  t.kdl:15",
        "→ platform.dns",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    let all = folder.run("flows --format json --cluster one").ends_with(0);
    let flows = all.json()["sheets"][0]["flows"].clone();
    let declared = flows.as_array().unwrap().iter();
    let declared: Vec<_> = declared
        .filter(|flow| flow["reason"] == "declared")
        .map(|flow| (flow["from"][0].clone(), flow["to"][0].clone()))
        .collect();
    let db = json!("acme.db");
    let expected = [(json!("acme.api"), db.clone()), (json!("beta.web"), db)];
    assert_eq!(declared, expected, "{flows:#}");
    let run = folder.run("flows --cluster two").ends_with(2);
    assert!(run.err.contains("there is no cluster `two`"), "{}", run.err);
}

#[test]
fn a_flow_of_a_definition_is_where_the_definition_says_so() {
    let folder = Folder::of_example("saas-platform");
    let asked = "flows --env prod --from office.metering --to vega.web";
    let run = folder.run(asked).ends_with(0);
    let metered = "declared at office.kdl:";
    assert!(run.out.contains(metered), "{}", run.out);
    let run = folder
        .run("flows --env prod --from vega.worker")
        .ends_with(0);
    let mailed = "TCP 5432  vendor/hosting/customer.kdl:";
    assert!(run.out.contains(mailed), "{}", run.out);
    assert!(!run.out.contains("?:"), "{}", run.out);
    let run = folder.run("flows --env prod --to vega.web").ends_with(0);
    let exposed = "expose, vendor/hosting/customer.kdl:";
    assert!(run.out.contains(exposed), "{}", run.out);
}

#[test]
fn a_port_is_asked_for_by_its_name() {
    let folder = estate();
    told(
        &folder,
        &[
            (
                "--from acme.api --to acme.db --port sql",
                &["allowed", "TCP 5432"],
            ),
            (
                "--to acme.db --port sql",
                &["→ acme.db  TCP 5432", "!→ platform.dns"],
            ),
            ("--port 5432", &["→ acme.db  TCP 5432", "!→ platform.dns"]),
            ("--protocol udp", &["→ platform.dns  UDP 53", "!→ acme.db"]),
        ],
    );
    for (asked, says) in [
        ("--port sql", "say by `--to` who is called"),
        ("--to acme.db --port sqll", "did you mean `sql`?"),
        (
            "--to acme.db --port sql --protocol udp",
            "`sql` of acme.db is TCP 5432",
        ),
        ("--to platform.dns --port dns", "it has no port with a name"),
        ("--to acme.db --port 70000", "a number from 1 to 65535"),
    ] {
        let run = folder.run(&format!("flows {asked}")).ends_with(2);
        assert!(run.err.contains(says), "{asked}: {}", run.err);
        assert_eq!(run.out, "", "{asked}");
    }
}

#[test]
fn the_page_of_a_question_is_written_too() {
    let folder = estate();
    let asked = "flows --from acme.api --to acme.db --html page.html";
    let run = folder.run(asked).ends_with(0);
    assert!(
        run.out.contains("allowed: acme.api → acme.db"),
        "{}",
        run.out
    );
    let page = folder.read("page.html");
    assert!(
        page.contains("acme.db") && !page.contains("beta.web → "),
        "{page}"
    );
}

#[test]
fn what_is_proved_is_told_apart_from_what_another_policy_holds() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder.run("flows --env prod --cluster sz1").ends_with(0);
    for part in [
        "17 of 21 flows, nothing more and nothing less",
        "7 policy objects for 5 workloads",
        "CiliumNetworkPolicy acme/api: the pod network's own policies add",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn a_question_about_an_estate_quotes_the_line_or_says_what_is_missing() {
    let folder = estate();
    for (args, parts) in [
        (
            "--from beta.web --to acme.db --port 5432",
            &[
                "allowed: beta.web → acme.db, TCP 5432",
                "declared at t.kdl:24",
            ][..],
        ),
        (
            "--from beta.web --to acme.api --port 80",
            &[
                "refused: beta.web → acme.api, TCP 80",
                "Nothing of `acme.api` listens on TCP 80: it declares no port.",
                "`port NAME 80` in `acme.api`, and",
                "`connect acme.api port=NAME` in `beta.web`, and",
                "`offer NAME to=beta` in `acme.api`",
            ],
        ),
        (
            "--from acme.db --to acme.api --port 80",
            &["refused", "`connect api port=NAME`"],
        ),
        (
            "--from acme.db --to internet",
            &["refused", "`connect internet port=PORT`"],
        ),
        (
            "--from internet --to acme.db",
            &["refused", "`expose sql` in `acme.db`"],
        ),
        (
            "--from acme.db --to platform.dns --port 53",
            &["allowed", "derived"],
        ),
    ] {
        let run = folder.run(&format!("flows {args}")).ends_with(0);
        for part in parts {
            assert!(run.out.contains(part), "{args}: {part}\n{}", run.out);
        }
    }
    let answer = folder
        .run("flows --from acme.api --to acme.db --format json")
        .ends_with(0)
        .json();
    let answer = &answer["answers"][0];
    assert_eq!(answer["allowed"], true);
    assert_eq!(answer["flows"][0]["place"], "t.kdl:15");
    let run = folder
        .run("flows --from acme.bd --to acme.api")
        .ends_with(2);
    assert!(run.err.contains("did you mean `acme.db`?"), "{}", run.err);
}

#[test]
fn every_end_of_a_flow_is_in_the_page() {
    let folder = estate();
    // Without its pool no workload is sound, and the tenants' pods may ask the resolver still.
    let ground = crate::harness::GROUND.replace("edge-x86-8c", "edge-x86-8zc");
    folder.write("tenantry.kdl", &ground);
    folder.run("flows --html page.html").ends_with(1);
    let page = folder.read("page.html");
    assert!(page.contains("acme.*"));
    let data = page.split("class=\"data\">").nth(1).unwrap();
    let data = data.split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let nodes = data["nodes"].as_array().unwrap();
    for (at, node) in nodes.iter().enumerate() {
        let button = format!("class=\"node\" data-at=\"{at}\"");
        assert!(page.contains(&button), "{node}");
    }
}

#[test]
fn beside_an_error_it_is_said_what_is_left_out() {
    let folder = estate();
    folder.write("u.kdl", "tenant other { workload x { cpu many; } }\n");
    let run = folder.run("flows").ends_with(1);
    let told = "nothing is emitted beside errors, and a workload that has one is left out";
    assert!(run.out.contains(told), "{}", run.out);
}
