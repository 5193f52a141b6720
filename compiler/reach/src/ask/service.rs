//! The own addresses of Services. Nobody is there: on the way such an address is replaced by that
//! of a pod, and most pod networks ask policies about that pod.

use super::{End, Question, ask};
use crate::{Judge, Protocol, cluster::Service};

/// The Service whose own address is called, if it is one.
pub(super) fn service<'c>(judge: &Judge<'c>, question: &Question) -> Option<&'c Service> {
    let End::Address(address) = question.to else {
        return None;
    };
    let mut services = judge.cluster().services.iter();
    services.find(|it| it.addresses.contains(&address))
}

/// What a question to a Service's own address comes to: the same about a pod behind it, on the port
/// to which the Service leads. Of several pods it is the first that does not take the call, if there
/// is such. What leads to no pod stays as it is.
pub fn settled(judge: &Judge<'_>, question: &Question) -> Question {
    let mut refused = None;
    let mut first = None;
    for behind in behind(judge, question) {
        first = first.or(Some(behind));
        if !ask(judge, &behind).allowed {
            refused = Some(behind);
            break;
        }
    }
    refused.or(first).unwrap_or(*question)
}

/// Whether the own address of a Service is called that has no pod for it; `settled` is what the
/// question comes to.
pub(super) fn leads_nowhere(judge: &Judge<'_>, asked: &Question, settled: &Question) -> bool {
    matches!(settled.to, End::Address(_)) && service(judge, asked).is_some()
}

/// The ports of the Service whose own address is called.
pub fn ports(judge: &Judge<'_>, question: &Question) -> Option<Vec<(Protocol, u16)>> {
    let ports = service(judge, question)?.ports.iter();
    Some(ports.map(|it| (it.protocol, it.port)).collect())
}

/// The same question about each pod behind a Service.
fn behind<'j>(judge: &'j Judge<'_>, question: &Question) -> impl Iterator<Item = Question> + 'j {
    let question = *question;
    let cluster = judge.cluster();
    let service = service(judge, &question);
    let port = service.and_then(|service| {
        let mut ports = service.ports.iter();
        let port = ports.find(|it| (it.protocol, it.port) == (question.protocol, question.port))?;
        Some((service, port))
    });
    port.into_iter().flat_map(move |(service, port)| {
        let pods = cluster.pod_ids().filter(|id| {
            let pod = cluster.pod(*id);
            pod.namespace == service.namespace && service.pods.matches(&pod.labels)
        });
        pods.filter_map(move |pod| {
            let (ports, _) = judge.resolved(Some(std::slice::from_ref(&port.target)), Some(pod));
            let (protocol, port) = ports.first()?;
            Some(Question {
                to: End::Pod(pod),
                protocol,
                port,
                ..question
            })
        })
    })
}
