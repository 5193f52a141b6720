//! A virtual machine, and what happens to it when its node is drained.

use super::super::{prelude::*, *};

choices! {
    /// What is confidential about a virtual machine.
    pub enum Confidential {
        /// Nothing.
        None = "none",
        /// AMD SEV-SNP.
        SevSnp = "sev-snp",
        /// Intel TDX.
        Tdx = "tdx",
    }
}

choices! {
    /// What happens to a virtual machine when its node is drained.
    pub enum Migrate {
        /// It moves while it runs.
        Live = "live",
        /// It stops and starts elsewhere.
        Restart = "restart",
        /// It stays, and holds the drain up.
        Never = "never",
    }
}

choices! {
    /// A machine type.
    pub enum Machine {
        /// PCIe.
        Q35 = "q35",
    }
}

kind! {
    /// A virtual machine.
    pub struct Vm = "vm" {
        /// What its root disk is filled from: a declared image, or a reference to a registry.
        prop image: V<ImageRef>;
        /// The machine type.
        prop machine: V<Machine> = "q35";
        /// What starts it.
        prop firmware: V<Firmware> = "uefi";
        /// Whether only signed code boots.
        prop secure_boot: V<bool> = "#false";
        /// Whether it has a TPM.
        prop tpm: Option<V<bool>>;
        /// What is confidential about it.
        prop confidential: V<Confidential> = "none";
        /// What happens when its node is drained: `live` where it can move, else `restart`.
        prop migrate: Option<V<Migrate>>;
        /// The instance type that gives its size.
        prop instance_type: Option<V<Name>>;
        /// The disks that it boots from, in order; `root` when left out.
        child boot: Option<Boot>;
        /// What Windows is set up with when it first starts.
        child sysprep: Option<Sysprep>;
    }
}

kind! {
    /// What Windows is set up with when it first starts: a secret of the tenant that holds the
    /// answers, `autounattend.xml` or `unattend.xml`.
    pub struct Sysprep = "sysprep" {
        /// The secret.
        arg secret: V<NameOf<Secret>>;
    }
}

kind! {
    /// The disks that a machine boots from, in order.
    pub struct Boot = "boot" {
        /// Their names.
        arg disks: Vec<V<Name>>;
    }
}
