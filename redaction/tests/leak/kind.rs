//! The kinds of secrets that are planted: how each is written, and which part of it must not be found again.
//!
//! The prefixes are assembled from parts, so that no secret scanner takes this file for a leak. The forms are those of the services' own
//! documentation, not those of the detectors.

use crate::encoding::{base64, percent};
use crate::form::{Canary, around, assigned, bare, base64url_json, password, pem, uri, user};
use crate::random::{BASE32, BASE36, BASE62, BASE64, DIGITS, GREEK, HEX, LOWER, QUOTABLE, Random, TYPED, UPPER, UPPER36, URL64};

/// A kind of secret.
pub(crate) struct Kind {
    pub(crate) id: &'static str,
    /// Goes at the strict level only.
    pub(crate) personal: bool,
    pub(crate) make: fn(&mut Random) -> Canary,
}

const fn kind(id: &'static str, make: fn(&mut Random) -> Canary) -> Kind {
    Kind { id, personal: false, make }
}

const fn personal(id: &'static str, make: fn(&mut Random) -> Canary) -> Kind {
    Kind { id, personal: true, make }
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    kind("aws-access-key-id", |r| {
        let token = format!("{}{}", r.pick(&[concat!("AK", "IA"), concat!("AS", "IA")]), r.text(BASE32, 16));
        bare(r, token)
    }),
    kind("aws-secret-access-key", |r| {
        let secret = r.text(BASE64, 40);
        let name = r.pick(&["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "secretAccessKey", "SecretAccessKey"]);
        let text = match r.below(3) {
            0 => format!("{name} = {secret}"),
            1 => format!("\"{name}\": \"{secret}\""),
            _ => format!("{name}={secret}"),
        };
        around(text, &[&secret])
    }),
    kind("aws-session-token", |r| {
        let token = format!("{}{}", r.pick(&[concat!("IQoJ", "b3JpZ2luX2VjE"), concat!("FwoG", "ZXIvYXdzE")]), r.text(BASE64, 180));
        let text = format!("AWS_SESSION_TOKEN={token}==");
        around(text, &[&token])
    }),
    kind("gcp-service-account", |r| {
        let (id, key) = (r.text(HEX, 40), r.text(BASE64, 200));
        let dashes = "-".repeat(5);
        let text = format!(
            "{{\"type\":\"service_account\",\"project_id\":\"demo\",\"private_key_id\":\"{id}\",\"private_key\":\"{dashes}BEGIN PRIVATE KEY{dashes}\\n{}\\n{}\\n{dashes}END PRIVATE KEY{dashes}\\n\",\"client_email\":\"svc@demo.iam.gserviceaccount.com\"}}",
            &key[..64],
            &key[64..]
        );
        around(text, &[&key[..64], &key[64..], &id])
    }),
    kind("google-api-key", |r| {
        let token = format!("{}{}", concat!("AI", "za"), r.text(URL64, 35));
        bare(r, token)
    }),
    kind("google-oauth-token", |r| {
        let token = format!("{}{}", concat!("ya", "29."), r.text(URL64, 120));
        bare(r, token)
    }),
    kind("google-client-secret", |r| {
        let token = format!("{}{}", concat!("GOC", "SPX-"), r.text(URL64, 28));
        bare(r, token)
    }),
    kind("azure-storage-connection", |r| {
        let key = r.text(BASE64, 86);
        let text = format!("DefaultEndpointsProtocol=https;AccountName=demo;AccountKey={key}==;EndpointSuffix=core.windows.net");
        around(text, &[&key])
    }),
    kind("azure-sas", |r| {
        let signature = r.text(BASE64, 43);
        let text = format!(
            "https://demo.blob.core.windows.net/c/b?sv=2023-11-03&se=2026-01-01T00%3A00%3A00Z&sr=b&sp=r&sig={}",
            percent(&format!("{signature}="), false)
        );
        around(text, &[&signature, &percent(&signature, false)])
    }),
    kind("azure-client-secret", |r| {
        let token = format!(
            "{}{}{}",
            r.text(BASE62, 3),
            r.pick(&["8Q~", "7Q~"]),
            r.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-", 34)
        );
        let text = format!("AZURE_CLIENT_SECRET={token}");
        around(text, &[&token])
    }),
    kind("azure-service-bus", |r| {
        let key = r.text(BASE64, 43);
        around(format!("Endpoint=sb://demo.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={key}="), &[&key])
    }),
    kind("digitalocean", |r| {
        let token = format!("{}{}", concat!("dop", "_v1_"), r.text(HEX, 64));
        bare(r, token)
    }),
    kind("github", |r| {
        let token = format!(
            "{}{}",
            r.pick(&[concat!("gh", "p_"), concat!("gh", "o_"), concat!("gh", "s_"), concat!("gh", "u_")]),
            r.text(BASE62, 36)
        );
        bare(r, token)
    }),
    kind("github-fine", |r| {
        let token = format!("{}{}_{}", concat!("github", "_pat_"), r.text(BASE62, 22), r.text(BASE62, 59));
        bare(r, token)
    }),
    kind("gitlab", |r| {
        let length = r.between(20, 26);
        let token = format!("{}{}", r.pick(&[concat!("gl", "pat-"), concat!("gl", "dt-"), concat!("gl", "rt-")]), r.text(URL64, length));
        bare(r, token)
    }),
    kind("bitbucket", |r| {
        let token = format!("{}{}", concat!("AT", "BB"), r.text(BASE62, 32));
        bare(r, token)
    }),
    kind("git-remote", |r| {
        let token = r.text(BASE62, 40);
        around(format!("fatal: could not read from https://{token}:x-oauth-basic@git.example.com/team/repo.git"), &[&token])
    }),
    kind("dockerconfigjson", |r| {
        let (user, secret) = (user(r), password(r));
        let auth = base64(format!("{user}:{secret}").as_bytes(), false, true);
        around(
            format!("{{\"auths\":{{\"registry.example.com\":{{\"username\":\"{user}\",\"password\":\"{secret}\",\"auth\":\"{auth}\"}}}}}}"),
            &[&secret, auth.trim_end_matches('=')],
        )
    }),
    kind("docker-auth-only", |r| {
        let (user, secret) = (user(r), password(r));
        let auth = base64(format!("{user}:{secret}").as_bytes(), false, true);
        around(format!("{{\"auths\": {{\"ghcr.io\": {{\"auth\": \"{auth}\"}}}}}}"), &[&secret, auth.trim_end_matches('=')])
    }),
    kind("dockerhub", |r| {
        let token = format!("{}{}", concat!("dckr", "_pat_"), r.text(URL64, 27));
        bare(r, token)
    }),
    kind("npm", |r| {
        let token = format!("{}{}", concat!("np", "m_"), r.text(BASE62, 36));
        bare(r, token)
    }),
    kind("npmrc", |r| {
        let secret = r.uuid();
        around(format!("//registry.npmjs.org/:_authToken={secret}"), &[&secret])
    }),
    kind("pypi", |r| {
        let token = format!("{}{}", concat!("pypi-", "AgEIcHlwaS5vcmc"), r.text(URL64, 150));
        bare(r, token)
    }),
    kind("crates", |r| {
        let token = format!("{}{}", concat!("ci", "o"), r.text(BASE62, 32));
        bare(r, token)
    }),
    kind("slack-token", |r| {
        let kind = r.pick(&[concat!("xo", "xb-"), concat!("xo", "xp-"), concat!("xo", "xa-2-")]);
        let token = format!("{kind}{}-{}-{}", r.text(DIGITS, 12), r.text(DIGITS, 12), r.text(BASE62, 24));
        bare(r, token)
    }),
    kind("slack-hook", |r| {
        let path = format!("T{}/B{}/{}", r.text(UPPER36, 10), r.text(UPPER36, 10), r.text(BASE62, 24));
        around(format!("https://hooks.slack.com/services/{path}"), &[&path])
    }),
    kind("discord-hook", |r| {
        let secret = r.text(URL64, 68);
        around(format!("https://discord.com/api/webhooks/{}/{secret}", r.text(DIGITS, 18)), &[&secret])
    }),
    kind("telegram", |r| {
        let token = format!("{}:AA{}", 1_000_000_000 + r.below(900_000_000), r.text(URL64, 33));
        bare(r, token)
    }),
    kind("teams-hook", |r| {
        let (a, b, secret) = (r.uuid(), r.uuid(), r.text(HEX, 32));
        around(format!("https://acme.webhook.office.com/webhookb2/{a}@{b}/IncomingWebhook/{secret}/{}", r.uuid()), &[&secret])
    }),
    kind("sendgrid", |r| {
        let token = format!("{}{}.{}", concat!("S", "G."), r.text(URL64, 22), r.text(URL64, 43));
        bare(r, token)
    }),
    kind("mailgun", |r| {
        let token = format!("{}{}", concat!("ke", "y-"), r.text(HEX, 32));
        bare(r, token)
    }),
    kind("twilio", |r| {
        let secret = r.text(HEX, 32);
        around(format!("TWILIO_AUTH_TOKEN={secret}"), &[&secret])
    }),
    kind("stripe", |r| {
        let length = r.between(24, 99);
        let token =
            format!("{}{}", r.pick(&[concat!("sk_", "live_"), concat!("sk_", "test_"), concat!("rk_", "live_")]), r.text(BASE62, length));
        bare(r, token)
    }),
    kind("stripe-hook", |r| {
        let token = format!("{}{}", concat!("wh", "sec_"), r.text(BASE62, 32));
        bare(r, token)
    }),
    kind("square", |r| {
        let token = format!("{}{}", concat!("sq0", "atp-"), r.text(URL64, 22));
        bare(r, token)
    }),
    kind("shopify", |r| {
        let token = format!("{}{}", concat!("shp", "at_"), r.text(HEX, 32));
        bare(r, token)
    }),
    kind("paypal", |r| {
        let secret = format!("E{}", r.text(URL64, 79));
        around(format!("paypal.client.secret={secret}"), &[&secret])
    }),
    kind("postgres-uri", |r| {
        let form = r.pick(&["postgres", "postgresql", "postgresql+asyncpg"]);
        uri(r, form, 5432, "/docs?sslmode=require")
    }),
    kind("mysql-uri", |r| uri(r, "mysql", 3306, "/shop")),
    kind("mongodb-srv", |r| {
        let (user, secret) = (user(r), password(r).replace(['#', '^', '~', '*', '!', '+'], "x"));
        around(format!("mongodb+srv://{user}:{secret}@cluster0.ab1cd.mongodb.net/docs?retryWrites=true"), &[&secret])
    }),
    kind("mongodb-replicas", |r| {
        let (user, secret) = (user(r), r.password(BASE62, 18));
        around(format!("mongodb://{user}:{secret}@m-0.m:27017,m-1.m:27017/docs?replicaSet=rs0&authSource=admin"), &[&secret])
    }),
    kind("redis-uri", |r| {
        let secret = r.password(BASE62, 20);
        around(format!("redis://:{secret}@redis-master:6379/0"), &[&secret])
    }),
    kind("amqp-uri", |r| {
        let form = r.pick(&["amqp", "amqps"]);
        uri(r, form, 5672, "/%2fvhost")
    }),
    kind("jdbc", |r| {
        let secret = r.password(BASE62, 16);
        let text = match r.below(3) {
            0 => format!("jdbc:postgresql://db:5432/docs?user=app&password={secret}&ssl=true"),
            1 => format!("jdbc:mysql://app:{secret}@db:3306/docs"),
            _ => format!("jdbc:sqlserver://db:1433;databaseName=docs;user=sa;password={secret};encrypt=true"),
        };
        around(text, &[&secret])
    }),
    kind("sqlserver", |r| {
        let secret = r.password(BASE62, 16);
        around(format!("Server=tcp:db,1433;Initial Catalog=docs;User ID=sa;Password={secret};Encrypt=True;"), &[&secret])
    }),
    kind("mysql-dsn", |r| {
        let secret = r.password(BASE62, 14);
        around(format!("app:{secret}@tcp(mysql:3306)/shop?parseTime=true"), &[&secret])
    }),
    kind("libpq", |r| {
        let secret = r.password(BASE62, 14);
        around(format!("host=db port=5432 user=app password={secret} dbname=docs sslmode=disable"), &[&secret])
    }),
    kind("basic-auth", |r| {
        let secret = password(r);
        let auth = base64(format!("{}:{secret}", user(r)).as_bytes(), false, true);
        around(format!("Authorization: Basic {auth}"), &[&secret, auth.trim_end_matches('=')])
    }),
    kind("bearer", |r| {
        let length = r.between(24, 80);
        let token = r.text(URL64, length);
        let text = match r.below(3) {
            0 => format!("Authorization: Bearer {token}"),
            1 => format!("curl -H 'Authorization: Bearer {token}' https://example.org"),
            _ => format!("\"authorization\":[\"Bearer {token}\"]"),
        };
        around(text, &[&token])
    }),
    kind("cookie", |r| {
        let secret = r.text(BASE62, 32);
        let name = r.pick(&["sessionid", "connect.sid", "JSESSIONID", "auth_token", "_app_session"]);
        around(format!("Cookie: theme=dark; {name}={secret}; lang=en"), &[&secret])
    }),
    kind("proxy-userinfo", |r| {
        let secret = r.password(BASE62, 12);
        around(format!("HTTPS_PROXY=http://{}:{secret}@proxy.corp:3128", user(r)), &[&secret])
    }),
    kind("jwt", |r| {
        let head = base64url_json(r#"{"alg":"RS256","typ":"JWT"}"#);
        let body = base64url_json(&format!(r#"{{"sub":"{}","exp":1893456000}}"#, r.text(DIGITS, 10)));
        let token = format!("{head}.{body}.{}", r.text(URL64, 86));
        bare(r, token)
    }),
    kind("service-account-token", |r| {
        let head = base64url_json(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, r.text(URL64, 43)));
        let body = base64url_json(r#"{"aud":["https://kubernetes.default.svc"],"sub":"system:serviceaccount:prod:app"}"#);
        let token = format!("{head}.{body}.{}", r.text(URL64, 342));
        around(format!("token: {token}"), &[&token])
    }),
    kind("kubeconfig", |r| {
        let dashes = "-".repeat(5);
        let key = base64(format!("{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{}\n", r.text(BASE64, 64)).as_bytes(), false, true);
        around(format!("users:\n- name: admin\n  user:\n    client-key-data: {key}"), &[key.trim_end_matches('=')])
    }),
    kind("bootstrap-token", |r| {
        let token = format!("{}.{}", r.password(BASE36, 6), r.password(BASE36, 16));
        around(format!("kubeadm join 10.0.0.1:6443 --token {token} --discovery-token-ca-cert-hash sha256:{}", r.text(HEX, 64)), &[&token])
    }),
    kind("pem-rsa", |r| pem(r, "RSA PRIVATE KEY")),
    kind("pem-ec", |r| pem(r, "EC PRIVATE KEY")),
    kind("pem-pkcs8", |r| {
        let form = r.pick(&["PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]);
        pem(r, form)
    }),
    kind("pem-openssh", |r| pem(r, "OPENSSH PRIVATE KEY")),
    kind("pgp", |r| pem(r, "PGP PRIVATE KEY BLOCK")),
    kind("age", |r| {
        let token = format!("{}{}", concat!("AGE-SECRET", "-KEY-1"), r.text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58));
        bare(r, token)
    }),
    kind("wireguard", |r| {
        let key = base64(&r.bytes(32), false, true);
        let text = match r.below(3) {
            0 => format!("[Interface]\nPrivateKey = {key}\nAddress = 10.8.0.2/24"),
            1 => format!("PresharedKey = {key}"),
            _ => format!("WG_PRIVATE_KEY={key}"),
        };
        around(text, &[key.trim_end_matches('=')])
    }),
    kind("htpasswd", |r| {
        let hash = match r.below(3) {
            0 => format!("$apr1${}${}", r.text(BASE62, 8), r.text(BASE62, 22)),
            1 => format!("$2y$10${}", r.text(BASE62, 53)),
            _ => format!("{{SHA}}{}=", r.text(BASE64, 27)),
        };
        let secret = hash.trim_start_matches("{SHA}").to_owned();
        around(format!("{}:{hash}", user(r)), &[&secret])
    }),
    kind("shadow", |r| {
        let hash = format!("$6${}${}", r.text(BASE62, 16), r.text(BASE62, 86));
        around(format!("root:{hash}:19000:0:99999:7:::"), &[&hash])
    }),
    kind("totp", |r| {
        let seed = r.text(BASE32, 32);
        let text = if r.chance(2) { format!("otpauth://totp/Acme:bob?secret={seed}&issuer=Acme") } else { format!("TOTP_SEED={seed}") };
        around(text, &[&seed])
    }),
    kind("vault", |r| {
        let token = format!("{}{}", concat!("hv", "s."), r.text(URL64, 92));
        bare(r, token)
    }),
    kind("vault-batch", |r| {
        let token = format!("{}{}", concat!("hv", "b."), r.text(URL64, 140));
        bare(r, token)
    }),
    kind("openai", |r| {
        let token = if r.chance(2) {
            format!("{}{}", concat!("sk", "-"), r.text(BASE62, 48))
        } else {
            format!("{}{}", concat!("sk", "-proj-"), r.text(URL64, 120))
        };
        bare(r, token)
    }),
    kind("anthropic", |r| {
        let token = format!("{}{}", concat!("sk-", "ant-api03-"), r.text(URL64, 95));
        bare(r, token)
    }),
    kind("huggingface", |r| {
        let token = format!("{}{}", concat!("hf", "_"), r.text(&format!("{LOWER}{UPPER}"), 34));
        bare(r, token)
    }),
    kind("groq", |r| {
        let token = format!("{}{}", concat!("gs", "k_"), r.text(BASE62, 52));
        bare(r, token)
    }),
    kind("grafana", |r| {
        let token = format!("{}{}_{}", concat!("gl", "sa_"), r.text(BASE62, 32), r.text(HEX, 8));
        bare(r, token)
    }),
    kind("newrelic", |r| {
        let token = format!("{}{}", concat!("NR", "AK-"), r.text(UPPER36, 27));
        bare(r, token)
    }),
    kind("datadog", |r| {
        let key = r.text(HEX, 32);
        around(format!("DD_API_KEY={key}"), &[&key])
    }),
    kind("sentry-dsn", |r| {
        let key = r.text(HEX, 32);
        around(format!("SENTRY_DSN=https://{key}@o4501.ingest.sentry.io/1234"), &[&key])
    }),
    kind("tailscale", |r| {
        let token = format!("{}{}-{}", concat!("ts", "key-auth-"), r.text(BASE62, 12), r.text(BASE62, 32));
        bare(r, token)
    }),
    kind("terraform", |r| {
        let token = format!("{}.{}.{}", r.text(BASE62, 14), concat!("atlas", "v1"), r.text(BASE62, 67));
        bare(r, token)
    }),
    kind("unnamed-key", |r| {
        let length = r.between(36, 80);
        let token = r.text(BASE62, length);
        bare(r, token)
    }),
    kind("assigned-env", |r| assigned(r, 0)),
    kind("assigned-json", |r| assigned(r, 1)),
    kind("assigned-yaml", |r| assigned(r, 2)),
    kind("assigned-yaml-quoted", |r| assigned(r, 3)),
    kind("assigned-flag", |r| assigned(r, 4)),
    kind("assigned-xml", |r| assigned(r, 5)),
    kind("assigned-query", |r| assigned(r, 6)),
    kind("assigned-arrow", |r| assigned(r, 7)),
    kind("assigned-toml", |r| assigned(r, 8)),
    kind("assigned-go-map", |r| assigned(r, 9)),
    kind("assigned-pair", |r| assigned(r, 10)),
    kind("assigned-property", |r| assigned(r, 11)),
    kind("card-number", |r| {
        let mut digits = format!("{}{}", r.pick(&["4", "51", "55", "2720"]), r.text(DIGITS, 15));
        digits.truncate(15);
        let sum: u32 = digits
            .bytes()
            .rev()
            .enumerate()
            .map(|(at, byte)| {
                let digit = u32::from(byte - b'0');
                if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
            })
            .sum();
        let number = format!("{digits}{}", (10 - sum % 10) % 10);
        around(format!("charged {number} twice"), &[&number])
    }),
    personal("email", |r| {
        let address = format!("{}.{}@{}.{}", r.text(LOWER, 5), r.text(LOWER, 7), r.text(LOWER, 8), r.pick(&["com", "de", "org", "io"]));
        around(format!("notified {address} of it"), &[&address])
    }),
    personal("phone", |r| {
        let number = r.pick(&["+49 170 ", "+1-202-555-", "+44 20 7946 "]).to_owned() + &r.text(DIGITS, 4);
        around(format!("call {number} now"), &[&number])
    }),
    personal("ipv4", |r| {
        let address = format!("{}.{}.{}.{}", r.between(128, 223), r.below(256), r.below(256), r.between(1, 254));
        around(format!("dial tcp {address}:5432: refused"), &[&address])
    }),
    personal("ipv6", |r| {
        let address = format!("2a01:{}:{}::{}", r.text(HEX, 4), r.text(HEX, 4), r.text("123456789", 3));
        around(format!("peer [{address}]:443 gone"), &[&address])
    }),
    personal("mac", |r| {
        let address = (0..6).map(|_| r.text("123456789abcdef", 2)).collect::<Vec<_>>().join(":");
        around(format!("link/ether {address} brd ff:ff:ff:ff:ff:ff"), &[&address])
    }),
    personal("host-name", |r| {
        let host = format!(
            "{}-{}.{}.{}",
            r.pick(&["db", "web", "vpn"]),
            r.text(DIGITS, 2),
            r.text(LOWER, 9),
            r.pick(&["com", "de", "corp", "internal"])
        );
        around(format!("lookup {host}: no such host"), &[&host])
    }),
    personal("user-name", |r| {
        let user = format!("{}.{}", r.text(LOWER, 6), r.text(LOWER, 8));
        let text = match r.below(3) {
            0 => format!("login failed user={user} tty=1"),
            1 => format!("\"username\":\"{user}\""),
            _ => format!("user: {user}"),
        };
        around(text, &[&user])
    }),
];

/// Values of the cluster's own Secrets, which stand anywhere without a name.
pub(crate) const KNOWN: &[Kind] = &[
    kind("known-typed", |r| {
        let length = r.between(8, 24);
        let secret = r.password(TYPED, length);
        around(secret.clone(), &[&secret])
    }),
    kind("known-quotable", |r| {
        let length = r.between(10, 24);
        let secret = r.password(QUOTABLE, length);
        around(secret.clone(), &[&secret])
    }),
    kind("known-hex", |r| {
        let secret = r.text(HEX, 32);
        around(secret.clone(), &[&secret])
    }),
    kind("known-uuid", |r| {
        let secret = r.uuid();
        around(secret.clone(), &[&secret])
    }),
    kind("known-base64", |r| {
        let secret = base64(&r.bytes(24), false, true);
        around(secret.clone(), &[&secret])
    }),
    kind("known-greek", |r| {
        let secret = r.password(GREEK, 12);
        around(secret.clone(), &[&secret])
    }),
    kind("known-digits", |r| {
        let secret = r.text(DIGITS, 12);
        around(secret.clone(), &[&secret])
    }),
    kind("known-short", |r| {
        let secret = r.password(BASE36, 7);
        around(secret.clone(), &[&secret])
    }),
    kind("known-letters", |r| {
        let secret = r.text("qxzjkvwbfgyph", 14);
        around(secret.clone(), &[&secret])
    }),
    kind("known-phrase", |r| {
        let words = ["correct", "horse", "battery", "staple", "window", "garden", "purple", "monday", "engine", "silver"];
        let secret = (0..4).map(|_| r.pick(&words)).collect::<Vec<_>>().join("-");
        around(secret.clone(), &[&secret])
    }),
];
