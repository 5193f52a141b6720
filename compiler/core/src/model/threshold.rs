//! Thresholds of alerts: `METRIC OPERATOR VALUE`, as in `cpu-utilisation > 80%`. The metrics are
//! a closed list, so that each backend says for all of them what it measures them by.

use super::{Body, Workload};
use crate::units::{Duration, Percent, Unit};

/// What can be measured of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// CPU used of what each replica has.
    CpuUtilisation,
    /// Mean time of a read or write of a disk.
    DiskLatency,
    /// GPU memory in use.
    GpuMemory,
    /// Time in which a GPU does something.
    GpuUtilisation,
    /// HTTP answers that are the server's fault, of all.
    Http5xxRatio,
    /// Memory used of the limit.
    MemoryOfLimit,
    /// Memory used of what each replica has.
    MemoryUtilisation,
    /// How often containers begin again.
    PodRestarts,
    /// The time within which 99 of 100 requests are answered.
    ServiceLatencyP99,
    /// Room used on volumes.
    StorageUsed,
}

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A share: `80%`.
    Share,
    /// A time: `50ms`.
    Time,
    /// How often: `3/h`.
    Frequency,
}

impl Measure {
    /// For a message, with an example.
    pub fn example(self) -> &'static str {
        match self {
            Self::Share => "a share, such as `80%`",
            Self::Time => "a time, such as `50ms`",
            Self::Frequency => "a number in a time, such as `3/h`",
        }
    }
}

/// Who sees a metric of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The platform.
    Platform,
    /// The workload alone, which must serve it.
    Inside(&'static str),
    /// Nobody.
    Never(&'static str),
}

impl Metric {
    /// All of them, by name.
    pub const ALL: [Self; 10] = [
        Self::CpuUtilisation,
        Self::DiskLatency,
        Self::GpuMemory,
        Self::GpuUtilisation,
        Self::Http5xxRatio,
        Self::MemoryOfLimit,
        Self::MemoryUtilisation,
        Self::PodRestarts,
        Self::ServiceLatencyP99,
        Self::StorageUsed,
    ];

    /// The word of the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::CpuUtilisation => "cpu-utilisation",
            Self::DiskLatency => "disk-latency",
            Self::GpuMemory => "gpu-memory",
            Self::GpuUtilisation => "gpu-utilisation",
            Self::Http5xxRatio => "http-5xx-ratio",
            Self::MemoryOfLimit => "memory-of-limit",
            Self::MemoryUtilisation => "memory-utilisation",
            Self::PodRestarts => "pod-restarts",
            Self::ServiceLatencyP99 => "service-latency-p99",
            Self::StorageUsed => "storage-used",
        }
    }

    /// What it is counted in.
    pub fn measure(self) -> Measure {
        match self {
            Self::DiskLatency | Self::ServiceLatencyP99 => Measure::Time,
            Self::PodRestarts => Measure::Frequency,
            _ => Measure::Share,
        }
    }

    /// Who sees it of a workload.
    pub fn seen(self, workload: &Workload) -> Seen {
        let machine = matches!(workload.body, Body::Vm(..));
        match self {
            Self::GpuMemory | Self::GpuUtilisation if workload.gpus.is_empty() => {
                Seen::Never("it has no GPU")
            }
            Self::GpuMemory | Self::GpuUtilisation if machine => {
                Seen::Inside("a GPU that is passed through is seen by its guest alone")
            }
            Self::Http5xxRatio | Self::ServiceLatencyP99 => {
                Seen::Inside("requests are counted by who answers them")
            }
            Self::DiskLatency if !machine => {
                Seen::Never("the time of reads and writes is measured of a machine's disks alone")
            }
            Self::PodRestarts if machine => Seen::Never("a machine's pod is not started again"),
            _ => Seen::Platform,
        }
    }
}

/// How a metric is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// More than.
    More,
    /// At least.
    AtLeast,
    /// Less than.
    Less,
    /// At most.
    AtMost,
}

impl Operator {
    const ALL: [Self; 4] = [Self::More, Self::AtLeast, Self::Less, Self::AtMost];

    /// As it is written, here and in PromQL.
    pub fn sign(self) -> &'static str {
        match self {
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
        }
    }
}

/// What a metric is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A share.
    Share(Percent),
    /// A time.
    Time(Duration),
    /// So often in so long.
    Frequency(u32, Duration),
}

/// A threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// What is measured.
    pub metric: Metric,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub level: Level,
}

/// What is wrong with the text of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThresholdError {
    /// Not three words.
    Shape,
    /// No such metric.
    Metric(String),
    /// No such operator.
    Operator(String),
    /// A value that the metric is not counted in.
    Value(Metric, String),
}

impl Threshold {
    /// Reads `METRIC OPERATOR VALUE`.
    pub fn parse(text: &str) -> Result<Self, ThresholdError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [name, sign, value] = words[..] else {
            return Err(ThresholdError::Shape);
        };
        let metric = Metric::ALL
            .into_iter()
            .find(|metric| metric.name() == name)
            .ok_or_else(|| ThresholdError::Metric(name.to_owned()))?;
        let operator = Operator::ALL
            .into_iter()
            .find(|operator| operator.sign() == sign)
            .ok_or_else(|| ThresholdError::Operator(sign.to_owned()))?;
        let level = level(metric.measure(), value)
            .ok_or_else(|| ThresholdError::Value(metric, value.to_owned()))?;
        Ok(Self {
            metric,
            operator,
            level,
        })
    }
}

fn level(measure: Measure, text: &str) -> Option<Level> {
    match measure {
        Measure::Share => Percent::parse(text).ok().map(Level::Share),
        Measure::Time => Duration::parse(text).ok().map(Level::Time),
        Measure::Frequency => {
            let (count, per) = text.split_once('/')?;
            let per = Duration::parse(&format!("1{per}")).ok()?;
            Some(Level::Frequency(count.parse().ok()?, per))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_their_own() {
        let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn a_threshold_has_the_unit_of_its_metric() {
        let parsed = Threshold::parse("cpu-utilisation > 80%").unwrap();
        assert_eq!(parsed.metric, Metric::CpuUtilisation);
        assert_eq!(parsed.level, Level::Share(Percent::thousandths(80_000)));
        let parsed = Threshold::parse("disk-latency >= 50ms").unwrap();
        assert_eq!(parsed.level, Level::Time(Duration::millis(50)));
        let parsed = Threshold::parse("pod-restarts > 3/h").unwrap();
        assert_eq!(parsed.level, Level::Frequency(3, Duration::secs(3600)));
        let wrong = Threshold::parse("disk-latency > 80%").unwrap_err();
        assert_eq!(
            wrong,
            ThresholdError::Value(Metric::DiskLatency, "80%".to_owned())
        );
    }

    #[test]
    fn every_other_text_is_refused_for_its_reason() {
        let error = |text| Threshold::parse(text).unwrap_err();
        assert_eq!(error("cpu-utilisation>80%"), ThresholdError::Shape);
        assert_eq!(error("cpu > 80%"), ThresholdError::Metric("cpu".to_owned()));
        assert_eq!(
            error("cpu-utilisation => 80%"),
            ThresholdError::Operator("=>".to_owned())
        );
    }
}
