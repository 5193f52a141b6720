use proptest::prelude::*;

use super::*;
use crate::random;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn it_is_what_asking_about_every_pair_gives(cluster in random::cluster()) {
        let judge = Judge::new(&cluster);
        let flows = matrix(&judge).expect("a small matrix");
        prop_assert!(flows.is_sorted());
        let naive = Naive::of(&judge, &[]);
        for from in naive.ends() {
            for to in naive.ends().into_iter().filter(|to| naive.speaks_of(from, *to)) {
                let telling: Vec<&Flow> =
                    flows.iter().filter(|flow| flow.from.holds(from) && flow.to.holds(to)).collect();
                let ports: Vec<&PortSet> = telling.iter().map(|flow| &flow.ports).collect();
                let expected = naive.ports(from, to);
                match expected.is_empty() {
                    true => prop_assert!(ports.is_empty(), "{from:?} {to:?} {ports:?}"),
                    false => prop_assert_eq!(ports, [&expected], "{:?} {:?}", from, to),
                }
            }
        }
    }

    #[test]
    fn no_flow_is_without_a_connection(cluster in random::cluster()) {
        let judge = Judge::new(&cluster);
        let naive = Naive::of(&judge, &[]);
        for flow in matrix(&judge).expect("a small matrix") {
            let ends = naive.ends();
            let real = ends.iter().filter(|end| flow.from.holds(**end)).any(|from| {
                let mut called = ends.iter().filter(|end| flow.to.holds(**end));
                called.any(|to| naive.speaks_of(*from, *to))
            });
            prop_assert!(real, "{flow:?}");
        }
    }
}
