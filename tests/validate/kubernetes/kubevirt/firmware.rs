//! How a virtual machine boots: machine type, firmware, launch security.

use crate::validate::{Findings, Node};

/// The rules over machine, firmware and launch security.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    architecture(spec, findings);
    let domain = spec.key("domain");
    let loader = domain.at("firmware/bootloader");
    let efi = loader.key("efi");
    if efi.is_set() && loader.key("bios").is_set() {
        findings.refuse(&loader, "efi or bios, not both");
    }
    let secure_boot = efi.is_set() && efi.key("secureBoot").bool().unwrap_or(true);
    let confidential = domain.key("launchSecurity");
    let smm = domain.at("features/smm");
    // A present feature is on unless it says otherwise.
    let has_smm = smm.is_set() && smm.key("enabled").bool().unwrap_or(true);
    if secure_boot && !has_smm && !confidential.key("tdx").is_set() {
        findings.refuse(&efi, "secureBoot is on by default, and needs features.smm");
    }
    if confidential.is_set() {
        launch_security(spec, secure_boot, findings);
    }
    kernel_boot(&domain.at("firmware/kernelBoot"), findings);
}

fn architecture(spec: &Node<'_>, findings: &mut Findings) {
    let node = spec.key("architecture");
    let name = node.str().unwrap_or("amd64");
    let prefixes: &[&str] = match name {
        "amd64" => &["q35", "pc-q35"],
        "arm64" => &["virt"],
        "s390x" => &["s390-ccw-virtio"],
        _ => return findings.refuse(&node, "amd64, arm64 or s390x"),
    };
    let machine = spec.at("domain/machine/type");
    if let Some(text) = machine.str()
        && !text.is_empty()
        && !prefixes.iter().any(|prefix| text.starts_with(prefix))
    {
        findings.refuse(
            &machine,
            format!("`{text}` is not allowed on {name}: {}", prefixes.join(", ")),
        );
    }
    if name == "arm64" {
        arm64(spec, findings);
    }
}

fn arm64(spec: &Node<'_>, findings: &mut Findings) {
    let domain = spec.key("domain");
    let model = domain.at("cpu/model");
    if model.str().is_some_and(|model| model != "host-passthrough") {
        findings.refuse(&model, "arm64 has host-passthrough only");
    }
    for absent in [
        "firmware/bootloader/bios",
        "devices/watchdog",
        "devices/sound",
    ] {
        if domain.at(absent).is_set() {
            findings.refuse(&domain.at(absent), "not on arm64");
        }
    }
}

fn launch_security(spec: &Node<'_>, secure_boot: bool, findings: &mut Findings) {
    let domain = spec.key("domain");
    let security = domain.key("launchSecurity");
    let efi = domain.at("firmware/bootloader/efi");
    let named = security.set_among(&["sev", "snp", "tdx"]);
    let [kind] = named[..] else {
        return findings.refuse(&security, "exactly one of sev, snp and tdx");
    };
    if !efi.is_set() {
        findings.refuse(&security, "only with the EFI boot loader");
    }
    if kind != "tdx" && secure_boot {
        findings.refuse(&efi, format!("{kind} does not go with secureBoot"));
    }
    if kind != "sev" && efi.key("persistent").is_true() {
        findings.refuse(
            &efi.key("persistent"),
            format!("{kind} keeps no EFI variables"),
        );
    }
    for interface in domain.at("devices/interfaces").items() {
        if interface.key("bootOrder").is_set() {
            findings.refuse(
                &interface.key("bootOrder"),
                "no network boot with launch security",
            );
        }
    }
}

fn kernel_boot(boot: &Node<'_>, findings: &mut Findings) {
    let container = boot.key("container");
    if !container.is_set() {
        return;
    }
    let paths = container.set_among(&["kernelPath", "initrdPath"]);
    if paths.is_empty() {
        findings.refuse(&container, "an image names its kernelPath or initrdPath");
    }
    for path in paths {
        if container
            .key(path)
            .str()
            .is_some_and(|path| !path.starts_with('/'))
        {
            findings.refuse(&container.key(path), "an absolute path");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn secure_boot_needs_system_management_mode() {
        let with = |efi: Value, smm: Value| {
            json!({ "domain": {
            "firmware": { "bootloader": { "efi": efi } }, "features": { "smm": smm } } })
        };
        accepts(check, with(json!({}), json!({ "enabled": true })));
        accepts(check, with(json!({ "secureBoot": false }), Value::Null));
        let efi = "/domain/firmware/bootloader/efi";
        refuses(check, with(json!({}), Value::Null), efi, "smm");
        refuses(
            check,
            with(json!({}), json!({ "enabled": false })),
            efi,
            "smm",
        );
    }

    #[test]
    fn a_machine_belongs_to_its_architecture() {
        let with = |arch: &str, machine: &str| json!({ "architecture": arch, "domain": { "machine": { "type": machine } } });
        accepts(check, with("amd64", "pc-q35-rhel9.6.0"));
        refuses(check, with("amd64", "pc"), "/domain/machine/type", "`pc`");
        refuses(check, with("arm64", "q35"), "/domain/machine/type", "virt");
        refuses(check, with("riscv64", "virt"), "/architecture", "s390x");
    }

    #[test]
    fn launch_security_is_one_kind_without_secure_boot() {
        let with = |security: Value, efi: Value| {
            json!({ "domain": { "launchSecurity": security,
            "firmware": { "bootloader": { "efi": efi } }, "features": { "smm": {} } } })
        };
        accepts(
            check,
            with(json!({ "snp": {} }), json!({ "secureBoot": false })),
        );
        refuses(
            check,
            with(json!({}), json!({ "secureBoot": false })),
            "/domain/launchSecurity",
            "exactly one",
        );
        let efi = "/domain/firmware/bootloader/efi";
        refuses(
            check,
            with(json!({ "snp": {} }), json!({})),
            efi,
            "secureBoot",
        );
        let kept = json!({ "secureBoot": false, "persistent": true });
        refuses(
            check,
            with(json!({ "snp": {} }), kept),
            "/domain/firmware/bootloader/efi/persistent",
            "no EFI",
        );
    }
}
