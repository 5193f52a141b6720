//! Texts that look like credentials.

/// What a text looks like a credential of, as "a private key", or `None`.
///
/// Well-known shapes are found anywhere in the text; of unknown ones only a text that is one long
/// random-looking word. Meant to err on the side of silence: digests, public keys, identifiers
/// and paths are not credentials.
pub fn looks_like_a_secret(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if has_password_in_url(text) {
        return Some("a URL with a password");
    }
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '='))
        .find_map(known_token)
        .or_else(|| looks_random(text.trim()).then_some("a generated secret"))
}

/// Tokens by their prefix: what follows it is at least so many characters of the alphabet.
const TOKENS: &[(&str, usize, Alphabet, &str)] = &[
    ("AGE-SECRET-KEY-1", 50, Alphabet::Word, "an age private key"),
    ("AIza", 35, Alphabet::Word, "a Google API key"),
    ("AKIA", 16, Alphabet::Upper, "an AWS access key"),
    ("ASIA", 16, Alphabet::Upper, "an AWS access key"),
    ("dckr_pat_", 20, Alphabet::Word, "a Docker access token"),
    ("dop_v1_", 40, Alphabet::Word, "a DigitalOcean token"),
    ("ghp_", 30, Alphabet::Word, "a GitHub token"),
    ("gho_", 30, Alphabet::Word, "a GitHub token"),
    ("ghs_", 30, Alphabet::Word, "a GitHub token"),
    ("ghu_", 30, Alphabet::Word, "a GitHub token"),
    ("ghr_", 30, Alphabet::Word, "a GitHub token"),
    ("github_pat_", 30, Alphabet::Word, "a GitHub token"),
    ("glpat-", 20, Alphabet::Word, "a GitLab token"),
    ("hf_", 30, Alphabet::Word, "a Hugging Face token"),
    ("hvb.", 24, Alphabet::Word, "a Vault token"),
    ("hvs.", 24, Alphabet::Word, "a Vault token"),
    ("npm_", 36, Alphabet::Word, "an npm token"),
    ("pypi-AgE", 40, Alphabet::Word, "a PyPI token"),
    ("sk-", 32, Alphabet::Word, "an API key"),
    ("sk_live_", 20, Alphabet::Word, "a Stripe key"),
    ("rk_live_", 20, Alphabet::Word, "a Stripe key"),
    ("SG.", 40, Alphabet::Dotted, "a SendGrid key"),
    ("xoxb-", 20, Alphabet::Word, "a Slack token"),
    ("xoxp-", 20, Alphabet::Word, "a Slack token"),
    ("xapp-", 20, Alphabet::Word, "a Slack token"),
    ("$2a$", 53, Alphabet::Crypt, "a password's hash"),
    ("$2b$", 53, Alphabet::Crypt, "a password's hash"),
    ("$2y$", 53, Alphabet::Crypt, "a password's hash"),
    ("$5$", 43, Alphabet::Crypt, "a password's hash"),
    ("$6$", 86, Alphabet::Crypt, "a password's hash"),
    ("$y$", 40, Alphabet::Crypt, "a password's hash"),
];

#[derive(Clone, Copy)]
enum Alphabet {
    /// A-Z and 0-9.
    Upper,
    /// Letters, digits, `_` and `-`.
    Word,
    /// The same and `.`.
    Dotted,
    /// What hashes in `/etc/shadow` are of.
    Crypt,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        let word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        match self {
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Word => word,
            Self::Dotted => word || byte == b'.',
            Self::Crypt => byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'$'),
        }
    }
}

fn known_token(word: &str) -> Option<&'static str> {
    if is_json_web_token(word) {
        return Some("a signed token");
    }
    // After `user:` or a path's `/` a token still is one.
    let tail = word.rsplit([':', '@']).next().unwrap_or(word);
    TOKENS.iter().find_map(|&(prefix, least, alphabet, what)| {
        let body = tail.strip_prefix(prefix)?;
        let fits = body.len() >= least && body.bytes().all(|b| alphabet.has(b));
        fits.then_some(what)
    })
}

/// Header, claims and signature in base64; the first two open a JSON object.
fn is_json_web_token(word: &str) -> bool {
    let parts: Vec<&str> = word.splitn(4, '.').collect();
    let [header, claims, signature] = parts[..] else {
        return false;
    };
    header.starts_with("eyJ") && claims.starts_with("eyJ") && signature.len() >= 20
}

/// `scheme://user:password@host`.
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#'));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let password = authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .map(|(_, password)| password);
        // `${…}` and `$NAME` are filled in later: they point, as they should.
        password.is_some_and(|p| !p.is_empty() && !p.starts_with(['$', '{', '<']))
    })
}

/// The length from which a word can be judged, and above which it is data rather than a key.
const RANDOM_LENGTH: std::ops::RangeInclusive<usize> = 32..=256;

/// Whether `text` is one long word in which capitals, small letters and digits all occur and
/// change as often as chance has it.
///
/// In random base64 two neighbours differ in kind about three times in five; in words joined by
/// hyphens, in camel case and in hexadecimal (which has one case) far less. Half is the line.
fn looks_random(text: &str) -> bool {
    let alphabet =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-' | b'=');
    // Base64 of a length field: how every public key of SSH begins.
    let public_key = text.starts_with("AAAA");
    if !RANDOM_LENGTH.contains(&text.len()) || !text.bytes().all(alphabet) || public_key {
        return false;
    }
    let kinds: Vec<u8> = text.bytes().map(kind).collect();
    let all_occur = [0, 1, 2].iter().all(|k| kinds.contains(k));
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let distinct = (0..=u8::MAX)
        .filter(|b| text.as_bytes().contains(b))
        .count();
    all_occur && changes * 2 >= text.len() && distinct >= 18
}

/// Capital, small letter, digit, or other.
fn kind(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Split so that no scanner takes this file for a leak.
    #[test]
    fn credentials_are_recognised() {
        for (text, what) in [
            (
                concat!("-----BEGIN OPENSSH PRIV", "ATE KEY-----\nabc"),
                "a private key",
            ),
            (concat!("AK", "IAIOSFODNN7EXAMPLE"), "an AWS access key"),
            (
                concat!("token=gh", "p_0123456789abcdefghijABCDEFGHIJ012345"),
                "a GitHub token",
            ),
            (concat!("gl", "pat-0123456789abcdefghij"), "a GitLab token"),
            (
                concat!("postgres://app:hunt", "er2@db:5432/x"),
                "a URL with a password",
            ),
            (
                concat!(
                    "eyJhbGciOiJIUzI1NiJ9.",
                    "eyJzdWIiOiIxIn0.",
                    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
                ),
                "a signed token",
            ),
            (
                concat!("kWcrlUX5JEDGM/LtmEENI/", "aVmYvHNif5zB+d9+ct"),
                "a generated secret",
            ),
            (
                concat!("q8Zr4Tn1Vx7Lb0Kc", "9Wd3Ys6Pf2Mh5Gj4"),
                "a generated secret",
            ),
        ] {
            assert_eq!(looks_like_a_secret(text), Some(what), "{text}");
        }
    }

    #[test]
    fn what_may_stand_in_a_spec_is_not_taken_for_a_credential() {
        for text in [
            "",
            "info",
            "vault:secret/data/acme/s3",
            "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270",
            "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270",
            "123e4567-e89b-12d3-a456-426614174000",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx0c2tsZGZqbHNrZGpmbHNrZGpmbHNrZGo ops@acme",
            "AAAAC3NzaC1lZDI1NTE5AAAAIGx0c2tsZGZqbHNrZGpmbHNrZGpmbHNrZGo",
            "registry.example.com/acme/api:v3.2.1",
            "https://app.example.com:8443/path?x=1",
            "postgres://app:${password}@db:5432/x",
            "nvidia.com/GA100_A100_PCIE_80GB",
            "ThisIsAVeryLongCamelCaseIdentifierWithNoDigits",
            "com.example.SomeVeryLongJavaClassNameFactoryImpl2Bean",
            "a-very-long-name-of-a-workload-in-production-01",
            "sk-learn",
            "AKIA",
            "-----BEGIN CERTIFICATE-----",
        ] {
            assert_eq!(looks_like_a_secret(text), None, "{text}");
        }
    }
}
