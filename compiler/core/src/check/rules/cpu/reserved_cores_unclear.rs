//! The list of reserved cores is none, or names cores that are not there.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Pool,
    origin::OriginId,
    units::Cores,
};

declare_rule! { pub RULE = "reserved-cores-unclear", Cpu, Error, "a list of reserved cores that cannot be read, or that is not what is reserved", include_str!("reserved_cores_unclear.md") }

/// Reports each such pool.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for pool in subject.estate.pools.values() {
        let Some((what, at, help)) = fault(pool) else {
            continue;
        };
        let message = format!("pool `{}` reserves {what}", pool.name.value);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(at), message)
                .label("not what is reserved")
                .why("the kubelet takes the list for the whole of what is reserved, whatever the number beside it says, and does not start with one that it cannot read")
                .help(help),
        );
    }
}

fn fault(pool: &Pool) -> Option<(String, OriginId, String)> {
    let reserve = pool.spec.reserve.as_ref()?;
    let list = reserve.cores.as_ref()?;
    let Some((count, last)) = read(&list.value) else {
        let what = format!("the cores `{}`, which is no list of cores", list.value);
        let help = "write numbers and ranges, each once and in order: \"0-3,32-35\"".to_owned();
        return Some((what, list.origin, help));
    };
    if last >= pool.threads {
        let what = format!("core {last}, and its machines have {} threads, from 0", pool.threads);
        return Some((what, list.origin, format!("name cores up to {}", pool.threads.saturating_sub(1))));
    }
    let said = reserve.cpu.as_ref()?;
    (said.value != Cores::whole(count.into())).then(|| {
        let what = format!("{} of CPU, and the list has {count} cores", said.value);
        (what, said.origin, format!("write `cpu={count}`, or another list"))
    })
}

/// How many cores a list names, and the last of them; `None` for what is no ascending list
/// (`cpuset(7)`, FORMATS).
fn read(list: &str) -> Option<(u32, u32)> {
    let (mut count, mut last) = (0_u32, None);
    for part in list.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<u32>().ok()).flatten()
        };
        let (from, to) = (number(from)?, number(to)?);
        if from > to || last.is_some_and(|last| from <= last) {
            return None;
        }
        count = count.checked_add(to - from)?.checked_add(1)?;
        last = Some(to);
    }
    Some((count, last?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_numbers_and_ranges_in_order() {
        assert_eq!(read("0-3,32-35"), Some((8, 35)));
        assert_eq!(read("7"), Some((1, 7)));
        for bad in ["", "3-0", "0-3,2", "0..3", "a", "0,,1", "4294967295-4294967295,1", "-1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
