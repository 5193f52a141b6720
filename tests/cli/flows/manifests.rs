//! Of manifests of anybody's, and what they let through.

use serde_json::json;

use super::estate::estate;
use crate::{
    harness::Folder,
    promise::{keeps, promise},
};

const SHOP: &str = r#"# The shop.
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: sales}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: web, ports: [{containerPort: 8080, name: http}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, image: db}]}
status: {podIP: 10.1.2.3, podIPs: [{ip: 10.1.2.3}]}
---
apiVersion: v1
kind: Pod
metadata: {name: probe, namespace: spies, labels: {app: web}}
spec: {containers: [{name: probe, image: probe}]}
"#;

const POLICIES: &str = r#"{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
 "metadata": {"name": "db", "namespace": "shop"},
 "spec": {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"],
          "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}],
                       "ports": [{"port": 5432}]}]}}
"#;

fn folder() -> Folder {
    Folder::of([("k8s/a/shop.yml", SHOP), ("k8s/b.json", POLICIES)])
}

#[test]
fn questions_are_answered_in_order_and_keep_their_members() {
    let folder = folder();
    let questions = json!([
        {"id": 7, "from": "shop/web", "to": "shop/db", "port": 5432, "allowed": "we hope"},
        {"from": "spies/probe", "to": "shop/db", "port": 5432, "protocol": "TCP"},
        {"from": "shop/web", "to": "10.1.2.3", "port": 53, "protocol": "udp"},
        {"from": "192.0.2.7", "to": "shop/web", "port": 8080, "protocol": null},
        {"from": "shop/web", "to": "::ffff:10.1.2.3", "port": 5432},
    ]);
    folder.write("ask.json", &questions.to_string());
    let run = folder
        .run("flows --manifests k8s --ask ask.json")
        .ends_with(0);
    let answers = run.json();
    let row = |at: usize, member: &str| answers[at][member].clone();
    let allowed: Vec<_> = (0..4).map(|at| row(at, "allowed")).collect();
    assert_eq!(allowed, [true, false, false, true], "{answers:#}");
    let basis: Vec<_> = (0..4).map(|at| row(at, "basis")).collect();
    assert_eq!(
        basis,
        ["policy", "policy", "policy", "no-policy"],
        "{answers:#}"
    );
    assert_eq!(row(4, "basis"), "policy", "{answers:#}");
    assert_eq!(row(0, "id"), 7);
    assert_eq!(row(2, "protocol"), "udp");
    let because = row(1, "because").to_string();
    assert!(because.contains("shop/db"), "{answers:#}");
    let members: Vec<&String> = answers[0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["id", "from", "to", "port", "allowed", "basis", "because"]
    );
    let long = r#"[{"id": 123456789012345678901234567890, "from": "shop/web", "to": "shop/db", "port": 1, "x": 1.00}]"#;
    let kept = folder
        .run_with("flows --manifests k8s --ask -", long)
        .ends_with(0);
    for part in ["\"id\": 123456789012345678901234567890", "\"x\": 1.00"] {
        assert!(kept.out.contains(part), "{}", kept.out);
    }
    let again = folder
        .run_with("flows --manifests k8s --ask -", &questions.to_string())
        .ends_with(0);
    assert_eq!(again.out, run.out);
    let none = folder
        .run_with("flows --manifests k8s --ask -", "[]")
        .ends_with(0);
    assert_eq!(none.json(), json!([]));
}

/// Two pods on two networks beside the pod network, of which one has no controller.
const LAB: &str = r#"
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: lab, namespace: shop}
spec: {config: '{"name": "lab", "type": "macvlan"}'}
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: wire, namespace: shop}
spec: {config: '{"name": "wire", "type": "bridge"}'}
---
apiVersion: v1
kind: Pod
metadata:
  {name: a, namespace: shop, labels: {pod: a}, annotations: {k8s.v1.cni.cncf.io/networks: "lab,wire"}}
spec: {containers: []}
---
apiVersion: v1
kind: Pod
metadata:
  {name: b, namespace: shop, labels: {pod: b}, annotations: {k8s.v1.cni.cncf.io/networks: "lab,wire"}}
spec: {containers: []}
---
apiVersion: k8s.cni.cncf.io/v1beta1
kind: MultiNetworkPolicy
metadata: {name: b, namespace: shop, annotations: {k8s.v1.cni.cncf.io/policy-for: "lab,wire"}}
spec:
  podSelector: {matchLabels: {pod: b}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {pod: a}}}], ports: [{port: 80}]}]
"#;

#[test]
fn each_network_is_answered_by_itself() {
    let folder = Folder::of([("k8s/lab.yml", LAB)]);
    let ask = |network: &str, port: u16| json!({"from": "shop/a", "to": "shop/b", "port": port, "network": network});
    let mut own = ask("", 81);
    own["network"] = json!(null);
    let questions = json!([
        ask("shop/lab", 80),
        ask("shop/lab", 81),
        ask("shop/wire", 81),
        own
    ]);
    let run = folder
        .run_with("flows --manifests k8s --ask -", &questions.to_string())
        .ends_with(0);
    let answers = run.json();
    let told: Vec<_> = (0..4)
        .map(|at| (answers[at]["allowed"].clone(), answers[at]["basis"].clone()))
        .collect();
    let wanted = [
        (json!(true), json!("policy")),
        (json!(false), json!("policy")),
        (json!(true), json!("secondary-network")),
        (json!(true), json!("no-policy")),
    ];
    assert_eq!(told, wanted, "{answers:#}");
    let unknown = json!([ask("shop/lob", 80)]).to_string();
    let run = folder
        .run_with("flows --manifests k8s --ask -", &unknown)
        .ends_with(2);
    assert!(run.err.contains("did you mean `shop/lab`?"), "{}", run.err);
    let run = folder.run("flows --manifests k8s").ends_with(0);
    for words in [
        "k8s, network shop/lab: ",
        "k8s, network shop/wire: ",
        "`shop/wire`: it is made by",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    let run = folder
        .run("flows --manifests k8s --network shop/lab --from shop/a --to shop/b --port 81")
        .ends_with(0);
    assert!(run.out.starts_with("refused"), "{}", run.out);
    let run = folder
        .run("flows --manifests k8s --network lab")
        .ends_with(2);
    assert!(run.err.contains("--network: "), "{}", run.err);
}

/// A database of three pods, of which one takes what is written.
const SHARDS: &str = r#"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: db}}
    spec: {containers: []}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: db}}}]
      ports: [{port: 5432}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: primary, namespace: shop}
spec:
  podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 5432}]
"#;

#[test]
fn pods_that_policies_tell_apart_are_asked_for_one_by_one_or_all_at_once() {
    let folder = Folder::of([("k8s/shop.yml", SHOP), ("k8s/shards.yml", SHARDS)]);
    // The pod of the same name would be one more.
    let shop = SHOP.replace(
        "name: db, namespace: shop, labels: {app: db}",
        "name: cache, namespace: shop",
    );
    folder.write("k8s/shop.yml", &shop);
    let ask = |from: &str, to: &str, port: u16| json!({"from": from, "to": to, "port": port});
    let questions = json!([
        ask("shop/web", "shop/db-0", 5432),
        ask("shop/web", "shop/db-2", 5432),
        ask("shop/web", "shop/db", 80),
        ask("shop/db", "shop/db", 5432),
        ask("shop/StatefulSet/db", "shop/web", 8080),
        ask("shop/db-1", "shop/db", 5432),
    ]);
    let run = folder.run_with("flows --manifests k8s --ask -", &questions.to_string());
    let answers = run.ends_with(0).json();
    let allowed: Vec<_> = (0..6).map(|at| answers[at]["allowed"].clone()).collect();
    assert_eq!(
        allowed,
        [true, false, false, true, true, true],
        "{answers:#}"
    );
    let differing = json!([ask("shop/web", "shop/db", 5432)]).to_string();
    let run = folder.run_with("flows --manifests k8s --ask -", &differing);
    let run = run.ends_with(2);
    for words in [
        "question 1: ",
        "shop/db-0",
        "shop/db-1",
        "ask about single pods",
    ] {
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    let run = folder.run("flows --manifests k8s --from shop/web --to shop/db --port 5432");
    assert!(run.ends_with(2).err.contains("--from and --to: "));
    let run = folder.run("flows --manifests k8s --from shop/web --to shop/db --port 80");
    assert!(run.ends_with(0).out.starts_with("refused"));
    // Everything of one end is everything of each of its pods.
    let run = folder.run("flows --manifests k8s --to shop/db --format json");
    let document = run.ends_with(0).json();
    let flows = document["sheets"][0]["flows"].to_string();
    for name in ["shop/db-0", "shop/db-1", "shop/db-2"] {
        assert!(flows.contains(name), "{name}\n{document:#}");
    }
    folder.write(
        "k8s/shards.yml",
        &SHARDS.replace("replicas: 3", "replicas: 10001"),
    );
    let run = folder.run("flows --manifests k8s").ends_with(1);
    assert!(
        run.err.contains("at most 10000 pods are told apart"),
        "{}",
        run.err
    );
}

/// What is asked about the estate: what is declared, refused, and about addresses.
const QUESTIONS: [&str; 4] = [
    "--from beta.web --to acme.db --port 5432",
    "--from beta.web --to acme.api",
    "--from acme.db --to internet",
    "--from 203.0.113.7 --to ::ffff:192.0.2.1",
];

#[test]
fn the_documents_are_as_their_schema_says() {
    let folder = Folder::of([
        ("k8s/shop.yml", SHOP),
        ("k8s/b.json", POLICIES),
        ("k8s/lab.yml", LAB),
    ]);
    let document = promise("flows", "");
    let answer = promise("flows", "answer");
    let json = |line: &str| folder.run(&format!("{line} --format json")).ends_with(0);
    let whole = json("flows --manifests k8s --exposure");
    keeps(&document, &whole);
    assert_eq!(whole.json()["sheets"].as_array().map(Vec::len), Some(3));
    for to in ["shop/db", "shop/web", "192.0.2.7"] {
        for port in ["", " --port 5432", " --port 81"] {
            let line = format!("flows --manifests k8s --from spies/probe --to {to}{port}");
            keeps(&answer, &json(&line));
        }
    }
    assert!(
        document
            .validate(&json("flows --manifests k8s --from shop/web --to shop/db").json())
            .is_err()
    );
    let questions = json!([
        {"from": "shop/web", "to": "shop/db", "port": 5432},
        {"from": "shop/a", "to": "shop/b", "port": 81, "protocol": "udp", "network": "shop/lab"},
    ]);
    let asked = folder.run_with("flows --manifests k8s --ask -", &questions.to_string());
    keeps(&promise("flows", "asked"), &asked.ends_with(0));
    let estate = estate();
    keeps(&document, &estate.run("flows --format json").ends_with(0));
    let answers = promise("flows", "answers");
    for line in QUESTIONS {
        let run = estate.run(&format!("flows {line} --format json"));
        keeps(&answers, &run.ends_with(0));
    }
    for example in ["managed-proxmox", "saas-platform"] {
        let folder = Folder::of_example(example);
        keeps(&document, &folder.run("flows --format json").ends_with(0));
    }
}

#[test]
fn a_question_that_cannot_be_asked_is_named_and_nothing_is_answered() {
    let folder = folder();
    let good = json!({"from": "shop/web", "to": "shop/db", "port": 5432});
    for (member, value, words) in [
        (
            "to",
            json!("shop/bd"),
            "question 2: `to`: there is no pod `shop/bd`",
        ),
        ("to", json!("shop/bd"), "did you mean `shop/db`?"),
        ("from", json!("web"), "did you mean `shop/web`?"),
        ("from", json!("10.0.0.0/8"), "a block of addresses"),
        ("from", json!(null), "`from` is null, not text"),
        ("port", json!("http"), "`port` is text, not a number"),
        ("port", json!(0), "`port` is 0: ports are 1 to 65535"),
        ("port", json!(80.5), "`port` is 80.5"),
        ("protocol", json!("ICMP"), "there are TCP, UDP and SCTP"),
    ] {
        let mut wrong = good.clone();
        wrong[member] = value;
        let questions = json!([good, wrong]).to_string();
        let run = folder
            .run_with("flows --manifests k8s --ask -", &questions)
            .ends_with(2);
        assert_eq!(run.out, "");
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    let questions =
        json!([{"from": "shop/bd"}, good, {"from": "shop/wbe", "to": "shop/db", "port": 1}]);
    let run = folder
        .run_with("flows --manifests k8s --ask -", &questions.to_string())
        .ends_with(2);
    assert_eq!(run.out, "");
    for words in [
        "question 1: `from`",
        "mean `shop/db`?",
        "question 3: `from`",
        "mean `shop/web`?",
    ] {
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    for (text, words) in [
        ("", "it is empty"),
        ("{}", "it is no list"),
        ("[1]", "question 1: it is a number, not an object"),
        ("[{}]", "question 1: it has no `from`"),
        (
            r#"[{"from": "a", "from": "b"}]"#,
            "the key `from` stands twice",
        ),
        ("[", "in line 1"),
    ] {
        let run = folder
            .run_with("flows --manifests k8s --ask -", text)
            .ends_with(2);
        assert_eq!(run.out, "");
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
}

#[test]
fn one_question_is_answered_in_words() {
    let folder = folder();
    let run = folder
        .run("flows --manifests k8s --from spies/probe --to shop/db --port 5432")
        .ends_with(0);
    for part in [
        "refused: spies/probe → shop/db, TCP 5432",
        "spies/probe, going out: open: no policy isolates it for egress",
        "shop/db, coming in: refused: isolated by `shop/db`",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    let run = folder
        .run("flows --manifests k8s --from shop/web --to shop/db")
        .ends_with(0);
    let words = "allowed: shop/web → shop/db, TCP 5432 only";
    assert!(run.out.contains(words), "{}", run.out);
    let answer = folder
        .run("flows --manifests k8s --from shop/web --to shop/db --format json")
        .ends_with(0)
        .json();
    assert_eq!(
        answer["open"],
        json!([{"protocol": "TCP", "from": 5432, "to": 5432}])
    );
    assert_eq!(answer["ingress"]["verdict"], "admitted");
    assert_eq!(
        answer["ingress"]["by"],
        json!({"policy": "shop/db", "rule": 0})
    );
    let run = folder
        .run("flows --manifests k8s --from shop/wbe --to shop/db")
        .ends_with(2);
    for part in ["--from: there is no pod `shop/wbe`", "mean `shop/web`?"] {
        assert!(run.err.contains(part), "{}", run.err);
    }
}

#[test]
fn everything_that_goes_through_is_listed() {
    let folder = folder();
    let run = folder.run("flows --manifests k8s").ends_with(0);
    for part in [
        "k8s: 2 files, 2 namespaces, 3 pods and workloads, 1 policy",
        "→ shop/db",
        "TCP 5432",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    let all = folder
        .run("flows --manifests k8s --format json")
        .ends_with(0)
        .json();
    let flows = all["sheets"][0]["flows"].as_array().unwrap();
    let to_db = flows.iter().filter(|flow| {
        let to = flow["to"].as_array().unwrap();
        to.contains(&json!("shop/db"))
    });
    let from: Vec<_> = to_db.map(|flow| flow["from"].clone()).collect();
    assert_eq!(from, [json!(["shop/web"])], "{all:#}");
    // The same, asked for by its end.
    let run = folder
        .run("flows --manifests k8s --to shop/db")
        .ends_with(0);
    assert!(!run.out.contains("spies/probe\n"), "{}", run.out);
}

#[test]
fn pods_that_somebody_could_make_are_told_where_asked_for() {
    let folder = folder();
    let plain = folder.run("flows --manifests k8s").ends_with(0);
    assert!(!plain.out.contains("any pod with"), "{}", plain.out);
    let run = folder.run("flows --manifests k8s --exposure").ends_with(0);
    assert!(
        run.out
            .contains("shop/any pod with app=web\n  → shop/db  TCP 5432"),
        "{}",
        run.out
    );
    let all = folder
        .run("flows --manifests k8s --exposure --format json")
        .ends_with(0)
        .json();
    let ends = all["sheets"][0]["ends"].as_array().unwrap();
    let made = ends.iter().find(|end| end["class"] == "possible");
    assert_eq!(made.unwrap()["group"], "shop");
}

#[test]
fn mistakes_in_manifests_are_all_told_with_their_places() {
    let folder = folder();
    folder.write("k8s/twice.yaml", "# x\nkind: A\nkind: B\n");
    folder.write(
        "k8s/wrong.yaml",
        "kind: ConfigMap\ndata: {a: b}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n\
         metadata: {name: p, namespace: shop}\n\
         spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/64}}]}]}\n",
    );
    folder.write("k8s/chart.yaml", "a: {{ .Values.a }}\n---\nb: }}\n");
    let run = folder.run("flows --manifests k8s").ends_with(1);
    assert_eq!(run.out, "");
    for part in [
        "k8s/twice.yaml:",
        "the key `kind` stands twice",
        "k8s/wrong.yaml:1: document 1: ConfigMap: has no apiVersion",
        "k8s/wrong.yaml:7: document 2: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock.cidr",
        "k8s/chart.yaml:",
        "helm template",
    ] {
        assert!(run.err.contains(part), "{part}\n{}", run.err);
    }
}

#[test]
fn a_misspelt_kind_does_not_vanish() {
    let policy = |head: &str| {
        format!(
            "{SHOP}---\n{head}\nmetadata: {{name: p, namespace: shop}}\nspec: {{podSelector: {{}}}}\n"
        )
    };
    let group = "apiVersion: networking.k8s.io/v1";
    for (head, words) in [
        (
            format!("{group}\nkind: NetworkPolcy"),
            "one.yaml:28: document 5: NetworkPolcy shop/p: kind: networking.k8s.io has no kind \
             NetworkPolcy; did you mean NetworkPolicy?",
        ),
        (
            format!("{group}\nkin: NetworkPolicy"),
            "has no kind; did you mean kind by kin?",
        ),
        (
            "kind: NetworkPolicy".to_owned(),
            "NetworkPolicy: has no apiVersion",
        ),
    ] {
        let folder = Folder::of([("one.yaml", policy(&head).as_str())]);
        let run = folder.run("flows --manifests one.yaml").ends_with(1);
        assert_eq!(run.out, "");
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    let ingress = policy(&format!("{group}\nkind: Ingress"));
    let folder = Folder::of([("one.yaml", ingress.as_str()), ("text.yaml", "just text\n")]);
    folder.run("flows --manifests one.yaml").ends_with(0);
    folder.run("flows --manifests .").ends_with(0);
}

#[test]
fn a_file_that_says_nothing_is_no_mistake() {
    let folder = folder();
    let all = folder.run("flows --manifests k8s").ends_with(0);
    for text in ["# kind: Pod\n", "", "---\n---\n# nothing\n", "null\n"] {
        folder.write("k8s/nothing.yaml", text);
        let run = folder.run("flows --manifests k8s").ends_with(0);
        assert_eq!(run.out, all.out.replace("2 files", "3 files"), "{text:?}");
    }
}

#[test]
fn two_workloads_of_one_name_are_told_apart() {
    let workload = |kind: &str, app: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web, namespace: n}}\n\
             spec: {{template: {{metadata: {{labels: {{app: {app}}}}}, spec: {{containers: []}}}}}}\n"
        )
    };
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n\
                  metadata: {name: x, namespace: n}\nspec: {podSelector: {matchLabels: {app: s}}}\n";
    let text = [
        &workload("Deployment", "d"),
        &workload("StatefulSet", "s"),
        policy,
    ]
    .map(String::from);
    let folder = Folder::of([("a.yaml", text.concat().as_str())]);
    let run = folder.run("flows --manifests a.yaml").ends_with(0);
    assert!(run.out.contains("→ n/Deployment/web"), "{}", run.out);
    let all = folder
        .run("flows --manifests a.yaml --format json")
        .ends_with(0)
        .json();
    let ends = all["sheets"][0]["ends"].as_array().unwrap();
    let names: Vec<_> = ends.iter().take(2).map(|end| end["name"].clone()).collect();
    assert_eq!(names, ["n/Deployment/web", "n/StatefulSet/web"]);
    let run = folder
        .run("flows --manifests a.yaml --from n/deployment/web --to n/StatefulSet/web")
        .ends_with(0);
    let words = "refused: n/Deployment/web → n/StatefulSet/web";
    assert!(run.out.contains(words), "{}", run.out);
    assert!(
        run.out.contains("lets nothing in to n/StatefulSet/web"),
        "{}",
        run.out
    );
}

#[test]
fn a_service_is_answered_for_the_pods_behind_it() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n\
                   spec: {clusterIP: 10.96.0.7, selector: {app: db}, \
                   ports: [{port: 1, targetPort: 5432}, {port: 2, targetPort: 81}]}\n";
    let folder = folder();
    folder.write("k8s/service.yaml", service);
    let ask = |port: u16| {
        let question = json!([{"from": "shop/web", "to": "10.96.0.7", "port": port}]);
        let run = folder.run_with("flows --manifests k8s --ask -", &question.to_string());
        let answers = run.ends_with(0).json();
        (
            answers[0]["allowed"].clone(),
            answers[0]["because"].to_string(),
        )
    };
    for (port, allowed, words) in [
        (
            1,
            true,
            "own address of Service shop/db, which leads to shop/db on TCP 5432",
        ),
        (2, false, "on TCP 5432, not on TCP 81"),
        (3, false, "which leads to no pod of the manifests on TCP 3"),
    ] {
        let (answer, because) = ask(port);
        assert_eq!(answer, allowed, "{because}");
        assert!(because.contains(words), "{because}");
    }
    let run = folder
        .run("flows --manifests k8s --from shop/web --to 10.96.0.7")
        .ends_with(0);
    let words = "allowed: shop/web → 10.96.0.7, TCP 1 only";
    assert!(run.out.contains(words), "{}", run.out);
}

#[test]
fn what_holds_no_manifests_is_told() {
    let folder = Folder::of([("empty/readme.txt", "x"), ("one.yaml", SHOP)]);
    for (args, code, words) in [
        ("--manifests empty", 2, "empty holds no manifests"),
        ("--manifests gone", 2, "cannot read gone: it is not there"),
        (
            "--manifests one.yaml --limit manifest-bytes=10",
            3,
            "`--limit manifest-bytes=NUMBER`",
        ),
        ("--manifests - --ask -", 2, "standard input cannot be both"),
    ] {
        let run = folder.run(&format!("flows {args}")).ends_with(code);
        assert!(run.err.contains(words), "{}", run.err);
    }
    folder.run("flows --manifests one.yaml").ends_with(0);
    folder.run_with("flows --manifests -", SHOP).ends_with(0);
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_folder_only() {
    use std::os::unix::fs::symlink;
    let folder = Folder::of([("k8s/.data/shop.yaml", SHOP), ("policy.json", POLICIES)]);
    symlink(".data/shop.yaml", folder.path("k8s/shop.yaml")).unwrap();
    symlink("../policy.json", folder.path("k8s/policy.json")).unwrap();
    symlink("..", folder.path("k8s/round")).unwrap();
    let run = folder.run("flows --manifests k8s").ends_with(0);
    assert!(run.out.contains("k8s: 1 file,"), "{}", run.out);
    let words = "warning: k8s/policy.json is a link that leads out of the folder";
    assert!(run.err.contains(words), "{}", run.err);
}

#[test]
fn a_port_of_manifests_is_asked_for_by_its_container_s_name_for_it() {
    let folder = folder();
    let asked = "flows --manifests k8s --from spies/probe --to shop/web --port";
    let run = folder.run(&format!("{asked} http")).ends_with(0);
    assert!(run.out.contains("TCP 8080"), "{}", run.out);
    let run = folder.run(&format!("{asked} htp")).ends_with(2);
    assert!(run.err.contains("did you mean `http`?"), "{}", run.err);
    let run = folder.run("flows --manifests k8s --port 5432").ends_with(0);
    assert!(run.out.contains("TCP 5432"), "{}", run.out);
    assert!(!run.out.contains("all ports"), "{}", run.out);
}

#[test]
fn the_page_holds_everything_and_no_name_breaks_out_of_it() {
    let folder = folder();
    folder
        .run("flows --manifests k8s --html page.html")
        .ends_with(0);
    let page = folder.read("page.html");
    for part in ["<title>Flows of k8s</title>", "shop/web", "TCP 5432"] {
        assert!(page.contains(part), "{part}");
    }
    for outside in ["http://", "https://", "//cdn"] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(outside), "nothing is fetched: {outside}");
    }
    folder
        .run("flows --manifests k8s --html again.html")
        .ends_with(0);
    assert_eq!(page, folder.read("again.html"), "the same every time");
    let hostile = "</script><img src=x onerror=alert(1)>";
    folder.write(
        "hostile.json",
        &json!({"apiVersion": "v1", "kind": "Pod", "spec": {},
                "metadata": {"name": hostile, "namespace": "\"'<b>"}})
        .to_string(),
    );
    // Whether such a name is taken or refused, none comes out as markup.
    let run = folder.run("flows --manifests hostile.json --html hostile.html");
    if run.code == 0 {
        assert!(!folder.read("hostile.html").contains("<img"));
    }
}
