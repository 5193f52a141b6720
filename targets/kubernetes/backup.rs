//! Backups: Velero's schedules, in Velero's own namespace.
//!
//! Velero keeps each backup for a time and knows no generations, so that each line of `keep` is a
//! schedule of its own. What a backup holds is found by the workload's label: its objects and
//! claims, and the volumes behind them. A machine whose guest has an agent holds still meanwhile:
//! KubeVirt puts the commands for that on its pods, and Velero runs them.

use std::collections::BTreeMap;

use k8s_openapi::{api::core::v1::ConfigMap, apimachinery::pkg::apis::meta::v1::LabelSelector};
use serde::Serialize;
use tenantry_core::{
    close::Platform,
    emit::{KubeId, Need, Objects},
    lower::names::{DISK_LABEL, WORKLOAD_LABEL},
    model::Backup,
    schema::kinds::{BackupKind, Keep, Severity},
    units::{Duration, Schedule},
};

use super::{monitor, subject::Subject};
use crate::kube::{Custom, Scope};

/// The component that keeps the schedules.
const VELERO: &str = "velero";

/// How long a backup is kept where nothing is said; Velero's own default.
const DEFAULT_KEEP: Duration = Duration::secs(30 * 24 * 60 * 60);

/// What a drill may be late.
const DAY: Duration = Duration::secs(24 * 60 * 60);

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleSpec {
    schedule: String,
    template: Template,
    use_owner_references_in_backup: bool,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Template {
    default_volumes_to_fs_backup: bool,
    included_namespaces: Vec<String>,
    label_selector: LabelSelector,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy: Option<PolicyRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_move_data: Option<bool>,
    snapshot_volumes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_location: Option<String>,
    ttl: String,
}

#[derive(Debug, Clone, Serialize)]
struct PolicyRef {
    kind: &'static str,
    name: String,
}

/// Emits the schedules of a workload.
pub(super) fn emit(subject: &Subject<'_>, platform: &Platform, out: &mut Objects) {
    let Some(namespace) = platform.namespace(subject.cluster.id, VELERO) else {
        // `component-missing` has stopped the build of such an estate.
        return;
    };
    for backup in &subject.workload.backups {
        let mut scope = subject.scope.clone().because(backup.spec.meta.origin);
        scope.namespace = Some(namespace.clone());
        let name = format!(
            "{}-{}-{}",
            subject.plan.namespace, subject.plan.name, backup.spec.name.value
        );
        let copies = Copies {
            subject,
            backup,
            scope,
            name,
        };
        let policy = copies.skipped(out);
        let lines = lines(&backup.spec.schedule.value, backup.spec.keep.as_ref());
        for line in lines {
            copies.schedule(&line, policy.as_ref(), out);
        }
        copies.drill(out);
    }
}

/// One `backup`.
struct Copies<'s, 'a> {
    subject: &'s Subject<'a>,
    backup: &'s Backup,
    scope: Scope<'a>,
    name: String,
}

impl Copies<'_, '_> {
    fn schedule(&self, line: &Line, policy: Option<&KubeId>, out: &mut Objects) {
        let spec = &self.backup.spec;
        let snapshot = spec.kind.value == BackupKind::Snapshot;
        let store = self.backup.to.as_ref();
        let estate = self.subject.estate;
        let template = Template {
            default_volumes_to_fs_backup: !snapshot,
            included_namespaces: vec![self.subject.plan.namespace.clone()],
            label_selector: LabelSelector {
                match_labels: Some(
                    [(WORKLOAD_LABEL.to_owned(), self.subject.plan.name.clone())].into(),
                ),
                ..LabelSelector::default()
            },
            resource_policy: policy.map(|id| PolicyRef {
                kind: "configmap",
                name: id.name.clone(),
            }),
            // A snapshot that stays on its storage dies with it.
            snapshot_move_data: snapshot.then_some(store.is_some()),
            snapshot_volumes: snapshot,
            storage_location: store
                .map(|store| estate.backup_stores[store.to].name.value.to_string()),
            ttl: line.keep.go(),
        };
        let name = match line.tier {
            None => self.name.clone(),
            Some(tier) => format!("{}-{tier}", self.name),
        };
        let mut draft = self
            .scope
            .object(&Custom {
                api_version: "velero.io/v1",
                kind: "Schedule",
                metadata: self.scope.metadata(name),
                spec: ScheduleSpec {
                    schedule: self.at(&line.cron),
                    template,
                    use_owner_references_in_backup: false,
                },
            })
            .mark("/spec/schedule", spec.schedule.origin)
            .mark("/spec/template/snapshotVolumes", spec.kind.origin)
            .need(Need::Component(VELERO));
        if let Some(keep) = &spec.keep {
            draft = draft.mark("/spec/template/ttl", keep.meta.origin);
        }
        if let Some(store) = store {
            draft = draft.mark("/spec/template/storageLocation", store.at);
        }
        if let Some(policy) = policy {
            draft = draft.need(Need::Object(policy.clone()));
        }
        draft.push(out);
    }

    /// That somebody tries a restore: Velero does not by itself, so an alert says when nobody has
    /// for longer than was asked.
    fn drill(&self, out: &mut Objects) {
        let Some(verify) = &self.backup.spec.verify else {
            return;
        };
        let longest = verify.schedule.value.longest_gap();
        let window = longest.checked_add(DAY).unwrap_or(longest).prometheus();
        let expr = format!(
            "(sum(increase(velero_restore_success_total{{schedule=~\"{}(-[a-z]+)?\"}}[{window}])) or vector(0)) == 0",
            self.name
        );
        let summary = format!(
            "nobody has restored the backup `{}` in {window}",
            self.backup.spec.name.value
        );
        let rule = monitor::Rule::new(
            self.subject,
            "restore-drill-due",
            Severity::Warning,
            summary,
            expr,
        );
        let origin = verify.meta.origin;
        let scope = self.subject.scope.clone().because(origin);
        let name = format!(
            "{}-{}-restore",
            self.subject.plan.name, self.backup.spec.name.value
        );
        let group = format!(
            "{}.{}",
            self.subject.workload.path, self.backup.spec.name.value
        );
        monitor::push(&scope, &name, &group, vec![rule], &[origin], out);
    }

    /// In the estate's time zone; Velero's own is that of its container.
    fn at(&self, cron: &str) -> String {
        match &*self.subject.estate.spec.time_zone.value {
            "UTC" => cron.to_owned(),
            zone => format!("CRON_TZ={zone} {cron}"),
        }
    }

    /// The disks that this backup leaves out, as a policy that Velero reads; none when it takes
    /// all of them.
    fn skipped(&self, out: &mut Objects) -> Option<KubeId> {
        let chosen = self.backup.spec.disk.as_ref()?;
        let names: Vec<&str> = chosen
            .names
            .iter()
            .map(|name| name.value.as_str())
            .collect();
        let skipped: Vec<&str> = self
            .subject
            .workload
            .disks
            .iter()
            .map(|disk| disk.spec.name.value.as_str())
            .filter(|name| !names.contains(name))
            .collect();
        if skipped.is_empty() {
            return None;
        }
        let policies: Vec<String> = skipped.iter().map(|disk| skip(disk)).collect();
        let text = format!("version: v1\nvolumePolicies:\n{}", policies.concat());
        let draft = self
            .scope
            .object(&ConfigMap {
                data: Some(BTreeMap::from([("policies.yaml".to_owned(), text)])),
                metadata: self.scope.metadata(format!("{}-disks", self.name)),
                ..ConfigMap::default()
            })
            .mark("/data", chosen.meta.origin);
        let id = draft.id();
        draft.push(out);
        Some(id)
    }
}

/// A disk's name is a label's value: letters, digits and hyphens, which YAML reads as text in
/// double quotes whatever they spell.
fn skip(disk: &str) -> String {
    format!(
        "  - conditions:\n      pvcLabels:\n        {DISK_LABEL}: \"{disk}\"\n    action:\n      type: skip\n"
    )
}

/// One of Velero's schedules.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// What it is called beside the backup's own; none for the backup's own times.
    tier: Option<&'static str>,
    /// When, in five fields.
    cron: String,
    /// How long each of its backups is kept.
    keep: Duration,
}

/// The schedules that together keep what `keep` says.
///
/// The backup's own times carry the finest line of `keep`, for as many of its periods as are
/// kept. Each coarser line takes its backups at the same minute and hour of its own days. Are
/// the backup's own times closer than the finest line, their backups last until the next of that
/// line are there.
fn lines(schedule: &Schedule, keep: Option<&Keep>) -> Vec<Line> {
    let own = |keep| Line {
        tier: None,
        cron: schedule.cron().to_owned(),
        keep,
    };
    let kept: Vec<(Tier, u32)> = keep.map(tiers).unwrap_or_default();
    let Some(((finest, count), coarser)) = kept.split_first() else {
        return vec![own(DEFAULT_KEEP)];
    };
    let gap = schedule.longest_gap();
    let mut lines = Vec::new();
    let mut separate = coarser.to_vec();
    if gap >= finest.period() {
        lines.push(own(times(gap, *count)));
    } else {
        lines.push(own(finest.period()));
        separate.insert(0, (*finest, *count));
    }
    lines.extend(separate.into_iter().map(|(tier, count)| Line {
        tier: Some(tier.name()),
        cron: tier.cron(schedule.cron()),
        keep: times(tier.period(), count),
    }));
    lines
}

fn times(period: Duration, count: u32) -> Duration {
    period.checked_mul(u64::from(count)).unwrap_or(period)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The lines that keep something, the finest first.
fn tiers(keep: &Keep) -> Vec<(Tier, u32)> {
    [
        (Tier::Hourly, &keep.hourly),
        (Tier::Daily, &keep.daily),
        (Tier::Weekly, &keep.weekly),
        (Tier::Monthly, &keep.monthly),
        (Tier::Yearly, &keep.yearly),
    ]
    .into_iter()
    .filter_map(|(tier, count)| Some((tier, count.as_ref()?.value)))
    .filter(|(_, count)| *count > 0)
    .collect()
}

impl Tier {
    fn name(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }

    /// The longest time between two of its moments.
    fn period(self) -> Duration {
        let hours = match self {
            Self::Hourly => 1,
            Self::Daily => 24,
            Self::Weekly => 7 * 24,
            Self::Monthly => 31 * 24,
            Self::Yearly => 366 * 24,
        };
        Duration::secs(hours * 60 * 60)
    }

    /// Its moments, at the first minute and hour of the backup's own.
    fn cron(self, own: &str) -> String {
        let mut fields = own.split_whitespace();
        let minute = first(fields.next());
        let hour = first(fields.next());
        match self {
            Self::Hourly => format!("{minute} * * * *"),
            Self::Daily => format!("{minute} {hour} * * *"),
            Self::Weekly => format!("{minute} {hour} * * 0"),
            Self::Monthly => format!("{minute} {hour} 1 * *"),
            Self::Yearly => format!("{minute} {hour} 1 1 *"),
        }
    }
}

/// The first number of a field; 0 for every one.
fn first(field: Option<&str>) -> u32 {
    let digits = field
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_digit())
        .next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
