//! Tests that a pattern cannot make.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::keys::Sensitivity;
use crate::{base64, values};

/// As mixed as a generated key: at least 3 bits a byte, and no run of words.
pub(super) fn random(value: &[u8]) -> bool {
    values::entropy(value) >= 2.8 && text(value).is_some_and(|text| !values::is_wordy(text) && values::is_secret(text, Sensitivity::Strong))
}

/// A password that somebody tells in a sentence: no word, and more than letters.
pub(super) fn random_short(value: &[u8]) -> bool {
    value.len() >= 6
        && value.iter().any(|byte| !byte.is_ascii_alphabetic() && !b".,:;-".contains(byte))
        && text(value).is_some_and(|text| !values::is_wordy(text) && values::is_secret(text, Sensitivity::Strong))
}

/// A token whose second half is not the time in hexadecimal that ends the name of every Event.
pub(super) fn bootstrap_token(value: &[u8]) -> bool {
    mixed(value) && !value.rsplit(|byte| *byte == b'.').next().is_some_and(|half| half.iter().all(u8::is_ascii_hexdigit))
}

/// Letters and numerals in both halves, as far as chance allows.
pub(super) fn mixed(value: &[u8]) -> bool {
    value
        .rsplit(|byte| *byte == b'.')
        .next()
        .is_some_and(|half| half.iter().any(u8::is_ascii_digit) && half.iter().any(u8::is_ascii_alphabetic))
        && value.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
}

/// Not a reference, a status, a placeholder of a manual.
pub(super) fn secret(value: &[u8]) -> bool {
    text(value).is_none_or(|text| values::is_secret(text, Sensitivity::Strong))
}

/// A part of a URI's userinfo; `git@` is an address, not an account.
pub(super) fn userinfo(value: &[u8]) -> bool {
    value != b"git" && secret(value)
}

/// Base64 of `user:password`.
pub(super) fn user_and_password(value: &[u8]) -> bool {
    base64::decode(value).is_some_and(|bytes| bytes.contains(&b':') && bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' '))
}

/// A token whose header is a JSON object that names an algorithm.
pub(super) fn jwt(value: &[u8]) -> bool {
    let header = value.split(|byte| *byte == b'.').next().unwrap_or_default();
    let parsed = base64::decode(header).and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    parsed.is_some_and(|header| header.get("alg").is_some() || header.get("typ").is_some() || header.get("kid").is_some())
}

/// The check digit of card numbers, and more than one digit: `4444 4444 4444 4448` is a manual's.
pub(super) fn luhn(value: &[u8]) -> bool {
    let digits: Vec<u32> = value.iter().filter_map(|byte| char::from(*byte).to_digit(10)).collect();
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
    sum.is_multiple_of(10)
}

/// An address of a host: not loopback, not a mask, not the unspecified one.
pub(super) fn host_address(value: &[u8]) -> bool {
    text(value).and_then(|text| text.parse::<Ipv4Addr>().ok()).is_some_and(|address| {
        let mask = u32::from(address);
        !address.is_loopback() && !address.is_unspecified() && !address.is_broadcast() && mask.leading_ones() + mask.trailing_zeros() != 32
    })
}

/// The same for IPv6, which must also look like more than a time of day.
pub(super) fn ipv6_address(value: &[u8]) -> bool {
    text(value)
        .and_then(|text| text.parse::<Ipv6Addr>().ok())
        .is_some_and(|address| !IpAddr::from(address).is_loopback() && !address.is_unspecified())
}

/// Not broadcast, not empty.
pub(super) fn hardware_address(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    !digits.iter().all(|digit| Some(digit) == digits.first())
}

/// Not an image reference or a unit.
pub(super) fn mailbox(value: &[u8]) -> bool {
    text(value).is_some_and(|text| !text.ends_with(".service") && !text.ends_with(".local") && !text.ends_with(".svc"))
}

/// Whether it stands between the scheme and the path of a URI: a login and a host.
pub(super) fn is_in_authority(text: &[u8], start: usize, _: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let before = before.get(before.len().saturating_sub(256)..).unwrap_or_default();
    let authority = memchr::memmem::rfind(before, b"://").and_then(|at| before.get(at + 3..));
    authority.is_some_and(|login| !login.iter().any(|byte| byte.is_ascii_whitespace() || b"/@\"'<>".contains(byte)))
}

/// Whether it is the group of an API, which objects name in the open: `GROUP/v1beta1`, `v1beta1.GROUP`, `"group":"GROUP"`.
pub(super) fn is_api_group(text: &[u8], start: usize, end: usize) -> bool {
    let version = |text: &[u8]| {
        let number = |at: usize| text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let main = number(1);
        let stage = [&b"alpha"[..], b"beta"].into_iter().find(|stage| text.get(1 + main..).unwrap_or_default().starts_with(stage));
        let whole = stage.map_or(1 + main, |stage| 1 + main + stage.len() + number(1 + main + stage.len()));
        (text.first() == Some(&b'v') && main > 0).then_some((whole, stage.is_some()))
    };
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let behind = after.strip_prefix(b"/").and_then(|rest| Some((rest, version(rest)?.0)));
    let is_path = |rest: &[u8], at: usize| rest.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(byte));
    let first = text.get(start..end).and_then(|name| Some((name, version(name)?)));
    let signs = before.iter().rev().take_while(|byte| b"\"':[ ".contains(byte)).count();
    let (name, joint) = before.split_at(before.len() - signs);
    let is_named = joint.contains(&b':')
        && [&b"group"[..], b"apiGroup", b"apiGroups"].iter().any(|field| {
            let at = name.strip_suffix(*field);
            at.is_some_and(|before| before.last().is_none_or(|byte| matches!(byte, b'"' | b'\'' | b' ' | b'\n' | b',' | b'{')))
        });
    is_named
        || !before.ends_with(b"//") && behind.is_some_and(|(rest, length)| !is_path(rest, length))
        || first.is_some_and(|(name, (length, staged))| staged && name.get(length) == Some(&b'.'))
}

/// Eight to fifteen digits.
pub(super) fn phone(value: &[u8]) -> bool {
    (9..=15).contains(&value.iter().filter(|byte| byte.is_ascii_digit()).count())
}

/// Hosts that everybody has, and names that are API groups: they say nothing about whose cluster it is.
const COMMON_HOSTS: &[&str] = &[
    "k8s.io",
    "kubernetes.io",
    "docker.io",
    "docker.com",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "pkg.dev",
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "golang.org",
    "coreos.com",
    "cert-manager.io",
    "jetstack.io",
    "istio.io",
    "helm.sh",
    "mongodb.com",
    "mongodb.org",
    "amazonaws.com",
    "microsoft.com",
    "googleapis.com",
    "letsencrypt.org",
    "cilium.io",
    "projectcalico.org",
    "tigera.io",
    "x-k8s.io",
    "caddyserver.com",
    "prometheus.io",
    "grafana.com",
    "elastic.co",
    "rancher.io",
    "cattle.io",
    "openshift.io",
    "argoproj.io",
    "fluxcd.io",
    "knative.dev",
    "keda.sh",
    "traefik.io",
    "metallb.io",
    "example.com.invalid",
    "nginx.org",
    "redhat.com",
    "fluentd.org",
    "opentelemetry.io",
    "gopkg.in",
    "python.org",
    "npmjs.org",
    "npmjs.com",
    "pypi.org",
    "w3.org",
    "metadata.google.internal",
    "host.docker.internal",
    "go.dev",
    "sigs.dev",
    "crossplane.io",
    "longhorn.io",
    "velero.io",
    "vmware.com",
    "external-secrets.io",
    "hashicorp.com",
    "linkerd.io",
    "spring.io",
    "apache.org",
];

/// A host name that tells whose it is.
pub(super) fn foreign_host(value: &[u8]) -> bool {
    text(value).is_some_and(|text| {
        let lower = text.to_ascii_lowercase();
        !COMMON_HOSTS.iter().any(|common| lower.strip_suffix(common).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    })
}

/// A user name that is a person's or an account's, not one that every system has.
pub(super) fn person(value: &[u8]) -> bool {
    const COMMON: &[&str] = &[
        "root",
        "admin",
        "administrator",
        "nobody",
        "git",
        "system",
        "anonymous",
        "guest",
        "nginx",
        "www-data",
        "postgres",
        "mysql",
        "mongodb",
        "redis",
        "default",
        "user",
        "name",
        "password",
        "kube",
        "kubernetes",
        "kubelet",
        "unknown",
        "none",
        "null",
        "is",
        "not",
        "and",
        "the",
        "for",
        "with",
    ];
    text(value).is_some_and(|text| {
        !COMMON.iter().any(|common| text.eq_ignore_ascii_case(common))
            && !text.starts_with("system")
            && values::is_secret(text, Sensitivity::Strong)
    })
}

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}
