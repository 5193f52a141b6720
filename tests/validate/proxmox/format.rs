//! Values against their descriptions: types, bounds, patterns, named formats.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

use super::api::{Api, FormatRef, Named, Schema};
use super::property_string::{self, Properties};

/// Where a value stands: `yes` and `on` are booleans in a property string only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Parameter,
    PropertyString,
}

/// Formats refer to formats; the data nests two deep.
const DEPTH_MAX: usize = 4;

/// Why `text` is not a value of this description.
pub(super) fn check(api: &Api, schema: &Schema, text: &str, place: Place) -> Result<(), String> {
    check_type(schema, text, place)?;
    if !schema.choices.is_empty() && !schema.choices.iter().any(|choice| is_choice(choice, text)) {
        let choices: Vec<_> = schema.choices.iter().map(plain).collect();
        return Err(format!("`{text}` is not one of {}", choices.join(", ")));
    }
    check_length(text, schema.min_length, schema.max_length)?;
    if let Some(pattern) = &schema.pattern {
        check_pattern(pattern, text)?;
    }
    match &schema.format {
        None => Ok(()),
        Some(FormatRef::Named(name)) => check_named(api, name, text, DEPTH_MAX),
        Some(FormatRef::PropertyString { propstr }) => {
            property_string::parse(api, propstr, text).map(|_: Properties| ())
        }
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn is_choice(choice: &Value, text: &str) -> bool {
    plain(choice) == text
}

fn check_type(schema: &Schema, text: &str, place: Place) -> Result<(), String> {
    let number = match schema.kind.as_deref() {
        Some("integer") => {
            let value: i64 = text
                .parse()
                .map_err(|_| format!("`{text}` is not an integer"))?;
            // Bounds in the data are far below the 2^53 that a float holds exactly.
            value as f64
        }
        Some("number") => text
            .parse()
            .map_err(|_| format!("`{text}` is not a number"))?,
        Some("boolean") => return check_boolean(text, place),
        _ => return Ok(()),
    };
    check_range(number, text, schema.minimum, schema.maximum)
}

fn check_boolean(text: &str, place: Place) -> Result<(), String> {
    let is_bit = matches!(text, "0" | "1");
    let is_word = matches!(text, "on" | "off" | "yes" | "no" | "true" | "false");
    if is_bit || is_word && place == Place::PropertyString {
        return Ok(());
    }
    Err(format!("`{text}`: a boolean is 1 or 0"))
}

fn check_range(number: f64, text: &str, min: Option<f64>, max: Option<f64>) -> Result<(), String> {
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(format!("{text} is below {min}"));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(format!("{text} is above {max}"));
    }
    Ok(())
}

fn check_length(text: &str, min: Option<usize>, max: Option<usize>) -> Result<(), String> {
    let length = text.chars().count();
    if let Some(min) = min.filter(|min| length < *min) {
        return Err(format!(
            "`{text}` has {length} characters, at least {min} are needed"
        ));
    }
    if let Some(max) = max.filter(|max| length > *max) {
        return Err(format!(
            "`{text}` has {length} characters, at most {max} are allowed"
        ));
    }
    Ok(())
}

/// Patterns describe the whole value, in bytes as the server has it. Each is compiled once per
/// process.
pub(super) fn anchored(pattern: &str) -> Result<Regex, String> {
    static COMPILED: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    // A thread that died while it held the map left it whole: insertion is its only change.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled.get(pattern) {
        return Ok(regex.clone());
    }
    // Perl reads `{,n}` as `{0,n}`, and `\0` as the zero byte.
    let rust = pattern.replace("{,", "{0,").replace("\\0", "\\x00");
    let regex = RegexBuilder::new(&format!("^(?:{rust})$"))
        .unicode(false)
        .build()
        .map_err(|error| format!("unreadable pattern: {error}"))?;
    compiled.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

fn check_pattern(pattern: &str, text: &str) -> Result<(), String> {
    if anchored(pattern)?.is_match(text.as_bytes()) {
        return Ok(());
    }
    Err(format!("`{text}` does not match {pattern}"))
}

/// Why `text` is not of the format with this name. An undescribed format judges nothing.
fn check_named(api: &Api, name: &str, text: &str, depth: usize) -> Result<(), String> {
    let (Some(format), Some(depth)) = (api.format(name), depth.checked_sub(1)) else {
        return Ok(());
    };
    let said = |reason: String| format!("{reason} ({name})");
    match name {
        "pve-fw-dport-spec" | "pve-fw-sport-spec" => return ports(text).map_err(said),
        "pve-fw-addr-spec" => return addresses(text).map_err(said),
        "pve-priv-list" => return privileges(api, text),
        "pve-sdn-subnet-id" => return subnet(text).map_err(said),
        "pve-volume-id-or-qm-path" => return volume(api, text, depth).map_err(said),
        "pve-volume-id-or-absolute-path" if text.starts_with('/') => return Ok(()),
        "pve-volume-id-or-absolute-path" => return check_named(api, "pve-volume-id", text, depth),
        _ => {}
    }
    check_length(text, format.min_length, format.max_length)?;
    let judged = match format.kind.as_str() {
        "propstr" => return property_string::parse(api, name, text).map(|_: Properties| ()),
        "list" => return list(api, format, text, depth).map_err(said),
        "cidr" => network(text, None),
        "cidrv4" => network(text, format.prefix).and_then(|()| family(text, true)),
        "cidrv6" => network(text, format.prefix).and_then(|()| family(text, false)),
        "ip" => parsed::<IpAddr>(text, "an IP address"),
        "ipv4" => parsed::<Ipv4Addr>(text, "an IPv4 address"),
        "ipv6" => parsed::<Ipv6Addr>(text, "an IPv6 address"),
        "ip-or-cidr" => parsed::<IpAddr>(text, "an IP address").or_else(|_| network(text, None)),
        _ => string(api, format, text, depth),
    };
    judged.map_err(said)
}

fn parsed<T: std::str::FromStr>(text: &str, what: &str) -> Result<(), String> {
    text.parse::<T>()
        .map(|_| ())
        .map_err(|_| format!("`{text}` is not {what}"))
}

fn network(text: &str, prefix: Option<(u8, u8)>) -> Result<(), String> {
    let network: IpNet = text
        .parse()
        .map_err(|_| format!("`{text}` is not an address with a prefix length"))?;
    match prefix {
        Some((min, max)) if !(min..=max).contains(&network.prefix_len()) => {
            Err(format!("`{text}`: a prefix length of {min} to {max}"))
        }
        _ => Ok(()),
    }
}

/// Made with its network, addressed as `<zone>-<address>-<prefix>` from then on.
fn subnet(text: &str) -> Result<(), String> {
    let named = text.rsplit_once('-').and_then(|(rest, prefix)| {
        let (_zone, address) = rest.split_once('-')?;
        Some(format!("{address}/{prefix}"))
    });
    network(named.as_deref().unwrap_or(text), None)
}

fn family(text: &str, wants_v4: bool) -> Result<(), String> {
    if text.contains(':') == wants_v4 {
        return Err(format!("`{text}` is of the other address family"));
    }
    Ok(())
}

fn string(api: &Api, format: &Named, text: &str, depth: usize) -> Result<(), String> {
    if let Some(pattern) = &format.pattern {
        check_pattern(pattern, text)?;
    }
    if let Ok(number) = text.parse() {
        check_range(number, text, format.minimum, format.maximum)?;
    }
    if format.any_of.is_empty() && format.list_of.is_empty() {
        return Ok(());
    }
    let is_alternative = |alternative: &String| {
        let name = alternative.trim_matches(['<', '>']);
        let is_format = api.format(name).is_some();
        if is_format {
            check_named(api, name, text, depth).is_ok()
        } else {
            alternative == text
        }
    };
    let is_listed = !format.list_of.is_empty()
        && split(text, format.separator.as_deref())
            .all(|item| format.list_of.iter().any(|l| l == item));
    // A placeholder that names no format says what people write, not what machines check.
    let is_open = format
        .any_of
        .iter()
        .any(|a| a.starts_with('<') && api.format(a.trim_matches(['<', '>'])).is_none());
    if is_listed || is_open || format.any_of.iter().any(is_alternative) {
        return Ok(());
    }
    let known: Vec<_> = format
        .any_of
        .iter()
        .chain(&format.list_of)
        .map(String::as_str)
        .collect();
    Err(format!("`{text}` is not one of {}", known.join(", ")))
}

/// Lists split on commas, semicolons and blanks, unless one separator is described.
fn split<'t>(text: &'t str, separator: Option<&str>) -> impl Iterator<Item = &'t str> {
    let only = separator.and_then(|separator| separator.chars().next());
    text.split(move |c: char| match only {
        // A tag list is read with any separator, and stored with one.
        Some(only) => c == only,
        None => c == ',' || c == ';' || c.is_whitespace(),
    })
}

fn list(api: &Api, format: &Named, text: &str, depth: usize) -> Result<(), String> {
    for item in split(text, format.separator.as_deref()) {
        if item.is_empty() {
            return Err(format!("`{text}` holds an empty item"));
        }
        if !format.of_enum.is_empty() && !format.of_enum.iter().any(|known| known == item) {
            return Err(format!(
                "`{item}` is not one of {}",
                format.of_enum.join(", ")
            ));
        }
        if let Some(pattern) = &format.pattern {
            check_pattern(pattern, item)?;
        }
        if let Some(of) = &format.of {
            check_named(api, of, item, depth)?;
        }
    }
    Ok(())
}

fn privileges(api: &Api, text: &str) -> Result<(), String> {
    match split(text, None).find(|name| !name.is_empty() && !api.privileges.contains(*name)) {
        Some(name) => Err(format!("`{name}` is not a privilege of this release")),
        None => Ok(()),
    }
}

/// `none`, a path, an existing volume, or `STORAGE:SIZE` and `STORAGE:cloudinit` for a new one.
fn volume(api: &Api, text: &str, depth: usize) -> Result<(), String> {
    if matches!(text, "none" | "cdrom") || text.starts_with('/') {
        return Ok(());
    }
    check_named(api, "pve-volume-id", text, depth)
}

/// Most numbers in one list of ports; a range counts twice.
const PORTS_MAX: usize = 15;

fn ports(text: &str) -> Result<(), String> {
    let mut numbers = 0;
    for item in text.split(',') {
        let (first, last) = item.split_once(':').unwrap_or((item, item));
        numbers += if item.contains(':') { 2 } else { 1 };
        let parse = |port: &str| {
            port.parse::<u16>()
                .map_err(|_| format!("`{item}` is not a port"))
        };
        let is_name = !item.contains(':') && item.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !is_name && parse(first)? > parse(last)? {
            return Err(format!("`{item}` ends before it begins"));
        }
    }
    if numbers > PORTS_MAX {
        return Err(format!(
            "{numbers} port numbers, at most {PORTS_MAX} in one rule"
        ));
    }
    Ok(())
}

/// A set, an alias, a range, or a list of addresses of one family.
fn addresses(text: &str) -> Result<(), String> {
    const LENGTH_MAX: usize = 512;
    check_length(text, Some(1), Some(LENGTH_MAX))?;
    let name = text.strip_prefix('+').unwrap_or(text);
    let name = ["dc/", "guest/", "sdn/"]
        .iter()
        .find_map(|s| name.strip_prefix(s))
        .unwrap_or(name);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_name {
        return Ok(());
    }
    if let Some((first, last)) = text.split_once('-') {
        return parsed::<IpAddr>(first, "an address")
            .and_then(|()| parsed::<IpAddr>(last, "an address"));
    }
    for item in text.split(',') {
        parsed::<IpAddr>(item, "an address").or_else(|_| network(item, None))?;
        family(item, !text.contains(':'))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::api::Release;
    use super::*;

    #[test]
    fn every_pattern_of_the_data_is_readable() {
        for release in [Release::Pve8, Release::Pve9] {
            match Api::of(release) {
                Ok(api) => {
                    for pattern in api.patterns() {
                        assert!(anchored(&pattern).is_ok(), "{pattern}");
                    }
                }
                Err(skip) => println!("{skip}"),
            }
        }
    }

    #[test]
    fn ports_are_counted_and_ordered() {
        assert_eq!(ports("80,443,1000:2000,https"), Ok(()));
        assert!(ports("2000:1000").is_err());
        assert!(ports("65536").is_err());
        assert!(ports("1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16").is_err());
    }

    #[test]
    fn addresses_are_of_one_family() {
        for good in [
            "10.0.0.1",
            "10.0.0.0/8,10.1.2.3",
            "10.0.0.1-10.0.0.9",
            "+dc/web",
            "dc/gw",
            "2001:db8::/32",
        ] {
            assert_eq!(addresses(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "10.0.0.1,2001:db8::1",
            "10.0.0.256",
            "+dc/",
            "10.0.0.1-web",
        ] {
            assert!(addresses(bad).is_err(), "{bad}");
        }
    }
}
