//! `why`: a value, or a line of an emitted file, tells what made it so.

use std::fs;

use crate::harness::Folder;

/// The places of the first answer, as `file:line`, with the role of each.
fn chain(answer: &serde_json::Value) -> Vec<(String, String)> {
    let links = answer["chain"].as_array().expect("a chain");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    links
        .iter()
        .map(|link| (text(&link["role"]), text(&link["place"]["text"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(role, text): &(&str, &str)| ((*role).to_owned(), (*text).to_owned());
    expected.iter().map(own).collect()
}

#[test]
fn a_value_of_a_parameter_leads_to_its_declaration_in_each_environment() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder
        .run("why acme.trainer replicas --format json")
        .ends_with(0);
    let document = run.json();
    assert_eq!(document["version"], 1);
    let [staging, prod] = [&document["answers"][0], &document["answers"][1]];
    assert_eq!(staging["envs"], serde_json::json!(["staging"]));
    assert_eq!(staging["path"], "acme.trainer.replicas");
    assert_eq!(staging["value"], "2");
    let declared = "param trainers type=int default=2 min=1 {";
    assert_eq!(
        chain(staging),
        pairs(&[("use", "replicas $trainers"), ("parameter", declared)])
    );
    assert_eq!(prod["value"], "8");
    assert_eq!(
        chain(prod),
        pairs(&[("use", "replicas $trainers"), ("parameter", "in prod 8")])
    );
    let set = "why acme.trainer.replicas --env prod --set trainers=3 --format json";
    let set = folder.run(set).ends_with(0).json();
    assert_eq!(set["answers"][0]["value"], "3");
    assert_eq!(
        chain(&set["answers"][0]),
        pairs(&[("use", "replicas $trainers"), ("set", declared)])
    );
}

#[test]
fn a_value_of_a_profile_leads_to_the_profile_and_to_the_like() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder.run("why acme.trainer cpu.model").ends_with(0);
    assert_eq!(run.err, "");
    assert!(
        run.out.contains("in staging and prod")
            && run.out.contains("the profile `ai-training` says so")
            && run.out.contains("std:/profiles/")
            && run.out.contains("brought by `like ai-training`")
            && run.out.contains("tenants/acme.kdl:29:"),
        "{}",
        run.out
    );
}

#[test]
fn what_nobody_said_is_a_default() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder
        .run("why acme.features run --format json")
        .ends_with(0);
    let answer = &run.json()["answers"][0];
    assert_eq!(answer["value"], "always");
    assert_eq!(chain(answer), pairs(&[("default", "workload features {")]));
}

#[test]
fn what_an_environment_changes_says_so() {
    let folder = Folder::of_example("ai-cloud");
    let command = "why acme.api var.LOG_LEVEL.value --env staging";
    let run = folder.run(command).ends_with(0);
    assert!(
        run.out.contains("= debug") && run.out.contains("written here, for staging"),
        "{}",
        run.out
    );
}

#[test]
fn a_node_tells_what_it_says_and_what_it_holds() {
    let folder = Folder::of_example("ai-cloud");
    let run = folder.run("why acme.trainer disk.data").ends_with(0);
    assert!(
        run.out.contains("acme.trainer.disk.data = 2TiB") && run.out.contains("it says"),
        "{}",
        run.out
    );
    let pool = folder.run("why sz1.general").ends_with(0);
    let by_kind = folder.run("why pool.general").ends_with(0);
    assert_eq!(pool.out, by_kind.out);
    assert!(
        pool.out.contains("it holds nodes, cpu, memory"),
        "{}",
        pool.out
    );
}

#[test]
fn a_line_of_an_emitted_file_leads_to_the_spec() {
    let folder = Folder::of_example("ai-cloud");
    folder.run("build").ends_with(0);
    let path = "out/prod/kubernetes/sz1/acme/trainer.yaml";
    let text = folder.read(path);
    let number = text.lines().position(|line| line.contains("guest:"));
    let number = number.expect("a size") + 1;
    let run = folder
        .run(&format!("why {path}:{number} --format json"))
        .ends_with(0);
    let answer = &run.json()["answers"][0];
    assert_eq!(answer["envs"], serde_json::json!(["prod"]));
    assert_eq!(answer["path"], "acme.trainer.memory.size");
    assert_eq!(answer["line"]["stale"], false);
    assert_eq!(chain(answer)[1].0, "like");
    // From within another folder the estate above the file is meant.
    fs::create_dir_all(folder.path("elsewhere")).expect("a folder");
    let again = folder
        .run(&format!("why ./{path}:{number} --format json"))
        .ends_with(0);
    assert_eq!(again.out, run.out);
}

#[test]
fn lines_of_every_target_are_known() {
    let folder = Folder::of_example("ai-cloud");
    for (line, says) in [
        (
            "out/prod/helm/sz1/cilium.values.yaml:1",
            "tenantry.kdl|ground.kdl",
        ),
        (
            "out/prod/ansible/inventory/host_vars/gpu-a-1.yaml:2",
            "nodes $gpu-nodes per=zone",
        ),
        (
            "out/prod/proxmox/lab/plan.json:9",
            "time-zone=\"Asia/Shanghai\"",
        ),
        ("kubernetes/sz1/acme/kustomization.yaml:5", "workload "),
    ] {
        let run = folder.run(&format!("why {line}")).ends_with(0);
        assert!(
            says.split('|').any(|says| run.out.contains(says)),
            "{line}:\n{}",
            run.out
        );
    }
}

#[test]
fn an_edited_spec_does_not_answer_with_lines_of_the_old_one() {
    let folder = Folder::of_example("first-estate");
    folder.run("build").ends_with(0);
    let files = fs::read_dir(folder.path("out/kubernetes/one/demo")).expect("the folder");
    assert!(files.count() > 1);
    let path = "out/kubernetes/one/demo/hello.yaml";
    let text = folder.read(path);
    let number = text
        .lines()
        .position(|line| line.contains("image: "))
        .expect("an image")
        + 1;
    let before = folder
        .run(&format!("why {path}:{number} --format json"))
        .ends_with(0);
    let line = |run: &serde_json::Value| run["answers"][0]["chain"][0]["place"]["line"].as_u64();
    let before = line(&before.json()).expect("a line");
    let file = fs::read_dir(folder.path(".")).expect("the folder");
    for entry in file.map(|entry| entry.expect("an entry").path()) {
        if entry
            .extension()
            .is_some_and(|extension| extension == "kdl")
        {
            let text = fs::read_to_string(&entry).expect("text");
            fs::write(&entry, format!("// one\n// more\n{text}")).expect("it is written");
        }
    }
    let after = folder
        .run(&format!("why {path}:{number} --format json"))
        .ends_with(0)
        .json();
    assert_eq!(
        line(&after),
        Some(before + 2),
        "a comment moves a line, and nothing else"
    );
    assert_eq!(after["answers"][0]["line"]["stale"], false);
    folder.write(path, &format!("# by hand\n{text}"));
    let moved = folder
        .run(&format!("why {path}:{} --format json", number + 1))
        .ends_with(0);
    let moved = moved.json();
    assert_eq!(moved["answers"][0]["line"]["stale"], true);
    assert_eq!(moved["answers"][0]["line"]["line"], number);
    let gone = folder.run(&format!("why {path}:1")).ends_with(2);
    assert!(
        gone.err.contains("is not in what the spec yields now"),
        "{}",
        gone.err
    );
}

#[test]
fn what_is_not_there_meets_its_neighbour() {
    let folder = Folder::of_example("ai-cloud");
    for (question, said) in [
        (
            "acme.trainer cpu.mod",
            "did you mean `acme.trainer.cpu.model`?",
        ),
        ("acme.trainr", "did you mean `acme.trainer`?"),
        ("acmee", "did you mean `acme`?"),
        (
            "out/prod/kubernetes/sz1/acme/trainr.yaml:1",
            "did you mean prod/kubernetes/sz1/acme/trainer.yaml?",
        ),
        (
            "out/prod/manifest.json:3",
            "ask about a line of one of those",
        ),
    ] {
        let run = folder.run(&format!("why {question}")).ends_with(2);
        assert_eq!(run.out, "");
        let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(said), "{question}: {words}");
    }
    let far = folder
        .run("why out/prod/helm/sz1/cilium.values.yaml:9999")
        .ends_with(2);
    assert!(far.err.contains(" lines\n"), "{}", far.err);
}

#[test]
fn beside_an_error_values_still_answer_and_lines_do_not() {
    let folder = Folder::of_example("ai-cloud");
    let tenant = folder.read("tenants/beta-corp.kdl");
    folder.write(
        "tenants/beta-corp.kdl",
        &tenant.replace("tier=ordinary", "tier=ordinari"),
    );
    let run = folder
        .run("why acme.trainer replicas --env prod")
        .ends_with(0);
    assert!(run.out.contains("= 8") && run.err.contains("the estate has errors"));
    let line = folder
        .run("why out/prod/kubernetes/sz1/acme/trainer.yaml:1")
        .ends_with(1);
    assert!(
        line.err.contains("nothing is emitted beside an error"),
        "{}",
        line.err
    );
}
