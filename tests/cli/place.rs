//! `place`: a problem, or an estate, and where everything stands.

use crate::{
    harness::{Folder, GROUND, well_formed},
    promise::{keeps, promise},
};

const FITS: &str = r#"{
    "pools": [{"name": "gpu", "count": 3, "zones": {"a": 2, "b": 1}, "numa": 2,
               "numa_resources": ["gpu"], "capacity": {"cpu": 16, "gpu": 4}, "colour": "red"}],
    "workloads": [{"name": "<train>&co", "replicas": 2, "numa": "single",
                   "requests": {"cpu": 8, "gpu": 2}},
                  {"name": "web", "replicas": 2, "requests": {"cpu": 2}}],
    "failures": [{"k": 1}]}"#;

/// Seven replicas of which each takes two of the four of a node.
const LACKS: &str = r#"{
    "pools": [{"name": "gpu", "count": 3, "capacity": {"gpu": 4}}],
    "workloads": [{"name": "train", "replicas": 7, "requests": {"gpu": 2}}]}"#;

fn folder() -> Folder {
    Folder::of([("fits.json", FITS), ("lacks.json", LACKS)])
}

#[test]
fn a_problem_is_decided_from_a_file_or_from_standard_input() {
    let folder = folder();
    let run = folder
        .run("place --problem fits.json --format json")
        .ends_with(0);
    assert!(
        run.err.contains("`pools.0.colour` means nothing"),
        "{}",
        run.err
    );
    let answer = run.json();
    assert_eq!(answer["verdict"], "feasible");
    assert_eq!(
        answer["witness"]["base"]["web"]
            .as_object()
            .unwrap()
            .values()
            .fold(0, |sum, count| {
                sum + count.as_u64().unwrap_or_else(|| {
                    count
                        .as_array()
                        .unwrap()
                        .iter()
                        .filter_map(serde_json::Value::as_u64)
                        .sum()
                })
            }),
        2
    );
    let again = folder
        .run_with("place --problem - --format json", FITS)
        .ends_with(0);
    assert_eq!(again.out, run.out);

    let run = folder
        .run("place --problem lacks.json --format json")
        .ends_with(1);
    let answer = run.json();
    assert_eq!(answer["verdict"], "infeasible");
    assert_eq!(answer["explanation"]["minimal"], true);
    assert_eq!(answer["bounds"]["fits"], 6);
}

#[test]
fn a_budget_may_leave_it_undecided_and_that_ends_with_four() {
    let folder = folder();
    let run = folder
        .run("place --problem fits.json --steps 1 --format json")
        .ends_with(4);
    assert_eq!(run.json()["verdict"], "undecided");
}

#[test]
fn what_is_no_problem_is_told_with_its_place() {
    let folder = folder();
    folder.write(
        "wrong.json",
        r#"{"pools": [{"name": "a", "count": -1}], "workloads": []}"#,
    );
    let run = folder.run("place --problem wrong.json").ends_with(2);
    assert!(
        run.err.contains("pools[0].count") || run.err.contains("pools.0.count"),
        "{}",
        run.err
    );
    let run = folder
        .run_with("place --problem -", "no problem")
        .ends_with(2);
    assert!(
        run.err.contains("standard input is no problem"),
        "{}",
        run.err
    );
    let run = folder.run("place --problem gone.json").ends_with(2);
    assert!(run.err.contains("it is not there"), "{}", run.err);
}

#[test]
fn the_sheet_says_how_full_it_is_and_why_not() {
    let folder = folder();
    let run = folder.run("place --problem lacks.json --all").ends_with(1);
    for part in [
        "does not fit",
        "7 replicas",
        "6 of 7 of `train`",
        "add 1 node to pool `gpu`",
        "12 of 12",
        "gpu-0 to gpu-2",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn what_if_changes_the_problem_and_keeps_the_names() {
    let folder = folder();
    let json = |args: &str, code| {
        let run = folder.run(&format!("place --problem lacks.json --format json {args}"));
        run.ends_with(code).json()
    };
    assert_eq!(json("--add 1xgpu", 0)["verdict"], "feasible");
    let scaled = json("--scale train=4 --without gpu-0", 0);
    let nodes = scaled["witness"]["base"]["train"].as_object().unwrap();
    assert_eq!(nodes.keys().collect::<Vec<_>>(), ["gpu-1", "gpu-2"]);
    let run = folder
        .run("place --problem lacks.json --without gpu-9")
        .ends_with(2);
    assert!(
        run.err.contains("there is no node `gpu-9`") && run.err.contains("gpu-0 to gpu-2"),
        "{}",
        run.err
    );
    let room = json("--scale train=4 --headroom", 0);
    assert_eq!(room["headroom"][0]["more"], 2);
    assert_eq!(
        room["headroom"][0]["limits"],
        serde_json::json!(["capacity:gpu"])
    );
}

#[test]
fn the_page_is_whole_has_every_node_and_escapes_names() {
    let folder = folder();
    folder
        .run("place --problem fits.json --html one.html")
        .ends_with(0);
    folder
        .run("place --problem fits.json --html two.html")
        .ends_with(0);
    let page = folder.read("one.html");
    assert_eq!(page, folder.read("two.html"));
    well_formed(&page);
    for node in ["gpu-0", "gpu-1", "gpu-2"] {
        assert!(page.contains(&format!("<strong>{node}</strong>")), "{node}");
    }
    assert!(page.contains("2 × &lt;train&gt;&amp;co") || page.contains("1 × &lt;train&gt;&amp;co"));
    assert!(!page.contains("<train>"));
    for fetched in ["src=", "http://", "https://", "@import", "url("] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    // Where nothing has failed, and each node once.
    assert_eq!(page.matches("<option ").count(), 4);
}

#[test]
fn a_large_pool_is_drawn_by_nodes_that_are_alike() {
    let folder = folder();
    let problem = r#"{"pools": [{"name": "n", "count": 8000, "capacity": {"cpu": 8}}],
        "workloads": [{"name": "w", "replicas": 9000, "requests": {"cpu": 3}}]}"#;
    folder
        .run_with("place --problem - --html page.html", problem)
        .ends_with(0);
    let page = folder.read("page.html");
    well_formed(&page);
    assert!(page.len() < 60_000, "{}", page.len());
    assert!(page.contains("8000 nodes"));
}

#[test]
fn an_estate_is_placed_and_its_problem_is_what_is_decided() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder.run("place --env prod --format json").ends_with(0);
    let document = run.json();
    assert_eq!(document["version"], 1);
    let clusters = document["clusters"].as_array().unwrap();
    assert!(clusters.len() > 1);
    for cluster in clusters {
        let asked: u64 = cluster["pools"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|pool| pool["replicas"].as_u64())
            .sum();
        let held: u64 = cluster["pools"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|pool| pool["holds"].as_array().unwrap().clone())
            .map(|holds| {
                let each: u64 = holds["replicas"]
                    .as_object()
                    .unwrap()
                    .values()
                    .filter_map(serde_json::Value::as_u64)
                    .sum();
                each * holds["count"].as_u64().unwrap()
            })
            .sum();
        assert_eq!(asked, held);
    }
    let several = folder.run("place --export").ends_with(2);
    assert!(several.err.contains("`sz1` in prod"), "{}", several.err);
    let problem = folder
        .run("place --export --env prod --cluster sz1")
        .ends_with(0);
    let answer = folder
        .run_with("place --problem - --format json", &problem.out)
        .ends_with(0);
    let own = clusters
        .iter()
        .find(|cluster| cluster["cluster"] == "sz1")
        .unwrap();
    assert_eq!(answer.json()["verdict"], own["verdict"]);
    assert_eq!(
        answer.json()["witness"]["base"],
        own["answer"]["witness"]["base"]
    );
}

#[test]
fn what_if_of_an_estate_goes_by_the_names_of_its_machines() {
    let folder = Folder::of_example("ai-cloud");
    let lost = folder
        .run("place --env prod --without gpu-a-1 --all")
        .ends_with(1);
    for part in [
        "what if: without node `gpu-a-1`",
        "After losing one node",
        "As long as nothing fails everything fits",
        "each takes 2 `nvidia-a100-80gb`",
    ] {
        assert!(lost.out.contains(part), "{part}\n{}", lost.out);
    }
    let (_, shown) = lost.out.split_once("As long as").unwrap();
    assert!(!shown.contains("gpu-a-1"), "{shown}");
    assert!(shown.contains("gpu-a-2"), "{shown}");
    assert!(
        !lost.out.contains("lab in prod"),
        "only the cluster that has it"
    );
    let spared = folder.run("place --env prod --without gpu-c-1");
    spared.ends_with(0);
    let scaled = folder
        .run("place --env prod --scale acme.trainer=100")
        .ends_with(1);
    assert!(scaled.out.contains("does not fit"), "{}", scaled.out);
    let gone = folder.run("place --without zone=nowhere").ends_with(2);
    assert!(
        gone.err.contains("there is no zone `nowhere`"),
        "{}",
        gone.err
    );
    let gone = folder.run("place --cluster nowhere").ends_with(2);
    assert!(gone.err.contains("`sz1`"), "{}", gone.err);
}

#[test]
fn an_estate_without_workloads_fits() {
    let folder = Folder::of([("tenantry.kdl", GROUND)]);
    let run = folder.run("place").ends_with(0);
    assert!(
        run.out.contains("fits, 0 replicas on 1 node"),
        "{}",
        run.out
    );
}

#[test]
fn what_moves_is_said_with_where_from() {
    let folder = Folder::of_example("managed-proxmox");
    folder.run("build").ends_with(0);
    let still = folder.run("place --format json").ends_with(0).json();
    assert_eq!(still["clusters"][0]["moves"], serde_json::json!([]));
    let hosts = still["clusters"][0]["hosts"].as_array().unwrap();
    let first = hosts[0]["host"].as_str().unwrap();
    let other = hosts.iter().filter_map(|it| it["host"].as_str());
    let other = other.clone().find(|host| *host != first).unwrap();
    // As if the build before had chosen another machine that is gone since.
    let lock = folder.read("tenantry.lock");
    assert!(lock.contains(first) && lock.contains(other), "{lock}");
    folder.write("tenantry.lock", &lock.replace(first, "gone"));
    let moved = folder.run("place").ends_with(0);
    assert!(moved.out.contains("moves: "), "{}\n{lock}", moved.out);
}

#[test]
fn the_documents_are_as_their_schema_says() {
    let answer = promise("placement", "answer");
    let folder = folder();
    for (file, code) in [("fits", 0), ("lacks", 1)] {
        let run = folder.run(&format!(
            "place --problem {file}.json --headroom --format json"
        ));
        keeps(&answer, &run.ends_with(code));
    }
    let run = folder.run("place --problem lacks.json --limit placement-steps=1 --format json");
    keeps(&answer, &run);
    let document = promise("placement", "");
    for example in ["managed-proxmox", "saas-platform"] {
        let folder = Folder::of_example(example);
        keeps(
            &document,
            &folder.run("place --headroom --format json").ends_with(0),
        );
    }
    let other = folder.run("place --problem fits.json --format json").json();
    assert!(
        document.validate(&other).is_err(),
        "an answer is no document"
    );
}

#[test]
fn another_number_or_address_is_said_with_what_took_it() {
    let folder = Folder::of_example("homelab");
    folder.run("build").ends_with(0);
    let lock = folder.read("tenantry.lock");
    let old = lock
        .replace("\"12303\"", "\"7\"")
        .replace("192.168.10.22/24", "192.168.99.22/24");
    assert_ne!(lock, old);
    folder.write("tenantry.lock", &old);
    let run = folder.run("place --format json").ends_with(0);
    keeps(&promise("placement", ""), &run);
    let told = &run.json()["clusters"][0]["renumbered"];
    assert_eq!(told[0]["replica"], "family.files", "{told}");
    assert_eq!(
        (&told[0]["from"], &told[0]["interface"]),
        (&"7".into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&told[1]["from"], &told[1]["interface"]),
        (&"192.168.99.22/24".into(), &"default".into())
    );
    let table = folder.run("place").ends_with(0);
    assert!(
        table
            .out
            .contains("changes: number of `family.files` from 7 to "),
        "{}",
        table.out
    );
    assert!(
        table.err.contains("note") && table.err.contains("address-changes"),
        "{}",
        table.err
    );
    folder.run("place --html page.html").ends_with(0);
    assert!(folder.read("page.html").contains("192.168.99.22/24"));
    // What would change must not where it is locked; a build writes it, and all is as it was.
    let locked = folder.run("build --locked").ends_with(1);
    assert!(
        locked.err.contains("vmid of family.files: 7"),
        "{}",
        locked.err
    );
    assert_eq!(folder.read("tenantry.lock"), old);
    folder.run("build").ends_with(0);
    folder.run("build --locked").ends_with(0);
    let after = folder.run("place --format json").ends_with(0);
    assert_eq!(
        after.json()["clusters"][0]["renumbered"],
        serde_json::json!([])
    );
}

#[test]
fn the_page_of_a_small_problem_is_as_it_was_read() {
    let folder = folder();
    folder
        .run("place --problem lacks.json --html page.html")
        .ends_with(1);
    let page = folder.read("page.html");
    // Its looks and its behaviour are files of their own.
    let cut = |page: &str, tag: &str| {
        let (before, rest) = page.split_once(&format!("<{tag}>")).unwrap();
        let (_, after) = rest.split_once(&format!("</{tag}>")).unwrap();
        format!("{before}<{tag}>…</{tag}>{after}")
    };
    let page = cut(&cut(&page, "style"), "script");
    insta::assert_snapshot!(page.replace("><", ">\n<"));
}
