//! A way out for data that few may know.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Connect, Target},
    origin::OriginId,
    schema::kinds::DataClass,
};

declare_rule! { pub RULE = "open-egress", Network, Warn, "a way to all of the internet for a tenant with confidential data", include_str!("open_egress.md") }

/// Reports each connection to all public addresses of tenants whose data few may know.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let tenant = &estate.tenants[workload.tenant];
        let data = &tenant.spec.data;
        if !matches!(data.value, DataClass::Confidential | DataClass::Restricted) {
            continue;
        }
        for connect in workload
            .connects
            .iter()
            .filter(|connect| is_everywhere(connect))
        {
            let at: OriginId = connect.spec.target.origin;
            let message = format!(
                "`{}` may call every address of the internet, and the data of tenant `{}` is {}",
                workload.path,
                tenant.name.value,
                data.value.word()
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(at), message)
                    .label("to everybody")
                    .also(estate.span(data.origin), "what it may carry away")
                    .why("whoever takes over the workload fetches his tools and sends the data out by the same port; an allow-list stops both, and a miner's pool with them")
                    .help("name who is called: `host=\"api.example.com\"`, `cidr=\"203.0.113.0/24\"`, or an `external`; packages come through a mirror of your own"),
            );
        }
    }
}

/// Whether it leads to all that is public.
fn is_everywhere(connect: &Connect) -> bool {
    let narrowed = connect.host.is_some()
        || connect
            .cidr
            .as_ref()
            .is_some_and(|cidr| cidr.value.prefix_len() > 0);
    matches!(connect.to, Target::Internet) && !narrowed
}
