//! One component of a model as a model of its own: with what nobody in it asks about left out, so
//! that more nodes are alike, and with its numbers in an order that depends on nothing but what
//! they stand for.

use std::collections::BTreeMap;

use crate::{
    components::Component,
    fill::{Fill, Group, Node, Reason},
    model::{Class, Even, Failure, Model, Pair, Shape, UNBOUNDED},
    problem::Topology,
    renumber::Numbers,
};

/// What is lost of a model: by class how many nodes, and after which failure, which says what
/// need not hold any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loss<'l> {
    /// After which failure.
    pub failure: &'l Failure,
    /// Class and how many nodes.
    pub lost: &'l [(usize, u32)],
}

/// A component as a model of its own.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Its numbers. Its classes do not say which nodes they have.
    pub model: Model,
    /// Of each shape, its number in the whole.
    shapes: Vec<usize>,
    /// Of each class, those of the whole that it is made of, with how many nodes.
    classes: Vec<Vec<(usize, u32)>>,
    /// Of each row, its number in the whole.
    rows: Vec<usize>,
}

/// What tells the nodes of two classes apart, for the rules of one component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    has: Vec<u64>,
    units: (Vec<u64>, Vec<u64>),
    cell: Vec<Option<u64>>,
    cells: u32,
    zone: Option<u32>,
    rack: Option<u32>,
    admits: Vec<bool>,
    counts: Vec<bool>,
    fails: Vec<bool>,
}

impl Part {
    /// A component of a model, after a loss or without. What may fail is not a part's matter.
    pub(crate) fn of(whole: &Model, component: &Component, loss: Option<Loss<'_>>) -> Self {
        Self::keeping(whole, component, loss, &[])
    }

    /// The same with failures of its own, given with the one of the whole's that says whose
    /// nodes they take.
    pub(crate) fn keeping(
        whole: &Model,
        component: &Component,
        loss: Option<Loss<'_>>,
        failures: &[(usize, Failure)],
    ) -> Self {
        let rules = Rules::of(whole, component, loss);
        let kept = failures.iter().map(|(_, failure)| failure.domain);
        let asked: Vec<Topology> = rules.topologies().chain(kept).collect();
        let columns: Vec<Column> = component
            .classes
            .iter()
            .map(|class| Column::of(whole, component, *class))
            .collect();
        // The rows that can be in the way of anything.
        let rows: Vec<usize> = (0..whole.rows.len())
            .filter(|row| {
                let mut all = columns.iter().map(|column| column.binds[*row]);
                all.any(|(node, cell)| node || cell)
            })
            .collect();
        let mut drafts: Vec<(Key, usize, u32)> = Vec::new();
        for (class, column) in component.classes.iter().zip(&columns) {
            let of = &whole.classes[*class];
            let lost = loss.map_or(0, |loss| lost_of(loss.lost, *class));
            if of.count > lost {
                let counts = rules.even.iter().map(|even| even.counts[*class]).collect();
                let fails = failures.iter().map(|(at, _)| of.fails[*at]).collect();
                let key = column.key(of, &rows, counts, fails);
                drafts.push((key, *class, of.count - lost));
            }
        }
        let place = |topology| {
            let asked = asked.contains(&topology);
            move |class: usize| whole.domain(class, topology).filter(|_| asked)
        };
        let zones = rank(&mut drafts, place(Topology::Zone), |key| &mut key.zone);
        let racks = rank(&mut drafts, place(Topology::Rack), |key| &mut key.rack);
        let mut merged: BTreeMap<Key, Vec<(usize, u32)>> = BTreeMap::new();
        for (key, class, count) in drafts {
            merged.entry(key).or_default().push((class, count));
        }
        let mut part = Self {
            model: Model {
                rows: rows.iter().map(|row| whole.rows[*row].clone()).collect(),
                failures: failures
                    .iter()
                    .map(|(_, failure)| failure.clone())
                    .collect(),
                zones: names(&zones, &whole.zones),
                racks: names(&racks, &whole.racks),
                ..Model::default()
            },
            shapes: component.shapes.clone(),
            classes: Vec::new(),
            rows,
        };
        part.add_shapes(whole, &merged);
        part.add_rules(rules, &merged);
        for (key, of) in merged {
            part.model.classes.push(key.class(&of));
            part.classes.push(of);
        }
        part
    }

    fn add_shapes(&mut self, whole: &Model, merged: &BTreeMap<Key, Vec<(usize, u32)>>) {
        for (at, number) in self.shapes.iter().enumerate() {
            let shape = &whole.shapes[*number];
            let of = |list: &[u64]| self.rows.iter().map(|row| list[*row]).collect();
            self.model.shapes.push(Shape {
                request: of(&shape.request),
                dedicated: self.rows.iter().map(|row| shape.dedicated[*row]).collect(),
                admits: merged.keys().map(|key| key.admits[at]).collect(),
                workloads: Vec::new(),
                ..shape.clone()
            });
        }
    }

    fn add_rules(&mut self, rules: Rules, merged: &BTreeMap<Key, Vec<(usize, u32)>>) {
        let number: BTreeMap<usize, usize> = self.shapes.iter().copied().zip(0..).collect();
        let of = |shape: usize| number.get(&shape).copied().unwrap_or(0);
        let pairs = |list: Vec<Pair>| {
            let each = list.into_iter().map(|pair| Pair {
                of: of(pair.of),
                with: of(pair.with),
                ..pair
            });
            let mut pairs: Vec<Pair> = each.collect();
            pairs.sort_unstable();
            pairs
        };
        self.model.apart = pairs(rules.apart);
        self.model.together = pairs(rules.together);
        self.model.united = pairs(rules.united);
        for (at, even) in rules.even.into_iter().enumerate() {
            self.model.even.push(Even {
                of: of(even.of),
                counts: merged.keys().map(|key| key.counts[at]).collect(),
                ..even
            });
        }
    }

    /// A placement of the part, in the numbers of the whole.
    pub(crate) fn expand(&self, fill: &Fill) -> Vec<Group> {
        let mut left: Vec<Vec<(usize, u32)>> = self.classes.clone();
        let mut groups = Vec::new();
        for group in &fill.groups {
            let mut nodes = group.nodes;
            let mut pods: Vec<(usize, u32)> = group
                .pods
                .iter()
                .map(|(shape, count)| (self.shapes[*shape], *count))
                .collect();
            pods.sort_unstable();
            for (class, left) in &mut left[group.class] {
                let here = nodes.min(*left);
                if here > 0 {
                    *left -= here;
                    nodes -= here;
                    groups.push(Group {
                        class: *class,
                        nodes: here,
                        pods: pods.clone(),
                    });
                }
            }
        }
        groups
    }

    /// What the nodes of a placement of the part are when it is [expanded](Self::expand).
    pub(crate) fn expanded_node(&self, fill: &Fill, node: Node) -> Option<Node> {
        let groups = fill.groups.iter().filter(|group| group.class == node.class);
        let stretches = groups.map(|group| group.nodes).chain([u32::MAX]);
        let mut left: Vec<(usize, u32)> = self.classes.get(node.class)?.clone();
        let mut first = 0_u32;
        // By class of the whole, how many of its nodes are given out.
        let mut given: BTreeMap<usize, u32> = BTreeMap::new();
        for nodes in stretches {
            let mut nodes = nodes;
            for (class, left) in &mut left {
                let here = nodes.min(*left);
                let given = given.entry(*class).or_default();
                if node.at < first + here {
                    return Some(Node {
                        class: *class,
                        at: *given + (node.at - first),
                    });
                }
                *given += here;
                *left -= here;
                nodes -= here;
                first += here;
            }
        }
        None
    }

    /// A placement of the whole, as far as it is this part's: its nodes that are left hold what
    /// they held. With what the others held, by shape.
    pub(crate) fn contract(&self, fill: &[Group]) -> (Fill, Vec<u32>) {
        let mut at: BTreeMap<usize, (usize, u32)> = BTreeMap::new();
        for (class, of) in self.classes.iter().enumerate() {
            at.extend(of.iter().map(|(whole, count)| (*whole, (class, *count))));
        }
        let number: BTreeMap<usize, usize> = self.shapes.iter().copied().zip(0..).collect();
        let mut homeless = vec![0; self.shapes.len()];
        let mut groups = Vec::new();
        // The fullest stay: the emptiest are easiest to place anew.
        let mut order: Vec<&Group> = fill.iter().collect();
        order.sort_by_key(|group| {
            let held: u64 = group.pods.iter().map(|(_, count)| u64::from(*count)).sum();
            std::cmp::Reverse(held)
        });
        for group in order {
            let of = |(shape, count): &(usize, u32)| Some((*number.get(shape)?, *count));
            let pods: Vec<(usize, u32)> = group.pods.iter().filter_map(of).collect();
            let mut gone = group.nodes;
            if let Some((class, left)) = at.get_mut(&group.class) {
                let stay = gone.min(*left);
                *left -= stay;
                gone -= stay;
                if stay > 0 {
                    groups.push(Group {
                        class: *class,
                        nodes: stay,
                        pods: pods.clone(),
                    });
                }
            }
            for (shape, count) in pods {
                homeless[shape] += count * gone;
            }
        }
        (Fill { groups }, homeless)
    }

    /// Of each class, those of the whole that it is made of, with how many nodes.
    pub(crate) fn classes(&self) -> &[Vec<(usize, u32)>] {
        &self.classes
    }

    /// The number of a shape in the whole.
    pub(crate) fn shape(&self, shape: usize) -> usize {
        self.shapes[shape]
    }

    /// What is lost, in the numbers of the whole.
    pub(crate) fn widen_lost(&self, lost: &[(usize, u32)]) -> Vec<(usize, u32)> {
        let mut all = Vec::new();
        for (class, nodes) in lost {
            let mut nodes = *nodes;
            for (whole, count) in &self.classes[*class] {
                let here = nodes.min(*count);
                nodes -= here;
                all.push((*whole, here));
            }
        }
        all.retain(|(_, nodes)| *nodes > 0);
        all.sort_unstable();
        all
    }

    /// A reason in the numbers of the whole.
    pub(crate) fn widen(&self, whole: &Model, reason: &Reason) -> Reason {
        reason.renumbered(&Numbers {
            shapes: &self.shapes,
            classes: &self.classes,
            rows: &self.rows,
            many: (whole.shapes.len(), whole.classes.len()),
        })
    }
}

impl Key {
    fn class(self, of: &[(usize, u32)]) -> Class {
        Class {
            nodes: Vec::new(),
            count: of.iter().map(|(_, count)| count).sum(),
            has: self.has,
            shared: self.units.0,
            dedicated: self.units.1,
            cells: self.cells,
            cell: self.cell,
            rack: self.rack,
            zone: self.zone,
            fails: self.fails,
        }
    }
}

/// The rules of a component, in the numbers of the whole.
struct Rules {
    apart: Vec<Pair>,
    together: Vec<Pair>,
    united: Vec<Pair>,
    even: Vec<Even>,
}

impl Rules {
    fn of(whole: &Model, component: &Component, loss: Option<Loss<'_>>) -> Self {
        let ours = |shape: &usize| component.shapes.binary_search(shape).is_ok();
        let pairs = |list: &[Pair]| -> Vec<Pair> {
            let each = list.iter().copied();
            each.filter(|pair| ours(&pair.of)).collect()
        };
        let mut rules = Self {
            apart: pairs(&whole.apart),
            together: pairs(&whole.together),
            united: pairs(&whole.united),
            even: Vec::new(),
        };
        let even = whole.even.iter().filter(|even| ours(&even.of));
        rules.even = even.cloned().collect();
        if let Some(loss) = loss {
            if !loss.failure.apart {
                rules.apart.clear();
            }
            if !loss.failure.spread {
                rules.even.clear();
            }
        }
        rules
    }

    fn topologies(&self) -> impl Iterator<Item = Topology> {
        let pairs = self.apart.iter().chain(&self.together).chain(&self.united);
        let even = self.even.iter().map(|even| even.topology);
        pairs.map(|pair| pair.topology).chain(even)
    }
}

/// How many nodes of a class are lost.
fn lost_of(lost: &[(usize, u32)], class: usize) -> u32 {
    let of = lost.iter().filter(|(at, _)| *at == class);
    of.map(|(_, count)| count).sum()
}

/// What a class is to a component.
struct Column {
    /// Whether it admits each shape and has room for one replica.
    admits: Vec<bool>,
    /// By row, whether all that may stand there take more than one node has; and those that must
    /// lie in one cell, more than a cell has.
    binds: Vec<(bool, bool)>,
}

impl Column {
    fn of(whole: &Model, component: &Component, class: usize) -> Self {
        let shapes = component.shapes.iter();
        let admits = shapes.map(|shape| whole.fits_one(class, *shape)).collect();
        let mut column = Self {
            admits,
            binds: Vec::new(),
        };
        for row in 0..whole.rows.len() {
            let bind = column.binds(whole, component, class, row);
            column.binds.push(bind);
        }
        column
    }

    fn binds(
        &self,
        whole: &Model,
        component: &Component,
        class: usize,
        row: usize,
    ) -> (bool, bool) {
        let (mut all, mut single) = (0_u128, 0_u128);
        for (shape, admitted) in component.shapes.iter().zip(&self.admits) {
            if *admitted {
                let replicas = u128::from(whole.shapes[*shape].replicas);
                let weight = u128::from(whole.weight(class, *shape, row)) * replicas;
                all += weight;
                single += if whole.shapes[*shape].single {
                    weight
                } else {
                    0
                };
            }
        }
        let class = &whole.classes[class];
        (
            class.has[row] != UNBOUNDED && all > u128::from(class.has[row]),
            class.cell[row].is_some_and(|has| single > u128::from(has)),
        )
    }

    /// What tells its nodes apart, their places left aside.
    fn key(&self, of: &Class, rows: &[usize], counts: Vec<bool>, fails: Vec<bool>) -> Key {
        let binds = |row: &usize| self.binds[*row];
        let cell: Vec<Option<u64>> = rows
            .iter()
            .map(|row| of.cell[*row].filter(|_| binds(row).1))
            .collect();
        let has = rows.iter().map(|row| {
            let has = of.has[*row];
            if binds(row).0 { has } else { UNBOUNDED }
        });
        Key {
            has: has.collect(),
            units: (
                rows.iter().map(|row| of.shared[*row]).collect(),
                rows.iter().map(|row| of.dedicated[*row]).collect(),
            ),
            cells: if cell.iter().any(Option::is_some) {
                of.cells
            } else {
                1
            },
            cell,
            zone: None,
            rack: None,
            admits: self.admits.clone(),
            counts,
            fails,
        }
    }
}

/// Numbers domains by what stands in them, so that two models that differ in nothing but which
/// domain is which are equal. Returns the number that each had, in the new order.
fn rank(
    drafts: &mut [(Key, usize, u32)],
    domain: impl Fn(usize) -> Option<u32>,
    place: impl Fn(&mut Key) -> &mut Option<u32>,
) -> Vec<u32> {
    let mut domains: BTreeMap<u32, Vec<(Key, u32)>> = BTreeMap::new();
    for (key, class, count) in drafts.iter() {
        if let Some(domain) = domain(*class) {
            domains
                .entry(domain)
                .or_default()
                .push((key.clone(), *count));
        }
    }
    let mut order: Vec<(Vec<(Key, u32)>, u32)> = Vec::new();
    for (domain, mut content) in domains {
        content.sort_unstable();
        order.push((content, domain));
    }
    order.sort();
    let ranked: Vec<u32> = order.into_iter().map(|(_, domain)| domain).collect();
    let ranks: BTreeMap<u32, u32> = ranked.iter().copied().zip(0..).collect();
    for (key, class, _) in drafts.iter_mut() {
        *place(key) = domain(*class).and_then(|domain| ranks.get(&domain).copied());
    }
    ranked
}

fn names(numbers: &[u32], all: &[String]) -> Vec<String> {
    let each = numbers.iter().map(|number| {
        let name = usize::try_from(*number).ok().and_then(|at| all.get(at));
        name.cloned().unwrap_or_default()
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{components::components, read};

    fn model(text: &str) -> Model {
        Model::new(&read(text).unwrap().problem, &BTreeSet::new())
    }

    const TWO: &str = r#"{"pools": [
        {"name": "a", "count": 2, "capacity": {"cpu": 8, "disk": 100}},
        {"name": "b", "count": 3, "capacity": {"cpu": 8, "disk": 200}},
        {"name": "c", "count": 4, "capacity": {"cpu": 8}, "taints": ["t"]}],
      "workloads": [
        {"name": "w", "replicas": 5, "requests": {"cpu": 3, "disk": 10}},
        {"name": "v", "replicas": 2, "requests": {"cpu": 8}, "tolerations": ["t"],
         "selector": {}}],
      "failures": {"k": 1, "pools": ["a", "b"]}}"#;

    #[test]
    fn what_nobody_can_run_out_of_tells_no_nodes_apart() {
        let whole = model(&TWO.replace(r#""cpu": 8}, "tol"#, r#""cpu": 8, "x": 0}, "tol"#));
        let all = components(&whole);
        assert_eq!(all.len(), 1);
        let part = Part::of(&whole, &all[0], None);
        let counts: BTreeSet<u32> = part.model.classes.iter().map(|class| class.count).collect();
        assert_eq!(
            counts,
            BTreeSet::from([4, 5]),
            "a and b are one, and c another"
        );
        assert_eq!(part.model.rows.len(), 1, "only `cpu` can be in the way");
    }

    #[test]
    fn a_placement_comes_back_as_it_went() {
        let whole = model(TWO);
        let part = Part::of(&whole, &components(&whole)[0], None);
        let five = part.model.classes.iter().position(|class| class.count == 5);
        let fill = Fill {
            groups: vec![Group {
                class: five.unwrap(),
                nodes: 3,
                pods: vec![(0, 1)],
            }],
        };
        let wide = part.expand(&fill);
        let nodes: Vec<(usize, u32)> = wide
            .iter()
            .map(|group| (group.class, group.nodes))
            .collect();
        assert_eq!(nodes, [(0, 2), (1, 1)]);
        let (again, homeless) = part.contract(&wide);
        assert_eq!(again.groups.iter().map(|group| group.nodes).sum::<u32>(), 3);
        assert_eq!(homeless, [0, 0]);
    }

    #[test]
    fn what_stood_on_lost_nodes_is_homeless() {
        let whole = model(TWO);
        let all = components(&whole);
        let part = Part::of(&whole, &all[0], None);
        let five = part.model.classes.iter().position(|class| class.count == 5);
        let group = |nodes, count| Group {
            class: five.unwrap(),
            nodes,
            pods: vec![(0, count)],
        };
        let base = part.expand(&Fill {
            groups: vec![group(2, 1), group(1, 2)],
        });
        let failure = &whole.failures[0];
        let lost = [(0, 2)];
        let after = Part::of(
            &whole,
            &all[0],
            Some(Loss {
                failure,
                lost: &lost,
            }),
        );
        let (_, homeless) = after.contract(&base);
        assert_eq!(homeless, [2, 0]);
    }

    #[test]
    fn zones_that_are_alike_make_equal_models() {
        let text = r#"{"pools": [
            {"name": "a", "count": 6, "zones": {"x": 2, "y": 3, "z": 1}, "capacity": {"cpu": 8}}],
          "workloads": [{"name": "w", "replicas": 3, "requests": {"cpu": 3},
            "spread": {"topology": "zone"}}], "failures": {"k": 1}}"#;
        let whole = model(text);
        let all = components(&whole);
        let after = |class| {
            let failure = &whole.failures[0];
            let lost = [(class, 1)];
            let mut part = Part::of(
                &whole,
                &all[0],
                Some(Loss {
                    failure,
                    lost: &lost,
                }),
            );
            part.model.zones.clear();
            part.model
        };
        // 1, 3 and 1; 2, 2 and 1; 2 and 3.
        assert_ne!(after(0), after(1));
        assert_ne!(after(1), after(2));
        let turned = text.replace(r#""x": 2, "y": 3"#, r#""x": 3, "y": 2"#);
        let turned = model(&turned);
        let part = |whole: &Model| Part::of(whole, &components(whole)[0], None).model.classes;
        assert_eq!(part(&whole), part(&turned));
    }
}
