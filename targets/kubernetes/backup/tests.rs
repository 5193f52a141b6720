use tenantry_core::units::{Duration, Unit};

use super::*;
use crate::testing::{Made, compile_tenant};

fn db(backup: &str) -> Made {
    compile_tenant(&format!(
        r#"
        backup-store offsite {{ s3 bucket=backups; }}
        tenant shop {{
            workload db {{
                container image="registry.example.com/db:1"
                replicas 2 identity=stable
                on general
                cpu 1
                memory "1GiB"
                disk data "20GiB" storage=fast mount="/data"
                disk scratch "20GiB" storage=fast mount="/scratch"
                {backup}
            }}
        }}
        "#
    ))
}

fn days(n: u64) -> Duration {
    Duration::secs(n * 24 * 60 * 60)
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap()
}

#[test]
fn a_schedule_finds_the_workload_by_its_label_in_its_namespace() {
    let made = db(r#"backup nightly schedule="0 2 * * *" to=offsite { keep daily=30; }"#);
    let object = made.object("Schedule", "shop-db-nightly");
    assert_eq!(object["metadata"]["namespace"], "velero");
    let spec = &object["spec"];
    assert_eq!(spec["schedule"], "0 2 * * *");
    let template = &spec["template"];
    assert_eq!(template["includedNamespaces"][0], "shop");
    assert_eq!(
        template["labelSelector"]["matchLabels"]["tenantry.dev/workload"],
        "db"
    );
    assert_eq!(template["storageLocation"], "offsite");
    assert_eq!(template["snapshotVolumes"], true);
    assert_eq!(template["snapshotMoveData"], true);
    assert_eq!(template["ttl"], "720h0m0s");
}

#[test]
fn a_drill_that_nobody_did_is_an_alert() {
    let made = db("backup nightly schedule=daily to=offsite { verify weekly; }");
    let rule = made.object("PrometheusRule", "db-nightly-restore")["spec"]["groups"][0]["rules"][0]
        .clone();
    assert_eq!(rule["alert"], "RestoreDrillDue");
    let expr = rule["expr"].as_str().unwrap();
    assert!(
        expr.contains("velero_restore_success_total") && expr.contains("[8d]"),
        "{expr}"
    );
}

#[test]
fn disks_that_are_not_chosen_are_skipped() {
    let made = db("backup nightly schedule=daily to=offsite { disk data; }");
    let policy = &made.object("Schedule", "shop-db-nightly")["spec"]["template"]["resourcePolicy"];
    assert_eq!(policy["name"], "shop-db-nightly-disks");
    let text = made.object("ConfigMap", "shop-db-nightly-disks")["data"]["policies.yaml"].clone();
    let read: serde_yaml::Value = serde_yaml::from_str(text.as_str().unwrap()).unwrap();
    let policies = read["volumePolicies"].as_sequence().unwrap();
    assert_eq!(policies.len(), 1);
    assert_eq!(
        policies[0]["conditions"]["pvcLabels"][DISK_LABEL],
        "scratch"
    );
    let claims = &made.object("StatefulSet", "db")["spec"]["volumeClaimTemplates"];
    assert_eq!(claims[1]["metadata"]["labels"][DISK_LABEL], "scratch");
}

#[test]
fn the_finest_line_is_the_backups_own() {
    let lines = |schedule, keep: &[(&str, u32)]| {
        let made = db(&format!(
            "backup b schedule={schedule} {{ keep {}; }}",
            keep.iter()
                .map(|(tier, count)| format!("{tier}={count} "))
                .collect::<String>()
        ));
        let objects = made.objects();
        let schedules = objects.iter().filter(|object| object["kind"] == "Schedule");
        schedules
            .map(|object| {
                let text = |value: &serde_yaml::Value| value.as_str().unwrap().to_owned();
                let spec = &object["spec"];
                (
                    text(&object["metadata"]["name"]),
                    text(&spec["schedule"]),
                    text(&spec["template"]["ttl"]),
                )
            })
            .collect::<Vec<_>>()
    };
    let line =
        |name: &str, cron: &str, ttl: &str| (name.to_owned(), cron.to_owned(), ttl.to_owned());
    assert_eq!(
        lines("\"30 2 * * *\"", &[("daily", 7), ("weekly", 4)]),
        [
            line("shop-db-b", "30 2 * * *", "168h0m0s"),
            line("shop-db-b-weekly", "30 2 * * 0", "672h0m0s"),
        ]
    );
    assert_eq!(
        lines("hourly", &[("daily", 7)]),
        [
            line("shop-db-b", "0 * * * *", "24h0m0s"),
            line("shop-db-b-daily", "0 0 * * *", "168h0m0s"),
        ],
        "hourly backups last until the day's is there"
    );
}

#[test]
fn what_is_kept_spans_the_gaps_of_a_coarser_schedule() {
    let own = lines(&schedule("weekly"), None);
    assert_eq!(
        own[0].keep,
        days(30),
        "Velero's default where nothing is said"
    );
}

#[test]
fn the_first_moment_of_a_field_is_taken() {
    assert_eq!(Tier::Daily.cron("*/15 3-5 * * *"), "0 3 * * *");
    assert_eq!(Tier::Yearly.cron("10,40 22 * * 1"), "10 22 1 1 *");
}
