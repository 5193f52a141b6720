//! What guests of Proxmox VE cannot be given, or need.

mod ground;
mod guest;

family!(not_on_proxmox, guest_address_unknown, vmid_taken);
