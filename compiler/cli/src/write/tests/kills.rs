//! Builds that are killed, and what the next one makes of it.

use super::*;

#[test]
fn a_build_killed_at_any_step_leaves_the_old_output_or_is_finished() {
    let (old, new) = (Sandbox::with(OLD).output(), Sandbox::with(NEW).output());
    // How often it died with the old output whole, with a record, and behind the record's end.
    let mut died = [0, 0, 0];
    for step in 0.. {
        let sandbox = Sandbox::with(OLD);
        let Some(recorded) = sandbox.die_at(step, NEW) else {
            break;
        };
        let left = listing(&sandbox.out());
        let half_written = sandbox.check(NEW).half_written;
        assert_eq!(listing(&sandbox.out()), left, "checking changes nothing");
        let recovered = recover(&sandbox.out(), false).unwrap();
        assert_eq!(recovered.is_some(), half_written, "step {step}");
        let expected = if recorded { &new } else { &old };
        assert_eq!(sandbox.output(), *expected, "step {step}");
        died[usize::from(recorded) + usize::from(recorded && !half_written)] += 1;
        sandbox.write(NEW).unwrap();
        assert_eq!(sandbox.output(), new, "step {step}");
        assert!(sandbox.check(NEW).is_clean());
    }
    // Inspected, six files staged, synced; recorded, three removed, six in place, settled;
    // record dropped.
    assert_eq!(died, [8, 11, 1]);
}

#[test]
fn a_build_killed_while_it_finishes_another_is_finished_by_the_third() {
    let last = [("last.yaml", "3")];
    let (old, new) = ([("a/b.yaml", "1")], [("a", "2")]);
    let outputs = [new, last].map(|files| Sandbox::with(&files).output());
    let mut killed_twice = 0;
    for first in 4.. {
        for second in 0.. {
            let sandbox = Sandbox::with(&old);
            if sandbox.die_at(first, &new).is_none() {
                assert!(killed_twice > 50, "{killed_twice}");
                return;
            }
            if sandbox.die_at(second, &last).is_none() {
                break;
            }
            killed_twice += 1;
            recover(&sandbox.out(), false).unwrap();
            let whole = outputs.contains(&sandbox.output());
            assert!(whole, "killed at {first}, then at {second}");
            sandbox.write(&last).unwrap();
            assert_eq!(sandbox.output(), outputs[1]);
        }
    }
}

#[test]
fn the_next_build_says_what_it_finished() {
    let sandbox = Sandbox::with(OLD);
    assert_eq!(
        sandbox.die_at(8, NEW),
        Some(true),
        "right behind the record"
    );
    let report = sandbox.write(NEW).unwrap();
    let recovered = Recovered {
        written: 5,
        removed: 3,
    };
    assert_eq!(report.recovered, Some(recovered));
    assert_eq!((report.written, report.unchanged), (0, 6));
}

#[test]
fn an_edit_after_the_kill_is_not_lost() {
    let sandbox = Sandbox::with(OLD);
    sandbox.die_at(8, NEW);
    sandbox.put("b/changed.yaml", "edited");
    sandbox.put("a/gone.yaml", "edited");
    let edited = |path: &str| Obstacle {
        path: path.into(),
        what: What::Edited,
    };
    let both = vec![edited("b/changed.yaml"), edited("a/gone.yaml")];
    let expected = WriteError::HalfWritten(Box::new(WriteError::Obstructed(both)));
    assert_eq!(recover(&sandbox.out(), false), Err(expected.clone()));
    assert_eq!(sandbox.write(NEW), Err(expected));
    assert_eq!(sandbox.text("b/changed.yaml"), "edited");
    assert!(recover(&sandbox.out(), true).unwrap().is_some());
    assert_eq!(sandbox.output(), Sandbox::with(NEW).output());
}

#[test]
fn a_refusal_of_the_system_half_way_says_so_and_is_finished_later() {
    let sandbox = Sandbox::with(OLD);
    let blocker = sandbox.at("new/one.yaml/blocker");
    let end = write_with(
        &sandbox.out(),
        &set(NEW),
        &Options::default(),
        &mut |step| {
            if step == Step::Recorded {
                fs::create_dir_all(&blocker).unwrap();
            }
            Ok(())
        },
    );
    let Err(WriteError::HalfWritten(cause)) = end else {
        panic!("a file cannot take the place of a folder: {end:?}")
    };
    assert!(
        matches!(*cause, WriteError::Io { doing: "write", .. }),
        "{cause}"
    );
    fs::remove_dir_all(sandbox.at("new")).unwrap();
    assert!(recover(&sandbox.out(), false).unwrap().is_some());
    assert_eq!(sandbox.output(), Sandbox::with(NEW).output());
}
