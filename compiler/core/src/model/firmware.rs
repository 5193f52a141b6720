//! What starts a machine.

use super::{Body, Estate, Image, ImageUse, Workload};
use crate::{
    origin::{How, V},
    schema::kinds::Firmware,
};

impl Estate {
    /// The declared image of a machine, if it has one.
    pub fn image_of(&self, workload: &Workload) -> Option<&Image> {
        match &workload.body {
            Body::Vm(_, ImageUse::Named(image)) => Some(&self.images[image.to]),
            _ => None,
        }
    }

    /// What starts a machine: what it says, else what its image is made for, else the default of
    /// all. `None` for what is no machine.
    pub fn firmware(&self, workload: &Workload) -> Option<V<Firmware>> {
        let own = &workload.vm()?.firmware;
        let of_image = self
            .image_of(workload)
            .and_then(|image| image.firmware.as_ref());
        match of_image {
            Some(made_for) if matches!(self.origins.get(own.origin).how, How::Default(_)) => {
                Some(*made_for)
            }
            _ => Some(*own),
        }
    }

    /// Whether a machine's system has drivers for virtio. One that is not described is taken to.
    pub fn has_virtio_drivers(&self, workload: &Workload) -> bool {
        self.image_of(workload)
            .is_none_or(|image| image.virtio_drivers.value)
    }

    /// Whether cloud-init runs in a machine, so that it takes addresses, users and files from
    /// outside. An image that is only referred to has it.
    pub fn has_cloud_init(&self, workload: &Workload) -> bool {
        self.image_of(workload)
            .is_none_or(|image| image.cloud_init.value)
    }
}
