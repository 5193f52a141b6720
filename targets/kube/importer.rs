//! What CDI's importer fetches for a machine's disks, and from where.

use tenantry_core::{
    flows::Port,
    model::{Body, Disk, Estate, ImageUse, Workload},
    origin::OriginId,
    schema::kinds::ImageSource,
    units::{Cidr, Host, Ip, OciRef, Unit},
};

/// What a disk is filled from.
pub(crate) enum Filled<'e> {
    /// A reference to a registry.
    Reference(&'e OciRef),
    /// A declared source.
    Source(&'e ImageSource),
}

/// The source that fills a disk: its own, or of `root` the machine's image, of which the first
/// that this cluster can use.
pub(crate) fn filled_from<'e>(
    estate: &'e Estate,
    workload: &'e Workload,
    disk: &'e Disk,
) -> Option<Filled<'e>> {
    if let Some(source) = &disk.spec.source {
        return Some(Filled::Source(source));
    }
    let Body::Vm(_, image) = &workload.body else {
        return None;
    };
    if disk.spec.name.value.as_str() != "root" {
        return None;
    }
    match image {
        ImageUse::Oci(reference) => Some(Filled::Reference(&reference.value)),
        ImageUse::Named(image) => {
            let cluster = estate.clusters[workload.cluster].name.value.as_str();
            estate.images[image.to]
                .source
                .iter()
                .filter(|source| {
                    source
                        .cluster
                        .as_ref()
                        .is_none_or(|own| &*own.value.text == cluster)
                })
                .find(|source| source.iso.is_none() && source.proxmox_template.is_none())
                .map(Filled::Source)
        }
        ImageUse::Unknown => None,
    }
}

/// Something that an importer's pod fetches itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetch {
    /// Where from; none is a store whose address only its client knows.
    pub(crate) host: Option<String>,
    /// On which port.
    pub(crate) port: Port,
    /// The addresses, where the source or an `external` of that host says them; else it is public.
    pub(crate) cidrs: Vec<Cidr>,
    /// Where it is said.
    pub(crate) origin: OriginId,
}

/// What is fetched for a machine's disks. A registry without credentials is none: the node pulls
/// from it.
pub(crate) fn fetches(estate: &Estate, workload: &Workload) -> Vec<Fetch> {
    workload
        .disks
        .iter()
        .filter(|disk| !disk.spec.ephemeral.value)
        .filter_map(|disk| match filled_from(estate, workload, disk)? {
            Filled::Reference(_) => None,
            Filled::Source(source) => fetch(estate, source),
        })
        .collect()
}

fn fetch(estate: &Estate, source: &ImageSource) -> Option<Fetch> {
    let (host, port) = if let Some(reference) = &source.oci {
        source.secret.as_ref()?;
        split(reference.value.registry().unwrap_or("docker.io"), 443)
    } else {
        let url = source.http.as_ref().or(source.s3.as_ref())?;
        match url.value.split_once("://") {
            Some(("http", rest)) => split(rest, 80),
            Some(("https", rest)) => split(rest, 443),
            _ => (None, 443),
        }
    };
    Some(Fetch {
        cidrs: host
            .as_deref()
            .map(|host| addresses(estate, host))
            .unwrap_or_default(),
        host,
        port: Port::tcp(port),
        origin: source.meta.origin,
    })
}

/// Host and port of `host[:port][/path]`, an IPv6 address in brackets.
fn split(rest: &str, usual: u16) -> (Option<String>, u16) {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = port.and_then(|port| port.parse().ok()).unwrap_or(usual);
    ((!host.is_empty()).then(|| host.to_owned()), port)
}

fn addresses(estate: &Estate, host: &str) -> Vec<Cidr> {
    if let Ok(ip) = Ip::parse(host) {
        return vec![Cidr::host(ip)];
    }
    let Ok(host) = Host::parse(host) else {
        return Vec::new();
    };
    let known = |external: &&tenantry_core::model::External| {
        external.hosts().iter().any(|known| known.covers(&host))
    };
    let externals = estate.externals.values().filter(known);
    externals
        .flat_map(tenantry_core::model::External::cidrs)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_address_is_a_host_and_a_port_whatever_stands_around_it() {
        let of = |rest| split(rest, 443);
        assert_eq!(
            of("example.com/a/b.qcow2"),
            (Some("example.com".into()), 443)
        );
        assert_eq!(of("example.com:8443/a"), (Some("example.com".into()), 8443));
        assert_eq!(of("me:pw@example.com/a"), (Some("example.com".into()), 443));
        assert_eq!(
            of("[2001:db8::1]:8080/a"),
            (Some("2001:db8::1".into()), 8080)
        );
        assert_eq!(of(""), (None, 443));
    }
}
