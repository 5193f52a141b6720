//! Where images come from, each with the words for a message.

use std::fmt;

use crate::{
    check::Subject,
    model::{Body, ImageUse, Workload},
    origin::V,
    schema::kinds::ImageSource,
    units::OciRef,
};

/// Who uses an image, as a message says it.
#[derive(Clone, Copy)]
pub(super) enum User<'e> {
    /// A declared image.
    Image(&'e str),
    /// A workload, by its path.
    Workload(&'e str),
    /// A disk of a workload.
    Disk(&'e str, &'e str),
}

impl fmt::Display for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(name) => write!(f, "image `{name}`"),
            Self::Workload(path) => write!(f, "`{path}`"),
            Self::Disk(disk, path) => write!(f, "disk `{disk}` of `{path}`"),
        }
    }
}

/// Every reference to a registry: of declared images, and straight from workloads.
pub(super) fn references<'e>(subject: &Subject<'e>) -> Vec<(User<'e>, &'e V<OciRef>)> {
    let estate = subject.estate;
    let mut all = Vec::new();
    for image in estate.images.values() {
        let user = User::Image(image.name.value.as_str());
        let oci = image.source.iter().filter_map(|source| source.oci.as_ref());
        all.extend(oci.map(|oci| (user, oci)));
    }
    for workload in estate.workloads.values() {
        let user = User::Workload(&workload.path);
        all.extend(of_workload(workload).into_iter().map(|oci| (user, oci)));
    }
    all
}

/// All images of a workload that come straight from a registry.
fn of_workload(workload: &Workload) -> Vec<&V<OciRef>> {
    macro_rules! of_container {
        ($container:expr) => {{
            let container = $container;
            let mut all = vec![&container.image];
            all.extend(container.init.iter().map(|init| &init.image));
            all.extend(container.sidecar.iter().map(|sidecar| &sidecar.image));
            all
        }};
    }
    match &workload.body {
        Body::Vm(_, ImageUse::Oci(oci)) => vec![oci],
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => Vec::new(),
        Body::Container(container) => of_container!(container),
        Body::Job(job) => of_container!(job),
    }
}

/// Every source of a declared image, or of a disk that is filled.
pub(super) fn sources<'e>(subject: &Subject<'e>) -> Vec<(User<'e>, &'e ImageSource)> {
    let estate = subject.estate;
    let mut all = Vec::new();
    for image in estate.images.values() {
        let user = User::Image(image.name.value.as_str());
        all.extend(image.source.iter().map(|source| (user, source)));
    }
    for workload in estate.workloads.values() {
        for disk in &workload.disks {
            let user = User::Disk(disk.spec.name.value.as_str(), &workload.path);
            all.extend(disk.spec.source.iter().map(|source| (user, source)));
        }
    }
    all
}
