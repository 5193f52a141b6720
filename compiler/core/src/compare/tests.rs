//! What is called a difference, and what is not.

use super::{Change, Difference, Item, count, data, differences};

/// Differences as one line each: the way to them, and what has become of what is there.
fn told(found: &[Difference]) -> Vec<String> {
    let mut lines = Vec::new();
    for Difference { title, change } in found {
        match change {
            Change::Added(_) => lines.push(format!("+ {title}")),
            Change::Removed(_) => lines.push(format!("- {title}")),
            Change::Inside { settings, below } => {
                lines.extend(
                    settings
                        .iter()
                        .map(|setting| format!("~ {title}.{}", setting.name)),
                );
                lines.extend(told(below).iter().map(|line| format!("{title} {line}")));
            }
        }
    }
    assert_eq!(lines.len(), count(found));
    lines
}

fn of(yaml: &str) -> Vec<Item> {
    data::items(std::iter::once((
        "kubernetes/one/all.yaml",
        yaml.as_bytes(),
    )))
}

fn between(old: &str, new: &str) -> Vec<String> {
    told(&differences(&of(old), &of(new)))
}

#[test]
fn the_order_of_keys_and_of_named_elements_means_nothing() {
    let old = "a: 1\nb: {c: [x, y], d: 2}\nlist: [{name: p, v: 1}, {name: q, v: 2}]\n";
    let new = "list: [{name: q, v: 2}, {name: p, v: 1}]\nb: {d: 2, c: [x, y]}\na: 1\n";
    assert_eq!(between(old, new), [""; 0]);
    assert_eq!(
        between(old, &new.replace("v: 2", "v: 3")),
        ["kubernetes/one/all.yaml list ~ q.v"]
    );
}

#[test]
fn a_number_is_not_the_text_of_it_and_a_list_of_one_is_not_its_element() {
    assert_eq!(between("a: 1", "a: '1'").len(), 1);
    assert_eq!(between("a: x", "a: [x]").len(), 1);
    assert_eq!(between("a: x", "a: 'x'").len(), 0);
    assert_eq!(between("a: {}", "b: 1").len(), 2);
}

#[test]
fn an_object_is_the_same_in_another_file() {
    let object = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n";
    let one = data::items([("kubernetes/one/a.yaml", object.as_bytes())].into_iter());
    let two = data::items([("kubernetes/one/b.yaml", object.as_bytes())].into_iter());
    assert_eq!(told(&differences(&one, &two)), [""; 0]);
    let far = data::items([("kubernetes/two/a.yaml", object.as_bytes())].into_iter());
    assert_eq!(
        told(&differences(&one, &far)),
        ["+ two: Service shop/web", "- one: Service shop/web"]
    );
}

#[test]
fn an_element_put_between_others_is_one_difference() {
    let old = "l: [{a: 1}, {b: 2}, {c: 3}]";
    assert_eq!(between(old, "l: [{a: 1}, {x: 9}, {b: 2}, {c: 3}]").len(), 1);
    assert_eq!(between(old, "l: [{b: 2}, {c: 3}]").len(), 1);
    assert_eq!(
        between(old, "l: [{a: 1}, {b: 5}, {c: 3}]"),
        ["kubernetes/one/all.yaml l ~ [2].b"]
    );
}

#[test]
fn what_is_gone_stands_where_it_stood() {
    assert_eq!(
        between(
            "a: {x: 1}\nb: {x: 1}\nc: {x: 1}",
            "a: {x: 2}\nd: {x: 1}\nc: {x: 2}"
        ),
        [
            "kubernetes/one/all.yaml ~ a.x",
            "kubernetes/one/all.yaml + d",
            "kubernetes/one/all.yaml - b",
            "kubernetes/one/all.yaml ~ c.x"
        ]
    );
}

#[test]
fn what_is_no_data_is_compared_as_text() {
    let one = data::items([("proxmox/run.sh", b"a\nb\n".as_slice())].into_iter());
    let two = data::items([("proxmox/run.sh", b"a\nc\n".as_slice())].into_iter());
    assert_eq!(told(&differences(&one, &two)), ["~ proxmox/run.sh.text"]);
    let broken = of("a: [");
    assert_eq!(told(&differences(&broken, &of("a: [1]"))).len(), 2);
}
