//! What each metric is, in the words of those who measure: the kubelet's cAdvisor and
//! kube-state-metrics, which kube-prometheus-stack reads; KubeVirt; NVIDIA's DCGM exporter; and,
//! for requests, the workload's own histogram after OpenTelemetry's conventions.
//!
//! Every expression has one line of result for each pod, machine, disk or GPU, and is a share
//! (0 to 1), seconds, or a count, as its threshold is.

use tenantry_core::{
    model::threshold::{Level, Metric, Threshold},
    units::Duration,
};

use super::super::subject::{Controller, Subject};

/// The span over which rates are taken: long enough for four readings a minute apart.
const WINDOW: &str = "5m";

/// The whole expression of an alert.
pub(super) fn expression(subject: &Subject<'_>, threshold: &Threshold) -> String {
    let watched = Watched::new(subject);
    let measured = match (threshold.metric, &threshold.level) {
        (Metric::PodRestarts, Level::Frequency(_, per)) => watched.restarts(*per),
        (metric, _) => watched.metric(metric),
    };
    format!(
        "{measured} {} {}",
        threshold.operator.sign(),
        value(&threshold.level)
    )
}

/// In the unit of the expression.
fn value(level: &Level) -> String {
    match level {
        Level::Share(percent) => decimal(u64::from(percent.as_thousandths()), 5),
        Level::Time(time) => decimal(time.as_millis(), 3),
        Level::Frequency(count, _) => count.to_string(),
    }
}

/// `number` divided by ten to the power of `digits`, exactly.
fn decimal(number: u64, digits: u32) -> String {
    let scale = 10_u64.pow(digits);
    let (whole, rest) = (number / scale, number % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:0width$}", width = digits as usize);
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

/// How a workload's time series are found.
struct Watched {
    machine: bool,
    /// `namespace="acme",pod=~"…"`.
    pods: String,
    /// `exported_namespace="acme",exported_pod=~"…"`: where whoever is scraped says whose a
    /// reading is, and Prometheus keeps its own labels.
    exported: String,
    /// `namespace="acme",name=~"…"`, of KubeVirt's own metrics.
    machines: String,
    /// `namespace="acme",job="web"`, of what the workload serves.
    served: String,
    /// `namespace="acme",persistentvolumeclaim=~"…"`.
    claims: String,
    /// Virtual CPUs of each machine.
    vcpus: u32,
    /// Whether the resource has a limit, or only a request: cpu, memory.
    limited: (bool, bool),
}

impl Watched {
    fn new(subject: &Subject<'_>) -> Self {
        let (namespace, name) = (&subject.plan.namespace, &subject.plan.name);
        let pods = subject.pod_names();
        let spec = &subject.workload.spec;
        let limited = (
            spec.cpu.as_ref().is_some_and(|cpu| cpu.limit.is_some()),
            spec.memory
                .as_ref()
                .is_some_and(|memory| memory.limit.is_some()),
        );
        Self {
            machine: subject.controller() == Controller::Machine,
            pods: format!("namespace=\"{namespace}\",pod=~\"{pods}\""),
            exported: format!("exported_namespace=\"{namespace}\",exported_pod=~\"{pods}\""),
            machines: format!("namespace=\"{namespace}\",name=~\"{name}(-[0-9]+)?\""),
            served: format!("namespace=\"{namespace}\",job=\"{name}\""),
            claims: format!(
                "namespace=\"{namespace}\",persistentvolumeclaim=~\".+-{name}-[0-9]+|{name}-.+\""
            ),
            vcpus: subject.workload.vcpus().unwrap_or(1).max(1),
            limited,
        }
    }

    fn metric(&self, metric: Metric) -> String {
        match metric {
            Metric::CpuUtilisation if self.machine => self.machine_cpu(),
            Metric::CpuUtilisation => self.container_cpu(),
            Metric::MemoryUtilisation | Metric::MemoryOfLimit if self.machine => {
                self.machine_memory()
            }
            Metric::MemoryUtilisation => self.container_memory(self.limited.1),
            Metric::MemoryOfLimit => self.container_memory(true),
            Metric::DiskLatency => self.disk_latency(),
            Metric::StorageUsed if self.machine => self.machine_storage(),
            Metric::StorageUsed => self.claimed_storage(),
            Metric::GpuUtilisation => self.gpu_utilisation(),
            Metric::GpuMemory => self.gpu_memory(),
            Metric::Http5xxRatio => self.server_errors(),
            Metric::ServiceLatencyP99 => self.latency(),
            Metric::PodRestarts => self.restarts(Duration::secs(3600)),
        }
    }

    /// Of the limit where there is one, else of what is asked for.
    fn container_cpu(&self) -> String {
        let pods = &self.pods;
        let room = room(self.limited.0);
        format!(
            "sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{{{pods},container!=\"\"}}[{WINDOW}])) / \
             sum by (namespace, pod) (kube_pod_container_resource_{room}{{{pods},resource=\"cpu\"}})"
        )
    }

    fn container_memory(&self, of_limit: bool) -> String {
        let pods = &self.pods;
        let room = room(of_limit);
        format!(
            "sum by (namespace, pod) (container_memory_working_set_bytes{{{pods},container!=\"\"}}) / \
             sum by (namespace, pod) (kube_pod_container_resource_{room}{{{pods},resource=\"memory\"}})"
        )
    }

    fn machine_cpu(&self) -> String {
        format!(
            "sum by (namespace, name) (rate(kubevirt_vmi_cpu_usage_seconds_total{{{}}}[{WINDOW}])) / {}",
            self.machines, self.vcpus
        )
    }

    /// As the guest sees it: what it could not have without swapping.
    fn machine_memory(&self) -> String {
        let machines = &self.machines;
        format!(
            "1 - sum by (namespace, name) (kubevirt_vmi_memory_usable_bytes{{{machines}}}) / \
             sum by (namespace, name) (kubevirt_vmi_memory_available_bytes{{{machines}}})"
        )
    }

    /// The time that reads and writes took, by how many there were.
    fn disk_latency(&self) -> String {
        let rate = |name: &str| {
            format!(
                "rate(kubevirt_vmi_storage_{name}_total{{{}}}[{WINDOW}])",
                self.machines
            )
        };
        format!(
            "({} + {}) / ({} + {})",
            rate("read_times_seconds"),
            rate("write_times_seconds"),
            rate("iops_read"),
            rate("iops_write")
        )
    }

    /// As the guest's agent sees it: what is on a block device nobody outside knows.
    fn machine_storage(&self) -> String {
        let machines = &self.machines;
        format!(
            "kubevirt_vmi_filesystem_used_bytes{{{machines}}} / kubevirt_vmi_filesystem_capacity_bytes{{{machines}}}"
        )
    }

    fn claimed_storage(&self) -> String {
        let claims = &self.claims;
        format!(
            "kubelet_volume_stats_used_bytes{{{claims}}} / kubelet_volume_stats_capacity_bytes{{{claims}}}"
        )
    }

    fn gpu_utilisation(&self) -> String {
        format!("{} / 100", self.dcgm("DCGM_FI_DEV_GPU_UTIL"))
    }

    fn gpu_memory(&self) -> String {
        let (used, free) = (
            self.dcgm("DCGM_FI_DEV_FB_USED"),
            self.dcgm("DCGM_FI_DEV_FB_FREE"),
        );
        format!("{used} / ({used} + {free})")
    }

    /// The exporter on the node names the pod; in a machine it runs in the guest, and is served.
    /// The node's is read with or without its own labels kept, so both spellings are asked for.
    fn dcgm(&self, name: &str) -> String {
        if self.machine {
            return format!("{name}{{{}}}", self.served);
        }
        format!("({name}{{{}}} or {name}{{{}}})", self.exported, self.pods)
    }

    fn server_errors(&self) -> String {
        let served = &self.served;
        let name = "http_server_request_duration_seconds_count";
        format!(
            "sum by (namespace, job) (rate({name}{{{served},http_response_status_code=~\"5..\"}}[{WINDOW}])) / \
             sum by (namespace, job) (rate({name}{{{served}}}[{WINDOW}]))"
        )
    }

    fn latency(&self) -> String {
        format!(
            "histogram_quantile(0.99, sum by (namespace, job, le) (rate(http_server_request_duration_seconds_bucket{{{}}}[{WINDOW}])))",
            self.served
        )
    }

    fn restarts(&self, per: Duration) -> String {
        format!(
            "sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{{{}}}[{}]))",
            self.pods,
            per.prometheus()
        )
    }
}

fn room(limited: bool) -> &'static str {
    if limited { "limits" } else { "requests" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(80_000, 5), "0.8");
        assert_eq!(decimal(99_999, 5), "0.99999");
        assert_eq!(decimal(100_000, 5), "1");
        assert_eq!(decimal(50, 3), "0.05");
        assert_eq!(decimal(1_500, 3), "1.5");
    }
}
