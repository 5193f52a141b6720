//! A small world for tests: one workload with what hangs on it.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Budget, Problem, Program, Scope, Type, Types, Unit, Value, compile, evaluate,
    value::{Keyed, Object},
};
use crate::schema::ty::Lit;

/// The types of the world's nodes.
pub(super) struct Kinds;

fn object(name: &str) -> Type {
    Type::Object(name.into())
}

/// The fields of each kind.
fn fields(kind: &str) -> Vec<(&'static str, Type)> {
    let size = Type::Unit(Unit::Bytes);
    match kind {
        "workload" => vec![
            ("name", Type::Str),
            ("replicas", Type::Int),
            ("secure", Type::Bool),
            ("cpu", Type::Unit(Unit::Cores)),
            ("memory", object("memory")),
            ("disks", object("disk").keyed()),
            ("labels", Type::Str.map()),
            ("tenant", object("tenant")),
            ("spread_over", Type::Str),
            ("sandbox", Type::choice(["none", "kata", "gvisor"])),
        ],
        "memory" => vec![
            ("size", size.clone()),
            ("limit", size.clone()),
            ("hugepages", size),
        ],
        "disk" => vec![("name", Type::Str), ("size", size)],
        "tenant" => vec![
            ("name", Type::Str),
            ("workloads", object("workload").keyed()),
        ],
        _ => Vec::new(),
    }
}

impl Types for Kinds {
    fn field(&self, object: &str, field: &str) -> Option<Type> {
        let found = fields(object).into_iter().find(|(name, _)| *name == field);
        found.map(|(_, ty)| ty)
    }

    fn fields(&self, object: &str) -> Vec<String> {
        fields(object)
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect()
    }
}

/// The names that the world's expressions may use.
pub(super) fn scope() -> Scope {
    Scope::new()
        .with("workload", object("workload"))
        .with("env", Type::Str)
        .with("gpu-nodes", Type::Int)
        .with("net", Type::Unit(Unit::Cidr))
        .with("every", Type::Unit(Unit::Duration))
        .with("port", Type::Unit(Unit::Ports))
        .with("any", Type::Unknown)
}

/// A node with its settings.
#[derive(Debug)]
struct Node(BTreeMap<&'static str, Value>);

impl Object for Node {
    fn field(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or(Value::Null)
    }

    fn key(&self) -> Option<Arc<str>> {
        match self.0.get("name") {
            Some(Value::Str(name)) => Some(name.clone()),
            _ => None,
        }
    }
}

fn node(settings: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(Arc::new(Node(settings.into_iter().collect())))
}

/// A quantity as it is written.
pub(super) fn quantity(unit: Unit, text: &str) -> Value {
    unit.read(&Lit::Str(text.into())).unwrap().into()
}

/// The world: `memory.limit`, `secure` and `tenant` are not set.
pub(super) fn world() -> BTreeMap<Arc<str>, Value> {
    let size = |text| quantity(Unit::Bytes, text);
    let disk = |name: &str, text| node([("name", name.into()), ("size", size(text))]);
    let disks: Arc<dyn Keyed> = Arc::new(vec![disk("root", "40GiB"), disk("data", "2TiB")]);
    let labels = BTreeMap::from([("tier".into(), "gold".into())]);
    let workload = node([
        ("name", "trainer".into()),
        ("replicas", 4.into()),
        ("cpu", quantity(Unit::Cores, "8")),
        (
            "memory",
            node([("size", size("128GiB")), ("hugepages", size("2MiB"))]),
        ),
        ("disks", Value::Keyed(disks)),
        ("labels", Value::Map(Arc::new(labels))),
    ]);
    BTreeMap::from([
        ("workload".into(), workload),
        ("env".into(), "prod".into()),
        ("gpu_nodes".into(), 3.into()),
        ("net".into(), quantity(Unit::Cidr, "10.20.0.0/16")),
        ("every".into(), quantity(Unit::Duration, "15m")),
        ("port".into(), quantity(Unit::Ports, "8080")),
        ("any".into(), "4GiB".into()),
    ])
}

/// Compiles in the world.
pub(super) fn compiled(text: &str) -> Result<Program, Vec<Problem>> {
    compile(text, &scope(), &Kinds, None)
}

/// Compiles and evaluates in the world.
pub(super) fn evaluated(text: &str) -> Result<Value, Problem> {
    let program = compiled(text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    evaluate(&program, &world(), &mut Budget::default())
}

/// A problem as a reader sees it: the text at fault, the message, the help.
pub(super) fn told(text: &str, problem: &Problem) -> String {
    let help = problem.help.as_deref().map(|help| format!("; {help}"));
    format!(
        "[{}] {}{}",
        &text[problem.range.clone()],
        problem.message,
        help.unwrap_or_default()
    )
}
