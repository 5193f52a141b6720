//! What has which type, and what is said about the rest.

use crate::cel::{
    Type, Unit, compile,
    sample::{Kinds, compiled, scope, told},
};

fn ty(text: &str) -> Type {
    match compiled(text) {
        Ok(program) => program.ty().clone(),
        Err(problems) => panic!("{text}: {problems:#?}"),
    }
}

/// All that is wrong with an expression.
fn problems(text: &str) -> Vec<String> {
    match compiled(text) {
        Ok(program) => panic!("{text} is a {:?}", program.ty()),
        Err(problems) => problems.iter().map(|problem| told(text, problem)).collect(),
    }
}

/// The one thing that is wrong with it.
fn problem(text: &str) -> String {
    let mut all = problems(text);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[test]
fn every_expression_has_a_type() {
    let size = Type::Unit(Unit::Bytes);
    for (text, expected) in [
        ("gpu_nodes * 2", Type::Int),
        ("env == 'prod' && !workload.secure", Type::Bool),
        ("workload.memory.size * 2", size.clone()),
        ("2 * workload.memory.size / 4", size.clone()),
        ("workload.memory.size / '1GiB'", Type::Int),
        (
            "workload.memory.size % workload.memory.hugepages",
            size.clone(),
        ),
        ("workload.cpu + 2", Type::Unit(Unit::Cores)),
        ("port + 1", Type::Unit(Unit::Ports)),
        ("env + '-' + string(gpu_nodes)", Type::Str),
        ("workload.disks['root'].size", size.clone()),
        ("workload.disks[0].size", size.clone()),
        ("workload.labels.tier", Type::Str),
        ("workload.labels['a-b']", Type::Str),
        ("workload.disks.map(d, d.size)", size.clone().list()),
        (
            "workload.disks.map(d, d.size > '1GiB', d.name)",
            Type::Str.list(),
        ),
        (
            "workload.disks.filter(d, d.size > '1GiB')",
            Type::Object("disk".into()).list(),
        ),
        ("workload.disks.map(d, d.size).sum()", size.clone()),
        ("max(workload.memory.size, '1GiB')", size.clone()),
        (
            "env == 'prod' ? workload.memory.size : '1GiB'",
            size.clone(),
        ),
        ("[1, 2] + [3]", Type::Int.list()),
        ("{'a': 1, 'b': 2}", Type::Int.map()),
        ("'root' in workload.disks", Type::Bool),
        ("workload.memory.size in ['64GiB', '128GiB']", Type::Bool),
        ("subnet(net, 24, 3)", Type::Unit(Unit::Cidr)),
        ("subnet('10.0.0.0/8', 24, 3)", Type::Unit(Unit::Cidr)),
        ("address(net, 10)", Type::Unit(Unit::Ip)),
        (
            "net.contains('10.20.0.1') && net.contains('10.20.1.0/24')",
            Type::Bool,
        ),
        (
            "range(0, gpu_nodes).map(i, 'node-' + string(i)).join(',')",
            Type::Str,
        ),
        (
            "workload.tenant.workloads.all(w, w.tenant.name != w.name)",
            Type::Bool,
        ),
        (
            "workload.memory == null || workload.memory != null",
            Type::Bool,
        ),
        ("any + 4", Type::Unknown),
        ("any.thing[3] > 4", Type::Bool),
        ("[]", Type::Unknown.list()),
    ] {
        assert_eq!(ty(text), expected, "{text}");
    }
}

#[test]
fn a_name_that_is_not_there_is_told_from_those_that_are() {
    for (text, said) in [
        (
            "envv == 'prod'",
            "[envv] there is nothing called `envv` here; did you mean `env`?",
        ),
        (
            "workload.memry.size > '1GiB'",
            "[memry] `workload` has no field `memry`; did you mean `memory`?",
        ),
        (
            "workload.memory.x > 4",
            "[x] `workload.memory` has no field `x`; its fields are `size`, `limit` and `hugepages`",
        ),
        (
            "workload.disks.size > '1GiB'",
            "[size] `workload.disks` is a list of `disk` nodes, which has no field `size`; take one of them, `workload.disks['name'].size`, or look at each, `workload.disks.all(x, x.size …)`",
        ),
        (
            "workload.disks.root",
            "[root] `workload.disks` is a list of `disk` nodes, which has no field `root`; one of them is found by its name, `workload.disks['root']`",
        ),
        (
            "workload.tenant.workloads['web'].spread-over == 'zone'",
            "[spread-over] `spread-over` is a subtraction in an expression; inside an expression the field is written `spread_over`",
        ),
        (
            "workload.name.x == 'a'",
            "[x] `workload.name` is a string and has no fields",
        ),
        (
            "workload.name.startWith('a')",
            "[startWith] there is no function `startWith`; did you mean `startsWith`?",
        ),
        (
            "workload.disks.each(d, d.size > 1)",
            "[each] there is no function `each`; the functions are `size`, `contains`, `startsWith`, `endsWith`, `matches`, `int`, `string`, `min`, `max`, `sum`, `join`, `split` and 12 more",
        ),
        (
            "now() > 4",
            "[now] there is no function `now`; an estate means the same at any time, so expressions have no clock",
        ),
        (
            "startsWith(env, 'p')",
            "[startsWith] `startsWith` is called on a value; it is written `text.startsWith(part)`",
        ),
        (
            "subnet(env, 24, 1)",
            "[env] `env` is a string; `subnet` needs a network; give it its type where it is declared: `param NAME type=cidr default=\"10.244.0.0/16\"`",
        ),
        (
            "subnet(net, 24)",
            "[subnet] `subnet` does not take 2 arguments; it is written `subnet(network, length, n)`",
        ),
    ] {
        assert_eq!(problem(text), said);
    }
}

#[test]
fn a_name_with_a_dash_is_not_taken_for_a_subtraction() {
    assert_eq!(
        problem("gpu-nodes * 2"),
        "[gpu-nodes] `gpu-nodes` is a subtraction in an expression; inside an expression its name is written `gpu_nodes`"
    );
    assert_eq!(
        problem("workload.spread-over == 'zone'"),
        "[workload.spread-over] `workload.spread-over` is a subtraction in an expression; inside an expression its name is written `workload.spread_over`"
    );
    assert_eq!(ty("gpu_nodes-gpu_nodes"), Type::Int);
}

#[test]
fn operands_are_named_for_what_they_are() {
    for (text, said) in [
        (
            "workload.memory >= '64GiB'",
            "[workload.memory] `workload.memory` is a whole `memory` node; its fields are `size`, `limit` and `hugepages`",
        ),
        (
            "workload.memory.size >= 64",
            "[workload.memory.size >= 64] `workload.memory.size` is a size and `64` is a whole number: they cannot be compared",
        ),
        (
            "workload.memory.size >= '64Gib'",
            "['64Gib'] `Gib` is not a unit of size; write \"64GiB\" or \"64GB\"",
        ),
        (
            "workload.memory.size == every",
            "[workload.memory.size == every] `workload.memory.size` is a size and `every` is a duration: they can never be equal",
        ),
        (
            "net < net",
            "[net] `net` is a network, of which none is less than another",
        ),
        (
            "workload.memory && true",
            "[workload.memory] `workload.memory` is a whole `memory` node; `&&` needs true or false; `has(workload.memory)` asks whether it is set",
        ),
        (
            "gpu_nodes ? 1 : 2",
            "[gpu_nodes] `gpu_nodes` is a whole number; a choice needs true or false",
        ),
        (
            "true ? 1 : 'a'",
            "[1 : 'a'] a choice gives one type of value, but `1` is a whole number and `'a'` is a string",
        ),
        (
            "env + gpu_nodes",
            "[env + gpu_nodes] `+` does not go between a string and a whole number: `env` and `gpu_nodes`; `string(gpu_nodes)` makes a string of it",
        ),
        (
            "workload.memory.size + 1",
            "[workload.memory.size + 1] `+` does not go between a size and a whole number: `workload.memory.size` and `1`; give the number a unit, as in '128GiB'",
        ),
        (
            "workload.disks == []",
            "[workload.disks] `workload.disks` is a list of `disk` nodes; count them, `size(workload.disks)`, or look at each, `workload.disks.all(x, …)`",
        ),
        ("-env", "[env] `env` is a string; `-` needs a whole number"),
        (
            "[1, 'a']",
            "['a'] `'a'` is a string, but the elements before it are of another type: a whole number",
        ),
        (
            "env in 'prod'",
            "['prod'] `'prod'` is a string; `in` needs a list; write `'prod'.contains(env)`",
        ),
        (
            "env.contains(4)",
            "[4] `4` is a whole number; `contains` needs a string",
        ),
        (
            "env.matches('a(')",
            "['a('] this is not a regular expression; unclosed group",
        ),
        (
            "workload.disks[true]",
            "[true] an element of `workload.disks` is found by its name, a string, or by its position; `true` is true or false",
        ),
        (
            "gpu_nodes.all(x, x > 1)",
            "[gpu_nodes] `gpu_nodes` is a whole number; `all` looks at the elements of a list",
        ),
        (
            "workload.disks.all(d, d.size)",
            "[d.size] `d.size` is a size; `all` needs true or false; `has(d.size)` asks whether it is set",
        ),
    ] {
        let found = problem(text);
        assert!(found.starts_with(said) || found == said, "{found}\n{said}");
    }
}

#[test]
fn a_word_that_is_no_choice_would_never_be_equal() {
    let said = "['katta'] `katta` is none of `none`, `kata` and `gvisor`; did you mean 'kata'?";
    for text in [
        "workload.sandbox == 'katta'",
        "'katta' != workload.sandbox",
        "workload.sandbox in ['kata', 'katta']",
        "workload.sandbox == (env == 'prod' ? 'katta' : 'none')",
    ] {
        assert_eq!(problem(text), said);
    }
    // Everywhere else it is a string like any other.
    assert_eq!(ty("workload.sandbox + '-' + env"), Type::Str);
    assert_eq!(ty("workload.sandbox.startsWith('k')"), Type::Bool);
    assert_eq!(ty("env == 'prod' ? workload.sandbox : 'else'"), Type::Str);
    assert_eq!(ty("workload.sandbox == env"), Type::Bool);
    assert_eq!(ty("{'kata': 4}[workload.sandbox]"), Type::Int);
}

#[test]
fn everything_is_said_at_once_and_each_mistake_once() {
    let all = problems("envv == 'a' && workload.memry.size.x > 4 || workload.name > 3");
    assert_eq!(all.len(), 3, "{all:#?}");
    // What follows from an unknown name is not said.
    assert_eq!(problems("nothing.at.all + 3 > 'x'").len(), 1);
    assert_eq!(problems("nothing.all(x, x.y > 3)").len(), 1);
    assert_eq!(problems("workload.memory.size == '4' && true").len(), 1);
}

#[test]
fn the_place_of_a_value_has_a_type_too() {
    let fit = |text: &str, expected: &Type| {
        compile(text, &scope(), &Kinds, Some(expected))
            .map(|program| program.ty().clone())
            .map_err(|problems| told(text, &problems[0]))
    };
    let size = Type::Unit(Unit::Bytes);
    // A string is read as what is due, and a bare number as cores.
    assert_eq!(
        fit("env == 'prod' ? '64GiB' : '1GiB'", &size),
        Ok(size.clone())
    );
    assert_eq!(
        fit("gpu_nodes * 2", &Type::Unit(Unit::Cores)),
        Ok(Type::Int)
    );
    // A string is made of what goes where a string is due.
    assert_eq!(fit("gpu_nodes", &Type::Str), Ok(Type::Int));
    assert_eq!(
        fit("'64'", &size),
        Err("['64'] `64` has no unit; write \"64GiB\" or \"64MiB\"".into())
    );
    assert_eq!(
        fit("gpu_nodes", &Type::Bool),
        Err("[gpu_nodes] `gpu_nodes` is a whole number; true or false is due here".into())
    );
    assert_eq!(
        fit("workload.memory", &size),
        Err("[workload.memory] `workload.memory` is a whole `memory` node; a size is due here; its fields are `size`, `limit` and `hugepages`".into())
    );
}

#[test]
fn text_that_is_not_cel_says_what_is() {
    for (text, said) in [
        (
            "",
            "[] the expression is empty; write one such as `env == 'prod'`",
        ),
        (
            "a = b",
            "[=] `=` is not an operator of CEL; equality is written `==`",
        ),
        (
            "a and b",
            "[and] `and` is not an operator of CEL; write `&&`",
        ),
        ("a b", "[b] expected an operator, found `b`"),
        ("(a", "[(] `(` is never closed; close it with `)`"),
        ("a +", "[] the expression ends too early"),
        (
            "a ? b",
            "[] expected `:` and the value for the other case; a choice is written `condition ? value : other`",
        ),
        ("a == )", "[)] expected a value, found `)`"),
        (
            "has(a)",
            "[has(a)] `has` asks whether one field is set; write it as `has(workload.memory)`; for a key of a list or map, write `'key' in list`",
        ),
        (
            "a.all(b)",
            "[all] `all` takes a name for the element and an expression; write it as `all(x, …)`",
        ),
        (
            "a.all(b.c, true)",
            "[b.c] expected a name for the element; write it as `all(x, …)`",
        ),
        (
            "var > 1",
            "[var] `var` is a word that CEL keeps for itself; give the value another name",
        ),
        (
            "1.5 * a",
            "[1.5] 1.5 is not a whole number; fractions are written with a unit, like '500m' or '1536MiB', and versions as strings",
        ),
        (
            "9223372036854775808",
            "[9223372036854775808] this number is too large; whole numbers go from -9223372036854775808 to 9223372036854775807",
        ),
    ] {
        assert_eq!(problem(text), said);
    }
    assert_eq!(ty("-9223372036854775808"), Type::Int);
}
