//! Estates that nobody wrote: whatever their size, the compiler takes them whole.

use tenantry_core::{Options, build, load::Library, world::Memory};
use tenantry_tests::generate::{Shape, estate};

#[test]
fn a_generated_estate_builds_without_a_word() {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    for (tenants, workloads) in [(1, 1), (3, 8), (12, 20)] {
        let world = Memory::new(estate(Shape { tenants, workloads }));
        let built = build(
            &world,
            library,
            &tenantry_targets::all(),
            &Options::default(),
        );
        assert_eq!(built.run.findings, [], "{tenants} tenants");
        assert_eq!(built.run.summary.workloads, tenants * workloads);
        let files: usize = built.outputs.iter().map(|out| out.artifacts.len()).sum();
        assert!(files >= tenants * workloads, "a file for each workload");
    }
}
