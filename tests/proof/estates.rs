//! Estates whose workloads talk to each other: drawn from a number, and one to count by hand.

use std::fmt::Write as _;

use tenantry_tests::{estate::Files, page};

/// Numbers that follow from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    fn one_in(&mut self, of: u64) -> bool {
        self.roll(of) == 0
    }
}

/// A workload: its tenant's number, and its own.
type End = (u64, u64);

/// What is outside of the estates.
const OUTSIDE: &str = r#"
external bank { cidr "203.0.113.0/24" "2001:db8:7::/48"; port https 443; }
external depot { cidr "10.0.0.0/8"; port files 4443; }
external mail { host "smtp.mail.example.net"; port submission 587; }
external office { cidr "192.0.2.0/24"; }
image debian { source http="https://cloud.example.com/debian.qcow2"; }
image mirror { source http="https://192.0.2.7:8443/mirror.qcow2"; }
"#;

/// The estate of a seed: always the same. A draw may ask for what cannot be.
pub(crate) fn drawn(seed: u64) -> Files {
    let mut dice = Dice(seed);
    let mut text = OUTSIDE.to_owned();
    let tenants = 2 + dice.roll(2);
    let sizes: Vec<u64> = (0..tenants).map(|_| 2 + dice.roll(3)).collect();
    // Who calls whom of another tenant: both halves are written where they belong.
    let mut across: Vec<(End, End, bool)> = Vec::new();
    for _ in 0..dice.roll(4) {
        let (from, to) = (dice.roll(tenants), dice.roll(tenants));
        let end = |dice: &mut Dice, of: u64| dice.roll(sizes[usize::try_from(of).unwrap()]);
        let ends = ((from, end(&mut dice, from)), (to, end(&mut dice, to)));
        if from != to && !across.iter().any(|(a, b, _)| (*a, *b) == ends) {
            across.push((ends.0, ends.1, dice.one_in(2)));
        }
    }
    for (tenant, size) in (0..).zip(&sizes) {
        let _ = writeln!(text, "tenant t{tenant} {{");
        if dice.one_in(2) {
            text.push_str("members { admin \"group:ops\"; }\n");
        }
        for at in 0..*size {
            let _ = writeln!(text, "workload w{at} {{");
            let token = body(&mut dice, &mut text);
            connects(&mut dice, &mut text, at, token);
            for ((from, one), (to, other), whole) in &across {
                if (*from, *one) == (tenant, at) {
                    let _ = writeln!(text, "connect t{to}.w{other} port=http");
                }
                if (*to, *other) == (tenant, at) {
                    let one = if *whole {
                        String::new()
                    } else {
                        format!(".w{one}")
                    };
                    let _ = writeln!(text, "offer http to=t{from}{one}");
                }
            }
            exposes(&mut dice, &mut text, tenant, at);
            text.push_str("}\n");
        }
        text.push_str("}\n");
    }
    page::files(&text)
}

/// What it is; whether it may call the cluster's API.
fn body(dice: &mut Dice, text: &mut String) -> bool {
    let kind = dice.roll(6);
    match kind {
        0 => text.push_str("vm image=debian\ncpu cores=2\nmemory \"2GiB\"\ndisk root \"20GiB\"\n"),
        1 => text.push_str("vm image=mirror\ncpu cores=1\nmemory \"2GiB\"\ndisk root \"20GiB\"\n"),
        2 => text.push_str(
            "container image=\"registry.example.com/app:1.0.0\" sandbox=kata\ncpu 1 limit=1\nmemory \"1GiB\"\n",
        ),
        3 => text.push_str(
            "container image=\"registry.example.com/app:1.0.0\" service-account-token=#true\ncpu 1\nmemory \"1GiB\"\n",
        ),
        _ => text.push_str(
            "container image=\"registry.example.com/app:1.0.0\"\nreplicas 2\ncpu 1\nmemory \"1GiB\"\n",
        ),
    }
    text.push_str("on general\nport http 8080\n");
    if dice.one_in(3) {
        text.push_str("port media \"5000-5010\" protocol=udp\n");
    }
    kind == 3
}

fn connects(dice: &mut Dice, text: &mut String, at: u64, token: bool) {
    for other in 0..at {
        if dice.one_in(2) {
            let _ = writeln!(text, "connect w{other} port=http");
        }
    }
    let outside = [
        "connect internet port=443",
        "connect bank port=https",
        "connect bank port=https cidr=\"203.0.113.16/28\"",
        "connect depot port=files",
        "connect mail port=submission",
        "connect internet port=53 protocol=udp",
        "connect platform.metrics",
    ];
    if token {
        text.push_str("connect platform.kube-api\n");
    }
    for line in outside {
        if dice.one_in(5) {
            let _ = writeln!(text, "{line}");
        }
    }
}

fn exposes(dice: &mut Dice, text: &mut String, tenant: u64, at: u64) {
    match dice.roll(6) {
        0 => {
            let _ = writeln!(
                text,
                "expose http host=\"w{at}-t{tenant}.example.com\" tls=#true"
            );
        }
        1 => text.push_str("expose http via=node-port { from office \"198.51.100.0/24\"; }\n"),
        2 => text.push_str("monitor port=http\n"),
        _ => {}
    }
}

/// Two tenants, three workloads, three flows.
pub(crate) fn shop() -> Files {
    page::files(
        r#"
        tenant shop {
            workload web {
                container image="registry.example.com/shop/web:1.0.0"
                on general
                cpu 1
                memory "1GiB"
                port http 8080
                connect db port=sql
                connect internet port=443
            }
            workload db {
                container image="registry.example.com/shop/db:1.0.0"
                on general
                cpu 1
                memory "1GiB"
                port sql 5432
                offer sql to=reports
            }
        }
        tenant reports {
            workload nightly {
                container image="registry.example.com/reports/nightly:1.0.0"
                on general
                cpu 1
                memory "1GiB"
                connect shop.db port=sql
            }
        }
        "#,
    )
}
