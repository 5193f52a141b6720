//! The page of `tenantry graph`.

use serde_json::Value;

use crate::harness::{Folder, well_formed};

/// What stands between two texts, the first time.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(within, _)| within)
}

/// Each graph of the document, and its part of the page.
fn graphs(folder: &Folder) -> Vec<(Value, String)> {
    let document = folder.run("graph --format json").ends_with(0).json();
    let run = folder.run("graph --html graph.html").ends_with(0);
    assert_eq!(run.out, "", "the page is instead of the text");
    let page = folder.read("graph.html");
    well_formed(&page);
    for fetched in ["src=", "http://", "https://", "@import", "url("] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(fetched), "{fetched}");
    }
    let graphs = document["graphs"].as_array().unwrap().iter().cloned();
    let articles = page.split("<article ").skip(1).map(str::to_owned);
    let both: Vec<_> = graphs.zip(articles).collect();
    assert_eq!(both.len(), document["graphs"].as_array().unwrap().len());
    both
}

#[test]
fn every_object_and_every_need_is_in_the_page() {
    for example in ["first-estate", "saas-platform"] {
        for (graph, article) in graphs(&Folder::of_example(example)) {
            let nodes = graph["nodes"].as_array().unwrap();
            let edges = graph["edges"].as_array().unwrap();
            assert!(!nodes.is_empty() && !edges.is_empty());
            assert_eq!(article.matches("class=\"node\"").count(), nodes.len());
            for (at, node) in nodes.iter().enumerate() {
                let name = node["name"].as_str().unwrap();
                let drawn = format!("class=\"node\" data-at=\"{at}\" title=\"{name}\"");
                assert_eq!(article.matches(&drawn).count(), 1, "{drawn}");
                // Its column is that of its wave.
                let (before, _) = article.split_once(&drawn).unwrap();
                let (_, cell) = before.rsplit_once("class=\"cell\" aria-label=\"").unwrap();
                let wave = match node["wave"].as_u64() {
                    Some(wave) => format!("wave {wave}\""),
                    None => "in no wave\"".to_owned(),
                };
                assert!(cell.starts_with(&wave), "{name}: {cell}");
            }
            let data = between(&article, "class=\"data\">", "</script>");
            let data: Value = serde_json::from_str(data).unwrap();
            assert_eq!(data["edges"], graph["edges"]);
            assert_eq!(data["nodes"].as_array().unwrap().len(), nodes.len());
            let lanes = article.matches("class=\"lane\"").count();
            for (drawn, node) in data["nodes"].as_array().unwrap().iter().zip(nodes) {
                assert_eq!(drawn[0], node["name"]);
                assert!(drawn[1].as_u64().unwrap() < lanes.try_into().unwrap());
                assert_eq!((&drawn[2], &drawn[4]), (&node["wave"], &node["spec"]));
            }
            // Without the script, a row of the list says what its object needs.
            for edge in edges {
                let row = between(&article, &format!("<tr data-at=\"{}\">", edge[1]), "</tr>");
                let (_, needs) = row.rsplit_once("<td>").unwrap();
                let first = edge[0].as_u64().unwrap();
                let first = nodes[usize::try_from(first).unwrap()]["name"].as_str();
                let needs = needs.trim_end_matches("</td>");
                assert!(needs.split(", ").any(|one| Some(one) == first), "{row}");
            }
        }
    }
}

#[test]
fn the_page_is_the_same_every_time_and_of_one_environment_if_asked() {
    let folder = Folder::of_example("saas-platform");
    folder.run("graph --html one.html").ends_with(0);
    folder.run("graph --html two.html").ends_with(0);
    let page = folder.read("one.html");
    assert_eq!(page, folder.read("two.html"));
    assert_eq!(page.matches("<article ").count(), 2);
    folder.run("graph --env prod --html prod.html").ends_with(0);
    let prod = folder.read("prod.html");
    assert_eq!(prod.matches("<article ").count(), 1);
    assert!(prod.contains("<title>Graph of prod</title>"));
    let both = folder
        .run("graph --html one.html --format json")
        .ends_with(2);
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
}

#[test]
fn there_is_no_page_of_an_estate_with_errors() {
    let folder = Folder::of_example("first-estate");
    folder.write("wrong.kdl", "tenant lost { workloat web }\n");
    let run = folder.run("graph --html graph.html").ends_with(1);
    assert!(run.err.contains("workloat"), "{}", run.err);
    assert!(!folder.path("graph.html").exists());
}
