//! The examples as problems for the engine: each reads back as it was written.

#![expect(
    clippy::unwrap_used,
    reason = "reads the repository's own files; a failure fails the test"
)]

use tenantry_placement::Verdict;
use tenantry_tests::estate;

#[test]
fn no_example_is_refused_and_each_reads_back() {
    for (name, files) in estate::examples().unwrap() {
        let environments = estate::placed(&files).environments;
        assert!(!environments.is_empty(), "{name}");
        for cluster in environments.iter().flat_map(|env| &env.clusters) {
            let text = serde_json::to_string(cluster.problem()).unwrap();
            let read = tenantry_placement::read(&text).unwrap();
            assert_eq!(&read.problem, cluster.problem(), "{name}");
            assert_eq!(read.ignored, [""; 0], "{name}");
            let answer = &cluster.answer;
            assert_ne!(answer.verdict, Verdict::Infeasible, "{name}: {answer:#?}");
        }
    }
}
