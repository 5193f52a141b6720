//! Numbers at and past the edges of what holds them.

use super::harness::Estate;

const EDGES: &[&str] = &[
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "170141183460469231731687303715884105727",
    "-170141183460469231731687303715884105728",
    "170141183460469231731687303715884105728",
    "1e999",
    "1e-999",
    "1e99999999999999999999",
    "-0",
    "0x7fffffffffffffffffffffffffffffff",
    "0xffffffffffffffffffffffffffffffffff",
    "1_000_000_000_000_000_000_000_000_000_000_000_000_000",
    "#inf",
    "#-inf",
    "#nan",
];

#[test]
fn wherever_a_number_may_stand() {
    for edge in EDGES {
        Estate::on_ground(&format!(
            "tenant t {{ label l {edge}; workload w {{ container image=\"r.example/a/b:1\"; cpu {edge}; memory {edge}; replicas {edge}; port p {edge} }} }}
             let a {edge}
             param p type=int default={edge} min={edge} max={edge}
             table x {{ column c int default={edge}; row {edge} c={edge} }}
             priority y {edge}"
        ))
        .check()
        .refused(&[]);
    }
}

#[test]
fn wherever_a_quantity_may_stand() {
    for edge in EDGES {
        for unit in ["PiB", "", "m", "d", "%", "Gbit", " CNY/h", ":1", ".1", "-1"] {
            let text = format!(
                "param a type=bytes default=\"{edge}{unit}\"
                 param b type=cpu default=\"{edge}{unit}\"
                 param c type=duration default=\"{edge}{unit}\"
                 param d type=percent default=\"{edge}{unit}\"
                 param e type=rate default=\"{edge}{unit}\"
                 param f type=portno default=\"{edge}{unit}\"
                 param g type=version default=\"{edge}{unit}\"
                 param h type=cidr default=\"{edge}{unit}\"
                 price cpu \"{edge}{unit}\""
            );
            Estate::on_ground(&text).check();
        }
    }
}

#[test]
fn arithmetic_past_the_edge() {
    for text in [
        "9223372036854775807 + 1",
        "-9223372036854775807 - 2",
        "9223372036854775807 * 9223372036854775807",
        "(-9223372036854775807 - 1) / -1",
        "(-9223372036854775807 - 1) % -1",
        "-(-9223372036854775807 - 1)",
        "1 / 0",
        "1 % 0",
        "9223372036854775808",
        "99999999999999999999999999999999999999999",
        "range(0, 9223372036854775807)",
        "range(-9223372036854775807, 9223372036854775807)",
        "subnet('10.0.0.0/8', 99999, 1)",
        "subnet('10.0.0.0/8', 32, 9223372036854775807)",
        "subnet('10.0.0.0/8', -1, -1)",
        "subnet('::/0', 128, 9223372036854775807)",
        "address('::/0', -9223372036854775807)",
        "address('10.0.0.0/8', 9223372036854775807)",
        "[1][9223372036854775807]",
        "[1][-1]",
        "int('99999999999999999999999999')",
        "big * 9223372036854775807",
        "big / 0",
        "'x'.split('')",
    ] {
        let ended = Estate::on_ground(&format!(
            "param big type=bytes default=\"8191PiB\"\nlet a \"${{{text}}}\"\ntenant t {{ label l \"${{string(a)}}\" }}"
        ))
        .check();
        assert!(!ended.says("panicked"), "{text}: {}", ended.said);
    }
}

#[test]
fn pools_and_replicas_without_end() {
    for many in ["20000", "20001", "9223372036854775807"] {
        let text = format!(
            "pool p {{ nodes {many}; cpu small; memory \"64GiB\" }}
             tenant t {{ workload w {{ container image=\"r.example/a/b:1\"; on p; cpu \"1m\"; memory \"1MiB\"; replicas {many} }} }}"
        );
        Estate::on_ground(&text).check();
    }
}
