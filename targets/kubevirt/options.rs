//! What only KubeVirt's machines can be told: their clock, their watchdog, and the disc with which
//! Windows sets itself up.

use tenantry_core::{
    model::{Estate, Workload},
    origin::OriginId,
    schema::kinds::{self, TargetName, TargetOptions, Vm},
};

use crate::kube::kubevirt::{
    Clock, Disk, DiskTarget, Empty, LocalReference, SysprepVolume, Volume, Watchdog, WatchdogAction,
};

/// The disc with the answers for Windows' setup.
const SYSPREP: &str = "sysprep";

/// What `target kubevirt` of a workload says.
fn said(workload: &Workload) -> impl Iterator<Item = &TargetOptions> {
    let mut options = workload.spec.target.iter();
    std::iter::from_fn(move || options.find(|one| one.target.value == TargetName::Kubevirt))
}

/// What the clock shows when the machine starts.
pub(super) fn clock(estate: &Estate, workload: &Workload) -> Option<Clock> {
    let clock = said(workload).find_map(|options| options.clock.as_ref())?;
    Some(match clock.value {
        kinds::Clock::Utc => Clock {
            utc: Some(Empty {}),
            ..Clock::default()
        },
        kinds::Clock::Local => Clock {
            timezone: Some(estate.spec.time_zone.value.to_string()),
            ..Clock::default()
        },
    })
}

/// What resets the machine when it hangs.
pub(super) fn watchdog(workload: &Workload) -> Option<Watchdog> {
    let watchdog = said(workload).find_map(|options| options.watchdog.as_ref())?;
    Some(Watchdog {
        name: "watchdog",
        i6300esb: WatchdogAction {
            action: watchdog.value.word(),
        },
    })
}

/// The disc that Windows' setup looks for, and the secret that is on it.
pub(super) fn sysprep(vm: &Vm) -> Option<(Disk, Volume)> {
    let secret = &vm.sysprep.as_ref()?.secret.value;
    let disk = Disk {
        name: SYSPREP.to_owned(),
        // Setup has no drivers of virtio yet.
        cdrom: Some(DiskTarget { bus: "sata" }),
        ..Disk::default()
    };
    let volume = Volume {
        name: SYSPREP.to_owned(),
        sysprep: Some(SysprepVolume {
            secret: LocalReference {
                name: secret.text.to_string(),
            },
        }),
        ..Volume::default()
    };
    Some((disk, volume))
}

/// Why each of them is so; `domain` is the pointer of the machine's hardware.
pub(super) fn origins(workload: &Workload, domain: &str) -> Vec<(String, OriginId)> {
    let clock = said(workload).find_map(|options| options.clock.as_ref());
    let watchdog = said(workload).find_map(|options| options.watchdog.as_ref());
    let clock = clock.map(|clock| (format!("{domain}/clock"), clock.origin));
    let dog = watchdog.map(|dog| (format!("{domain}/devices/watchdog"), dog.origin));
    clock.into_iter().chain(dog).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    fn windows(more: &str) -> crate::testing::Made {
        compile_tenant(&format!(
            r#"tenant shop {{
                secret answers from="vault:shop/windows" {{ key "autounattend.xml"; }}
                workload desk {{
                    vm image="registry.example.com/vm/windows:2025" {{ sysprep answers; }}
                    on general
                    cpu cores=4
                    memory "8GiB"
                    disk root "64GiB" storage=fast
                    {more}
                }}
            }}"#
        ))
    }

    #[test]
    fn setup_finds_its_answers_on_a_disc_of_a_secret() {
        let made = windows("");
        let spec = &made.object("VirtualMachine", "desk")["spec"]["template"]["spec"];
        let disk = &spec["domain"]["devices"]["disks"][1];
        assert_eq!(disk["name"], "sysprep");
        assert_eq!(disk["cdrom"]["bus"], "sata");
        assert!(disk.get("disk").is_none_or(serde_yaml::Value::is_null));
        let volume = &spec["volumes"][1];
        assert_eq!(volume["name"], "sysprep");
        assert_eq!(volume["sysprep"]["secret"]["name"], "answers");
        assert!(made.wave("ExternalSecret shop/answers") < made.wave("VirtualMachine shop/desk"));
    }

    #[test]
    fn a_clock_and_a_watchdog_are_as_asked() {
        let made = windows("target kubevirt clock=local watchdog=reset");
        let domain = &made.object("VirtualMachine", "desk")["spec"]["template"]["spec"]["domain"];
        assert_eq!(domain["clock"]["timezone"], "UTC", "the estate's zone");
        assert_eq!(domain["devices"]["watchdog"]["i6300esb"]["action"], "reset");
        let plain = windows("");
        let domain = &plain.object("VirtualMachine", "desk")["spec"]["template"]["spec"]["domain"];
        assert!(domain.get("clock").is_none() && domain["devices"].get("watchdog").is_none());
    }

    #[test]
    fn answers_that_nobody_declares_are_told() {
        let made = compile_tenant(
            r#"tenant shop {
                workload desk {
                    vm image="registry.example.com/vm/windows:2025" { sysprep answers; }
                    on general
                    cpu cores=4
                    memory "8GiB"
                    disk root "64GiB" storage=fast
                }
            }"#,
        );
        let found = made.findings();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains("no secret is called `answers`"));
    }
}
