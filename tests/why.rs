//! Every line of every golden output says why it is there, and says what is so.
//!
//! ```text
//! INSTA_UPDATE=always cargo test -p tenantry-tests --test why     # accept the tables, then read
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "reads the repository's own files; a failure fails the test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use tenantry_core::{Built, Scene, emit::Artifact, origin::OriginId, why};
use tenantry_syntax::{FileId, Limits, ast, parse};
use tenantry_tests::{
    estate::{self, Files},
    golden,
    validate::shared,
};

const EXAMPLES: [&str; 3] = ["ai-cloud", "first-estate", "homelab"];

fn example(name: &str) -> Files {
    estate::read(&shared::repository().join("examples").join(name)).unwrap()
}

/// Applies a test to every line of every file of every environment.
fn for_each_line(built: &Built, mut test: impl FnMut(&Scene, &Artifact, u32, &str, OriginId)) {
    for output in &built.outputs {
        let scene = built.scenes.iter().find(|scene| scene.env == output.env);
        let scene = scene.unwrap();
        for artifact in &output.artifacts {
            let text = String::from_utf8(artifact.bytes.clone()).unwrap();
            for (number, line) in (1..).zip(text.lines()) {
                test(scene, artifact, number, line, artifact.lines.at(number));
            }
        }
    }
}

#[test]
fn what_is_traced_is_what_is_built() {
    for name in EXAMPLES {
        let built = estate::traced(&example(name)).unwrap();
        let stored = golden::read_dir(&shared::repository().join("golden").join(name).join("out"));
        let stored = stored.unwrap();
        for output in &built.outputs {
            let folder = output
                .env
                .as_ref()
                .map_or(String::new(), |env| format!("{env}/"));
            for artifact in &output.artifacts {
                let path = format!("{folder}{}", artifact.path);
                assert_eq!(stored.get(&path), Some(&artifact.bytes), "{name}/{path}");
            }
        }
    }
}

#[test]
fn every_line_leads_to_a_place_in_the_spec() {
    for name in EXAMPLES {
        let built = estate::traced(&example(name)).unwrap();
        let mut lines = 0;
        for_each_line(&built, |scene, artifact, number, line, origin| {
            lines += 1;
            let span = scene.origins.editable(origin);
            let place = span.and_then(|span| why::place(&built.run.sources, span));
            let at = format!("{name}: {}:{number}: {line}", artifact.path);
            let place = place.unwrap_or_else(|| panic!("{at} leads nowhere"));
            assert!(!place.text.is_empty(), "{at} leads to an empty line");
            let chain = why::chain(&scene.origins, &built.run.sources, origin);
            assert!(
                chain.iter().any(|link| link.place.is_some()),
                "{at}: {chain:?}"
            );
        });
        assert!(lines > 300, "{name} has {lines} lines");
    }
}

/// The map that is written beside an output says of each line what the tables in memory say.
#[test]
fn the_map_that_is_written_leads_to_the_same_places() {
    for name in EXAMPLES {
        let built = estate::traced(&example(name)).unwrap();
        let maps: BTreeMap<_, _> = built
            .outputs
            .iter()
            .map(|output| (output.env.clone(), &output.source_map))
            .collect();
        let mut size = 0;
        for_each_line(&built, |scene, artifact, number, _, origin| {
            let span = scene.origins.editable(origin).unwrap();
            let place = why::place(&built.run.sources, span).unwrap();
            let mapped = maps[&scene.env]
                .place(artifact.path.as_str(), number)
                .unwrap();
            assert_eq!(
                (mapped.file, mapped.line, mapped.column),
                (place.file, place.line, place.column),
                "{name}: {}:{number}",
                artifact.path
            );
        });
        for output in &built.outputs {
            let map = output.source_map.to_bytes().len();
            let bytes: usize = output.artifacts.iter().map(|file| file.bytes.len()).sum();
            println!("{name} {:?}: {map} bytes of map for {bytes}", output.env);
            assert!(
                map < bytes / 8 + 1024,
                "{name}: a map of {map} bytes for {bytes}"
            );
            size += map;
        }
        assert!(size > 0);
    }
}

/// A literal of a spec and the lines on which it stands.
type Literals = BTreeMap<String, BTreeSet<(String, u32)>>;

/// What a reader of the spec sees, by the parser alone.
#[derive(Default)]
struct Text {
    literals: Literals,
    /// The text of short declarations by the name that others refer to them by.
    declared: BTreeMap<String, Vec<String>>,
    /// The text of every node, from its head to the end of its block, by where it begins.
    nodes: BTreeMap<(String, u32), String>,
}

/// Longer declarations are whole worlds: that a word names one says nothing of what is in it.
const SHORT: usize = 12;

impl Text {
    fn of(files: &Files) -> Self {
        let mut all = Self::default();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".kdl")) {
            let parsed = parse(FileId(0), text.as_str().into(), &Limits::default());
            let mut due: Vec<ast::Node<'_>> = parsed.document().nodes().collect();
            while let Some(node) = due.pop() {
                all.enter(path, text, node);
                due.extend(node.nodes());
            }
        }
        all
    }

    fn enter(&mut self, path: &str, text: &str, node: ast::Node<'_>) {
        let line = |offset: u32| {
            let before = &text[..offset as usize];
            u32::try_from(before.matches('\n').count() + 1).unwrap()
        };
        let whole = &text[node.span().range()];
        let at = (path.to_owned(), line(node.span().start));
        self.nodes.insert(at, whole.to_owned());
        let mut first = true;
        for entry in node.entries() {
            let (value, span) = match entry {
                ast::Entry::Arg(arg) => (arg.text(), arg.value_span()),
                ast::Entry::Prop(prop) => (prop.text(), prop.value_span()),
            };
            let source = &text[span.range()];
            let value = value.map_or_else(|| source.to_owned(), |text| text.value().into_owned());
            if first && whole.lines().count() <= SHORT {
                let named = self.declared.entry(value.clone()).or_default();
                named.push(whole.to_owned());
            }
            first = false;
            let place = (path.to_owned(), line(span.start));
            self.literals.entry(value).or_default().insert(place);
        }
    }

    /// Whether the line of a place says the literal, or the block behind it does, or something
    /// that it names.
    fn explains(&self, place: &why::Place, literal: &str) -> bool {
        let own = self.nodes.get(&(place.file.clone(), place.line));
        // A long block is a whole world: only its head speaks of the line.
        let short = own.filter(|text| text.lines().count() <= SHORT);
        let said = short.map_or(place.text.as_str(), String::as_str);
        let words = said.split(|c: char| c.is_whitespace() || "=\"{}.".contains(c));
        let named = words.filter_map(|word| self.declared.get(word)).flatten();
        place.text.contains(literal)
            || short.is_some_and(|text| text.contains(literal))
            || named.into_iter().any(|text| text.contains(literal))
    }
}

/// What stands behind the key or the dash of a line, without quotes.
fn scalar(line: &str) -> &str {
    let line = line.trim().trim_end_matches(',');
    let line = line.trim_start_matches("- ");
    let value = line.split_once(": ").map_or(line, |(_, value)| value);
    value.trim_matches('"')
}

/// Whether a literal can hardly be in an output by chance: a number of some length, an address, a
/// name of a host or an image, a path, a key.
fn is_telling(literal: &str) -> bool {
    let digits = literal.chars().filter(char::is_ascii_digit).count();
    let long_number = digits == literal.len() && digits >= 4;
    // `acme.api` is a path of ours.
    let dots = literal.matches('.').count();
    let address = literal.len() >= 7 && (dots > 1 || literal.contains(['/', ':']));
    long_number || address || literal.len() >= 24
}

/// Addresses are counted up from `first-ip`, and may then be those that another line names.
const COUNTED: [&str; 4] = ["10.10.0.12", "10.10.0.13", "10.210.0.12", "10.210.0.13"];

#[test]
fn what_stands_in_the_spec_leads_to_where_it_stands() {
    for (name, least) in [("ai-cloud", 200), ("first-estate", 10), ("homelab", 20)] {
        let files = example(name);
        let text = Text::of(&files);
        let built = estate::traced(&files).unwrap();
        let mut looked_at = 0;
        let mut wrong = BTreeSet::new();
        for_each_line(&built, |scene, artifact, number, line, origin| {
            let literal = scalar(line);
            let known = text.literals.contains_key(literal) && is_telling(literal);
            if !known || COUNTED.contains(&literal) {
                return;
            }
            looked_at += 1;
            let chain = why::chain(&scene.origins, &built.run.sources, origin);
            let places = chain.iter().filter_map(|link| link.place.as_ref());
            let default = chain.iter().any(|link| link.role == why::Role::Default);
            if !default && !places.clone().any(|place| text.explains(place, literal)) {
                let led: Vec<String> = places
                    .map(|place| format!("{}:{} {}", place.file, place.line, place.text))
                    .collect();
                wrong.insert(format!(
                    "{}:{number}: {line}\n    {}",
                    artifact.path,
                    led.join("\n    ")
                ));
            }
        });
        let list: Vec<String> = wrong.into_iter().collect();
        assert!(list.is_empty(), "{name}:\n{}", list.join("\n"));
        println!("{name}: {looked_at} lines say what stands in the spec");
        assert!(looked_at >= least, "{name}: only {looked_at}");
    }
}

/// The lines at which the reason changes, with the place that each leads to.
fn table(built: &Built, env: Option<&str>, wanted: &[&str]) -> String {
    let mut out = String::new();
    let mut last = (String::new(), String::new());
    for_each_line(built, |scene, artifact, number, line, origin| {
        let path = artifact.path.as_str();
        if scene.env.as_deref() != env || !wanted.contains(&path) {
            return;
        }
        if last.0 != path {
            let _infallible = writeln!(out, "\n{path}");
            last = (path.to_owned(), String::new());
        }
        let span = scene.origins.editable(origin).unwrap();
        let place = why::place(&built.run.sources, span).unwrap();
        let led = format!("{}:{}: {}", place.file, place.line, short(&place.text, 60));
        if led != last.1 {
            let _infallible = writeln!(out, "{number:5} {:44} {led}", short(line, 44));
            last.1 = led;
        }
    });
    out
}

fn short(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text.chars().take(width - 1).collect::<String>() + "…",
    }
}

/// Read by a person: each line of the left must be there because of the line on the right.
#[test]
fn a_reader_finds_each_reason_where_he_would_look() {
    let cloud = estate::traced(&example("ai-cloud")).unwrap();
    let tenants = [
        "kubernetes/sz1/acme/api.yaml",
        "kubernetes/sz1/acme/features.yaml",
        "kubernetes/sz1/acme/kustomization.yaml",
        "kubernetes/sz1/acme/refresh.yaml",
        "kubernetes/sz1/acme/tenant.yaml",
    ];
    insta::assert_snapshot!("tenant", table(&cloud, Some("prod"), &tenants));
    let ground = [
        "ansible/inventory/group_vars/k8s_cluster.yaml",
        "ansible/inventory/group_vars/pool_sz1__gpu_train.yaml",
        "ansible/inventory/host_vars/gpu-a-1.yaml",
        "helm/sz1/cilium.values.yaml",
        "helm/sz1/gpu-operator.values.yaml",
        "helm/sz1/helmfile.yaml",
        "helm/sz1/rook-ceph-cluster.values.yaml",
        "helm/sz1/velero.values.yaml",
        "kubernetes/sz1/platform/kubevirt.yaml",
        "kubernetes/sz1/platform/storageclass.yaml",
    ];
    insta::assert_snapshot!("ground", table(&cloud, Some("prod"), &ground));
    let small = estate::traced(&example("first-estate")).unwrap();
    let small_files = [
        "kubernetes/one/demo/hello.yaml",
        "kubernetes/one/demo/legacy.yaml",
        "kubernetes/one/demo/tenant.yaml",
    ];
    insta::assert_snapshot!("first_estate", table(&small, None, &small_files));
    let home = estate::traced(&example("homelab")).unwrap();
    let home_files = [
        "proxmox/home/plan.json",
        "proxmox/home/snippets/tenantry-12303.yaml",
    ];
    insta::assert_snapshot!("homelab", table(&home, None, &home_files));
}

/// A ground with a definition that is called for each row of a table.
const SITES: &str = r#"estate shop { env staging prod }
cluster c {
    kubernetes "1.34"
    zone a b c
}
cpu-model small cores=8
pool general { nodes 3; cpu small; memory "64GiB" }
storage fast { longhorn; capacity "1TiB" }
param copies type=int default=2 {
    in prod 3
}
table sites {
    column size bytes
    row f001 size="1GiB"
    row f002 size="2GiB"
}
let team red
define service {
    arg name type=name
    param size type=bytes
    param port type=int default=8080
    body {
        workload $name {
            label team $team
            container image="registry.example.com/shop/web:1.0.0"
            on general
            cpu 1
            memory $size
            replicas "${copies * 2}"
            port http $port
        }
    }
}
tenant t {
    each site in="sites" {
        service "web-${site.key}" size=$site.size
    }
}
"#;

/// The roles of a value's chain, each with the line that it is at.
fn reasons(built: &Built, env: &str, question: &str) -> Vec<(&'static str, String)> {
    let scene = built.scenes.iter().find(|s| s.env.as_deref() == Some(env));
    let scene = scene.unwrap();
    let found = why::ask(scene.reasons(), question).unwrap();
    let chain = why::chain(&scene.origins, &built.run.sources, found.origin);
    let line = |link: &why::Link| link.place.as_ref().map_or("", |at| &at.text).to_owned();
    chain.iter().map(|l| (l.role.name(), line(l))).collect()
}

fn pairs(of: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    of.iter()
        .map(|(role, line)| (*role, (*line).to_owned()))
        .collect()
}

#[test]
fn what_is_expanded_tells_the_call_the_row_and_what_the_names_stand_for() {
    let files = Files::from([("tenantry.kdl".to_owned(), SITES.to_owned())]);
    let built = estate::followed(&files);
    let call = ("call", r#"service "web-${site.key}" size=$site.size"#);
    let row = ("row", r#"row f002 size="2GiB""#);
    let of = |field: &str| reasons(&built, "prod", &format!("t.web-f002 {field}"));
    assert_eq!(of("cpu.request"), pairs(&[("written", "cpu 1"), call, row]));
    assert_eq!(
        of("memory.size"),
        pairs(&[
            ("use", "memory $size"),
            call,
            row,
            ("argument", call.1),
            ("cell", row.1)
        ])
    );
    assert_eq!(
        of("replicas"),
        pairs(&[
            ("use", r#"replicas "${copies * 2}""#),
            call,
            row,
            ("parameter", "in prod 3")
        ])
    );
    assert_eq!(
        of("port.http.number"),
        pairs(&[
            ("use", "port http $port"),
            call,
            row,
            ("parameter", "param port type=int default=8080")
        ])
    );
    assert_eq!(
        of("label.team")
            .last()
            .map(|(role, line)| (*role, line.as_str())),
        Some(("let", "let team red"))
    );
    assert_eq!(
        reasons(&built, "prod", "param.copies"),
        pairs(&[("parameter", "in prod 3")])
    );
    assert_eq!(
        reasons(&built, "staging", "param.copies"),
        pairs(&[("parameter", "param copies type=int default=2 {")])
    );
}

/// A constant of a body leads to the body; a value that is a name's, to what gave it for this row.
#[test]
fn a_map_leads_from_an_expansion_to_the_line_to_change() {
    let files = Files::from([("tenantry.kdl".to_owned(), SITES.to_owned())]);
    let built = estate::followed(&files);
    let scene = built.scenes.first().unwrap();
    let line = |question: &str| {
        let found = why::ask(scene.reasons(), question).unwrap();
        let span = scene.origins.editable(found.origin).unwrap();
        why::place(&built.run.sources, span).unwrap().text
    };
    assert_eq!(line("t.web-f001 cpu.request"), "cpu 1");
    assert_eq!(line("t.web-f001 memory.size"), r#"row f001 size="1GiB""#);
    assert_eq!(line("t.web-f002 memory.size"), r#"row f002 size="2GiB""#);
    assert_eq!(line("t.web-f002 replicas"), r#"replicas "${copies * 2}""#);
}
