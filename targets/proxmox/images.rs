//! What guests are filled from: templates of containers, and images from the web. Templates of
//! machines are there already.

use tenantry_core::{
    model::{Body, ImageUse},
    origin::OriginId,
    schema::kinds::{Image, ImageSource},
};

use super::{
    plan::{Call, Method, Phase, Probe},
    site::{Guest, Site, digest},
};

/// The storage that files are fetched to: every machine has it.
const LOCAL: &str = "local";

/// How a machine's root disk is filled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Filling<'l> {
    /// Cloned from the template of this number.
    Clone(u32),
    /// Imported from a file of the web, fetched first.
    Import(&'l Image, &'l ImageSource),
    /// Empty, with this installer's disc beside it.
    Installer(&'l str),
}

/// How a machine's root disk is filled: the first source of its image that is for this cluster.
pub(super) fn filling<'l>(site: Site<'l>, guest: &Guest<'l>) -> Option<(Filling<'l>, OriginId)> {
    let image = image(site, guest)?;
    let cluster = &site.spec().name.value;
    let mut usable = image
        .source
        .iter()
        .filter(|source| {
            source
                .cluster
                .as_ref()
                .is_none_or(|only| *only.value.text == *cluster.as_str())
        })
        .filter_map(|source| {
            let filling = if let Some(template) = &source.proxmox_template {
                Filling::Clone(template.value)
            } else if source.http.is_some() {
                Filling::Import(image, source)
            } else {
                Filling::Installer(&source.iso.as_ref()?.value)
            };
            Some((filling, source.meta.origin))
        });
    usable.next()
}

/// The image of a machine.
pub(super) fn image<'l>(site: Site<'l>, guest: &Guest<'l>) -> Option<&'l Image> {
    match &guest.workload.body {
        Body::Vm(_, ImageUse::Named(image)) => Some(&site.estate().images[image.to]),
        _ => None,
    }
}

/// The calls of the phase: each file once for each machine that needs it.
pub(super) fn calls(site: Site<'_>, guests: &[Guest<'_>], out: &mut Vec<Call>) {
    for guest in guests {
        let call = match &guest.workload.body {
            Body::Lxc(lxc) => template(guest, &lxc.image.value, lxc.image.origin),
            _ => match filling(site, guest) {
                Some((Filling::Import(image, source), origin)) => {
                    Some(download(guest, image, source, origin))
                }
                _ => None,
            },
        };
        if let Some(call) = call
            && !out.iter().any(|known| known.id == call.id)
        {
            out.push(call);
        }
    }
}

/// The call that a guest waits for, if its image is fetched.
pub(super) fn call_of(site: Site<'_>, guest: &Guest<'_>) -> Option<String> {
    match &guest.workload.body {
        Body::Lxc(lxc) => {
            let (_, file) = container_template(&lxc.image.value)?;
            Some(format!("image.{}.{file}", guest.node))
        }
        _ => match filling(site, guest)? {
            (Filling::Import(image, source), _) => {
                Some(format!("image.{}.{}", guest.node, file_name(image, source)))
            }
            _ => None,
        },
    }
}

/// The volume that an image of the web becomes.
pub(super) fn imported(image: &Image, source: &ImageSource) -> String {
    format!("{LOCAL}:import/{}", file_name(image, source))
}

/// Storage and file of a container's template: `local:vztmpl/NAME`.
pub(super) fn container_template(volume: &str) -> Option<(&str, &str)> {
    let (storage, rest) = volume.split_once(':')?;
    Some((storage, rest.strip_prefix("vztmpl/")?))
}

fn template(guest: &Guest<'_>, volume: &str, origin: OriginId) -> Option<Call> {
    let (storage, file) = container_template(volume)?;
    let call = Call::new(
        format!("image.{}.{file}", guest.node),
        Phase::Images,
        Method::Post,
        format!("/nodes/{}/aplinfo", guest.node),
        origin,
    );
    Some(
        call.param("storage", storage)
            .param("template", file)
            .probe(content(guest, storage, volume))
            .task(),
    )
}

fn download(guest: &Guest<'_>, image: &Image, source: &ImageSource, origin: OriginId) -> Call {
    let file = file_name(image, source);
    let url = source.http.as_ref().map_or("", |http| &http.value);
    let mut call = Call::new(
        format!("image.{}.{file}", guest.node),
        Phase::Images,
        Method::Post,
        format!("/nodes/{}/storage/{LOCAL}/download-url", guest.node),
        origin,
    )
    .param("content", "import")
    .param("filename", file)
    .param_from("url", url, source.meta.origin);
    if let Some(sum) = &source.sha256 {
        call.params.set("checksum-algorithm", "sha256").set_from(
            "checksum",
            &*sum.value,
            sum.origin,
        );
    }
    call.probe(content(guest, LOCAL, &imported(image, source)))
        .task()
}

fn content(guest: &Guest<'_>, storage: &str, volume: &str) -> Probe {
    Probe::exists(format!("/nodes/{}/storage/{storage}/content", guest.node))
        .matching("volid", volume)
}

/// The file of an image: another address or checksum makes another file, so that what was
/// fetched before is not taken for it. A cloud's `.img` is a qcow2 file.
fn file_name(image: &Image, source: &ImageSource) -> String {
    let url = source.http.as_ref().map_or("", |http| &http.value);
    let sum = source.sha256.as_ref().map_or("", |sum| &sum.value);
    let extension = match url.rsplit_once('.') {
        Some((_, known @ ("raw" | "vmdk"))) => known,
        _ => "qcow2",
    };
    let digest = digest(&format!("{url} {sum}"), 8);
    format!("{}-{digest}.{extension}", image.name.value)
}
