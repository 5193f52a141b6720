//! `flows`: manifests of anybody's, and what they let through.

use serde_json::json;

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

fn estate() -> Folder {
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
fn the_page_of_a_question_is_written_too() {
    let folder = estate();
    let asked = "flows --from acme.api --to acme.db --html page.html";
    folder.run(asked).ends_with(0);
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

/// A site with a gateway, an outside system, and facts about addresses.
const SITE: &str = r#"estate shop time-zone="Europe/Berlin" {
    tenantry ">=0.1"
}
cluster one {
    kubernetes "1.34" distribution=kubeadm
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni calico "3.31.0"
    facts {
        dns namespace=kube-system {
            ip "10.43.0.10"
            select k8s-app kube-dns
        }
        ingress class=edge namespace=edge kind=gateway {
            select app envoy
        }
        monitoring namespace=mon {
            select app prometheus
        }
        metadata-ip "169.254.169.254"
    }
}
pool box {
    nodes 3 prefix=box first-ip="192.168.10.10"
    cpu edge-x86-8c
    memory "32GiB"
    reserve cpu="500m" memory="2GiB"
}
external partner {
    cidr "198.51.100.0/24"
    port https 443
}
tenant a {
    workload web {
        container image="registry.example.com/demo/web:1.0.0"
        replicas 2
        cpu "250m" limit="500m"
        memory "128MiB"
        port http 8080
        port media 10000 protocol=udp
        probe ready port=http path="/ready"
        connect b.api port=rest
        connect partner port=https
        connect internet port=443
        connect db port=pg
        expose http host="a.example.com" tls=#true
        expose media via=load-balancer {
            from "203.0.113.0/24"
        }
    }
    workload db {
        container image="registry.example.com/demo/db:1.0.0"
        cpu "250m" limit="500m"
        memory "128MiB"
        port pg 5432
    }
}
tenant b {
    workload api {
        container image="registry.example.com/demo/api:1.0.0"
        replicas 2
        cpu "250m" limit="500m"
        memory "128MiB"
        port rest 9090
        offer rest to=a
    }
}
"#;

/// Two machines on a network beside the pod network, of which one is on another too.
const LABS: &str = r#"estate shop time-zone="Europe/Berlin" {
    tenantry ">=0.1"
}
cluster one {
    kubernetes "1.34" distribution=kubeadm
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni ovn { feature multi-network #true; }
    facts {
        dns namespace=kube-system {
            ip "10.43.0.10"
            select k8s-app kube-dns
        }
    }
}
pool box {
    nodes 3 prefix=box first-ip="192.168.10.10"
    cpu edge-x86-8c
    memory "32GiB"
    reserve cpu="500m" memory="2GiB"
}
storage local-path mode=file {
    csi "rancher.io/local-path"
    capacity "400GiB"
}
external printers {
    cidr "10.77.0.0/16"
    port ipp 631
}
network lab bridge=br1 vlan=30 cidr="10.30.0.0/24" gateway="10.30.0.1" {
    dns "10.30.0.1"
    reserved "10.30.0.1" "10.30.0.9"
    route "10.77.0.0/16" via="10.30.0.2"
}
network lab2 bridge=br1 vlan=31 cidr="10.31.0.0/24"
tenant a {
    quota cpu=8 memory="16GiB" pods=20 {
        storage local-path "200GiB"
    }
    workload v1 {
        vm image="registry.example.com/vm/legacy:2.3.0"
        cpu cores=2
        memory "2GiB"
        disk root "20GiB" storage=local-path
        nic lab network=lab mode=bridge
        nic lab2 network=lab2 mode=bridge
        port ssh 22
        connect b.v2 port=ssh
        connect printers port=ipp
        connect internet port=443
    }
}
tenant b {
    quota cpu=8 memory="16GiB" pods=20 {
        storage local-path "200GiB"
    }
    workload v2 {
        vm image="registry.example.com/vm/legacy:2.3.0"
        cpu cores=2
        memory "2GiB"
        disk root "20GiB" storage=local-path
        nic lab network=lab mode=bridge
        port ssh 22
        offer ssh to=a
    }
}
"#;

/// The addresses that they were given.
const LABS_LOCK: &str = r#"// Written by `tenantry build` and kept under version control: choices that must not jump.
version 1
allocations {
    address "a.v1.lab" "10.30.0.124/24"
    address "a.v1.lab2" "10.31.0.70/24"
    address "b.v2.lab" "10.30.0.63/24"
}
"#;

/// Asks of an estate, and holds what is told: what is to be there, and behind `!` what is not.
fn told(folder: &Folder, cases: &[(&str, &[&str])]) {
    for (args, parts) in cases {
        let run = folder.run(&format!("flows {args}")).ends_with(0);
        let out = run.out.replace("\n    ", " ");
        for part in *parts {
            let (part, wanted) = match part.strip_prefix('!') {
                Some(part) => (part, false),
                None => (*part, true),
            };
            assert_eq!(out.contains(part), wanted, "{args}: {part}\n{out}");
        }
    }
}

#[test]
fn a_system_outside_is_asked_for_by_its_name() {
    let folder = Folder::of([("tenantry.kdl", SITE)]);
    told(
        &folder,
        &[
            ("--to partner", &["→ partner (198.51.100.0/24)", "TCP 443"]),
            (
                "--from a.web --to partner --port 443",
                &["allowed: a.web → partner, TCP 443", "declared at"],
            ),
            (
                "--from a.db --to partner --port 443",
                &["refused", "`connect partner port=443` in `a.db`"],
            ),
        ],
    );
    for (args, help) in [
        ("--to parner", "did you mean `partner`?"),
        ("--from web", "did you mean `a.web`?"),
    ] {
        let run = folder.run(&format!("flows {args}")).ends_with(2);
        assert!(run.err.contains(help), "{args}\n{}", run.err);
    }
    let both = SITE.replace(
        "connect partner port=https",
        "connect partner port=https cidr=\"198.51.100.0/25\"\n\
         connect partner port=444 cidr=\"198.51.100.128/25\"",
    );
    folder.write("tenantry.kdl", &both);
    told(
        &folder,
        &[(
            "--from a.web --to partner",
            &[
                "allowed: a.web → partner, TCP 443-444 only",
                "TCP 443 to partner (198.51.100.0/25): declared",
                "TCP 444 to partner (198.51.100.128/25): declared",
            ],
        )],
    );
}

#[test]
fn the_internet_comes_in_where_something_is_exposed() {
    let folder = Folder::of([("tenantry.kdl", SITE)]);
    let gateway = "clients reach it through platform.ingress, exposed at tenantry.kdl:";
    told(
        &folder,
        &[
            (
                "--from internet --to a.web --port 10000 --protocol udp",
                &[
                    "allowed: internet → a.web, UDP 10000",
                    "from clients (203.0.113.0/24): derived: expose",
                    "!refused",
                    "!needs",
                ],
            ),
            (
                "--from 8.8.8.8 --to a.web --port 10000 --protocol udp",
                &[
                    "refused",
                    "exposed to clients (203.0.113.0/24) only",
                    "!needs",
                ],
            ),
            (
                "--from internet --to a.web --port 8080",
                &["refused", gateway, "on TCP 8080", "!needs"],
            ),
            ("--from internet --to a.web", &["UDP 10000 only", gateway]),
            (
                "--from internet",
                &[
                    "platform.ingress\n  → a.web  TCP 8080",
                    "clients (203.0.113.0/24)\n  → a.web",
                ],
            ),
            (
                "--from internet --to a.db --port 5432",
                &["refused", "It needs `expose pg` in `a.db`"],
            ),
        ],
    );
}

#[test]
fn an_address_that_the_estate_knows_is_whose_it_is() {
    let folder = Folder::of([("tenantry.kdl", SITE)]);
    told(
        &folder,
        &[
            (
                "--from a.web --to 10.43.0.10 --port 53 --protocol udp",
                &[
                    "allowed: a.web → platform.dns (10.43.0.10)",
                    "asked of the resolver",
                ],
            ),
            (
                "--from a.web --to 169.254.169.254 --port 80",
                &[
                    "169.254.169.254 is platform.metadata",
                    "`connect platform.metadata` in `a.web`",
                ],
            ),
            (
                "--from 192.168.10.11 --to a.db --port 5432",
                &[
                    "not decided",
                    "192.168.10.11 is node `box2`",
                    "!refused:",
                    "!needs",
                ],
            ),
            (
                "--from a.db --to 192.168.10.11 --port 22",
                &[
                    "not decided",
                    "is node `box2`",
                    "No `connect` leads to a node",
                    "!needs",
                ],
            ),
            (
                "--from a.web --to 10.42.3.4 --port 80",
                &["not decided", "in the range of pods", "!refused", "!needs"],
            ),
            (
                "--from a.web --to 10.43.3.4 --port 80",
                &["not decided", "in the range of Services", "!needs"],
            ),
            (
                "--from 192.168.10.10 --to 8.8.8.8 --port 80",
                &[
                    "not decided",
                    "Both ends are outside",
                    "!refused",
                    "!allowed",
                    "!needs",
                ],
            ),
        ],
    );
    let run = folder.run("flows --from 192.168.10.10 --to 8.8.8.8 --format json");
    let answers = run.ends_with(0);
    keeps(&promise("flows", "answers"), &answers);
    let answer = &answers.json()["answers"][0];
    assert_eq!(answer["decided"], false, "{answer:#}");
    let notes = answer["notes"].to_string();
    assert!(notes.contains("Both ends are outside"), "{notes}");
}

#[test]
fn an_address_on_a_network_is_the_machine_that_has_it() {
    let folder = Folder::of([("tenantry.kdl", LABS), ("tenantry.lock", LABS_LOCK)]);
    told(
        &folder,
        &[
            (
                "--from internet --to a.v1 --port 22",
                &["refused", "is on `lab` and `lab2` alone", "!It needs"],
            ),
            (
                "--from 10.30.0.124 --to b.v2 --port 22",
                &[
                    "allowed: a.v1 (10.30.0.124) → b.v2",
                    "on network lab",
                    "!As emitted",
                ],
            ),
            (
                "--from a.v1 --to 10.30.0.63 --port 23",
                &["refused", "10.30.0.63 is b.v2 on network lab", "!external"],
            ),
            (
                "--from b.v2 --to 10.31.0.70 --port 22",
                &["refused", "b.v2 is not on network lab2", "!needs"],
            ),
            (
                "--from a.v1 --to 10.30.0.1 --port 53 --protocol udp",
                &[
                    "allowed",
                    "10.30.0.1 answers for names on network lab",
                    "policy a/lab.v1 lets it out",
                ],
            ),
            (
                "",
                &[
                    "→ resolver of lab (10.30.0.1)",
                    "3 declared flows, 2 derived flows",
                ],
            ),
        ],
    );
}

#[test]
fn advice_is_what_is_missing_and_nothing_else() {
    let served = SITE.replace(
        "port rest 9090",
        "port rest 9090\nport sig 2905 protocol=sctp",
    );
    let folder = Folder::of([("tenantry.kdl", served.as_str())]);
    told(
        &folder,
        &[
            (
                "--from a.db --to b.api --port 9090",
                &["It needs `connect b.api port=rest` in `a.db`.", "!offer"],
            ),
            (
                "--from a.db --to b.api --port 2905",
                &[
                    "Nothing of `b.api` listens on TCP 2905",
                    "its port `sig` is SCTP 2905 (`--protocol sctp`)",
                    "!needs",
                ],
            ),
            (
                "--from a.db --to b.api --port 2905 --protocol sctp",
                &["`connect b.api port=sig` in `a.db`, and `offer sig to=a` in `b.api`"],
            ),
            (
                "--from a.web --to b.api --port 9091",
                &[
                    "Nothing of `b.api` listens on TCP 9091: it has `rest` (TCP 9090)",
                    "`port NAME 9091` in `b.api`, and `connect b.api port=NAME` in `a.web`",
                ],
            ),
            (
                "--from b.api --to a.db",
                &["`connect a.db port=pg` in `b.api`, and `offer pg to=b` in `a.db`"],
            ),
        ],
    );
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

#[test]
fn a_system_outside_that_may_come_in_is_let_in_by_its_name() {
    let image = format!("registry.example.com/web@sha256:{}", "0".repeat(64));
    let spec = format!(
        r#"external bank {{ cidr "203.0.113.0/24"; port https 443; }}
tenant shop {{
    workload db {{
        container image="{image}"
        cpu 1
        memory "1GiB"
        port sql 5432
        expose sql via=load-balancer {{ from bank "198.51.100.0/24"; }}
    }}
}}
"#
    );
    let folder = Folder::of([("tenantry.kdl", crate::harness::GROUND), ("t.kdl", &spec)]);
    let run = folder
        .run("flows --from bank --to shop.db --port 5432")
        .ends_with(0);
    assert!(run.out.contains("one: allowed: bank"), "{}", run.out);
    let run = folder
        .run("flows --from bank --to shop.db --port 80")
        .ends_with(0);
    assert!(run.out.contains("one: refused: bank"), "{}", run.out);
}
