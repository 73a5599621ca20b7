//! What tells about people and networks: only at the strict level.

use super::{Detector, Near, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "ip",
        "IPv4 address; loopback, unspecified, masks and networks stay",
        &[],
        concat!(
            r"(?:^|[^0-9A-Za-z.])((?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d",
            r"|[1-9]?\d)){3})(?:[^0-9A-Za-z./]|\.(?:[^0-9]|$)|/32|$)"
        ),
    )
    .checked(validate::host_address)
    .strict()
    .examples(
        &[concat!("dial tcp ⟦10", ".244.1.17⟧:2", "7017: refused"), concat!("from ⟦20", "3.0.113.7⟧.")],
        &["127.0.0.1", "0.0.0.0:8080", "10.0.0.0/8", "1.2.3.4.5", "255.255.255.0"],
    ),
    Detector::shape(
        "ipv6",
        "IPv6 address; loopback and networks stay",
        &[],
        concat!(
            "(?i)(?:^|[^0-9a-z:.])((?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,6}(?:::)?|(?:[0-9a-f]{1,4}:)+:",
            "(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})(?:%[a-z0-9]+)?(?:[^0-9a-z:/]|/128|$)"
        ),
    )
    .checked(validate::ipv6_address)
    .strict()
    .examples(
        &[concat!("peer [⟦fd", "00:10:244::1a⟧]:443"), concat!("⟦20", "01:db8:0:1:1:1:1:1⟧ up")],
        &["::1", "at 10:20:30", "2024-05-01T10:20:30Z", "fd00::/8"],
    ),
    Detector::shape(
        "mac",
        "hardware address",
        &[],
        "(?i)(?:^|[^0-9a-z:-])([0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})(?:[^0-9a-z:-]|$)",
    )
    .checked(validate::hardware_address)
    .strict()
    .examples(
        &[concat!("ether ⟦02", ":42:ac:11:00:02⟧ x")],
        &["00:11:22", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "sha1 02:42:ac:11:00:02:aa:bb"],
    ),
    Detector::shape(
        "email",
        "e-mail address",
        &[],
        r#"(?:^|[\s"'`<>=:,;(\[{|])([A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})\b"#,
    )
    .checked(validate::mailbox)
    .unless(validate::is_in_authority)
    .strict()
    .examples(
        &[concat!("mailto <⟦bo", "b.smith@example.com⟧>"), concat!("user=⟦bo", "b@example.org⟧")],
        &["git@sha256", "image@sha256:abc", "user@host", "mongodb://u:p@mongodb.data:27017/x"],
    ),
    Detector::shape(
        "phone",
        "phone number in international form",
        &[],
        r#"(?:^|[\s"\'=:(,])(\+[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4})(?:[^0-9A-Za-z:.]|$)"#,
    )
    .checked(validate::phone)
    .strict()
    .examples(
        &[concat!("call ⟦+4", "9 170 1234567⟧ now"), concat!("tel:⟦+1", "-202-555-0143⟧")],
        &["+0200", "2024-05-01T10:00:00+02:00", "offset +100", "+1"],
    ),
    Detector::shape(
        "host-name",
        "fully qualified host name outside the cluster",
        &[],
        concat!(
            r"(?i)(?:^|[^a-z0-9._$/-]|//|\*[./])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:com|net|org|io|dev",
            r"|cloud|app|internal|corp|lan|intranet|edu|gov|eu|de|fr|uk|nl|ch|at|it|es|pl|se|no|fi|dk|be|us|ca|au",
            r"|jp|cn|in|br|ru|info|biz|co|tech|ai))(?:[^a-z0-9._-]|\.(?:[^a-z0-9]|$)|$)"
        ),
    )
    .checked(validate::foreign_host)
    .unless(validate::is_api_group)
    .caseless()
    .strict()
    .examples(
        &[
            concat!("curl https://⟦bi", "lling.example.com⟧/v1 now"),
            concat!("hosts: [*.⟦sh", "op.example.com⟧]"),
            concat!("hosts: ['*/⟦sh", "op.example.com⟧']"),
            concat!("lookup ⟦db", ".corp.example.com⟧ on x"),
            concat!("https://⟦in", "tranet.acme.io⟧/a"),
        ],
        &[
            "mongodb.production.svc.cluster.local",
            "docker.io/library/nginx",
            "registry.k8s.io/pause",
            "app.kubernetes.io/name",
            "unable to list billing.example.com/v1beta1: stale",
            "APIService v1beta1.billing.example.com",
            r#"{"group":"billing.example.com","apiGroups":["billing.example.com"]}"#,
            "main.go:12",
            "asyncio.run",
        ],
    ),
    Detector::context("uri-user", "user in a URI without a password", &["://"], r"://([A-Za-z][A-Za-z0-9._-]+)@")
        .near(Near::At)
        .checked(validate::person)
        .strict()
        .examples(&[concat!("clone ssh://⟦bo", "b.smith⟧@git.example.com/x")], &["ssh://git@host/x", "https://host/@x"]),
    Detector::context(
        "user-name",
        "user name beside its label",
        &["user", "login", "principal", "account"],
        concat!(
            r#"(?i)(?:^|[^a-z])(?:user(?:[_-]?name)?|login|principal|remote_user|account)["']?\s*[=:]\s*["']?"#,
            r#"([A-Za-z][A-Za-z0-9._-]+)"#
        ),
    )
    .checked(validate::person)
    .strict()
    .examples(
        &[concat!("login failed user=⟦bo", "b.smith⟧ from x"), concat!(r#""username":"⟦bo"#, r#"bs⟧""#)],
        &["user: system:serviceaccount:x", "user=root", r#"user="nginx""#, "account=default"],
    ),
];
