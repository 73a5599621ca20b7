//! Which names announce a secret: `DB_PASSWORD`, `clientSecret`, `--api-key`; and which only sound so: `secretName`, `tokenTTL`, `passwordPolicy`.

/// How much a name promises about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sensitivity {
    /// Says nothing.
    None,
    /// Often a secret, often the name of one (`secret`, `token`, `credentials`): the value decides.
    Weak,
    /// A secret, whatever it looks like (`password`, `apiKey`).
    Strong,
}

/// Words that are secrets by themselves.
const STRONG: &[&str] = &[
    "passwd",
    "password",
    "passwords",
    "passphrase",
    "passphrases",
    "passcode",
    "pwd",
    "passwort",
    "pw",
    "apikey",
    "apikeys",
    "apitoken",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "secretkey",
    "secretaccesskey",
    "clientsecret",
    "privatekey",
    "accesskey",
    "requirepass",
    "masterauth",
    "authpass",
    "userpass",
    "dbpass",
    "rootpw",
    "bindpw",
    "storepass",
    "keypass",
    "htpasswd",
    "keyfilecontent",
    "otpauth",
    "totp",
    "mnemonic",
];

/// Words that are secrets when nothing follows them: `Authorization`, but not `authorization.k8s.io`, `--authorization-mode`.
const STRONG_LAST: &[&str] = &["authorization"];

/// Word endings that are secrets: `pgpassword`, `mysqlpasswd`.
const STRONG_ENDINGS: &[&str] = &["password", "passwd", "passphrase", "apikey", "authtoken", "accesstoken", "secretkey"];

/// Words that often are.
const WEAK: &[&str] = &[
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "creds",
    "cred",
    "cookie",
    "cookies",
    "jwt",
    "sessionid",
    "sid",
    "salt",
    "pepper",
    "seed",
    "pin",
    "otp",
    "dockerconfigjson",
    "pass",
];

/// Word endings that often are: `authsecret`, `slacktoken`.
const WEAK_ENDINGS: &[&str] = &["secret", "token", "credentials"];

/// Two words in a row that are one secret.
const PAIRS: &[(&str, &str)] = &[
    ("access", "key"),
    ("account", "key"),
    ("api", "key"),
    ("app", "key"),
    ("application", "key"),
    ("auth", "key"),
    ("auth", "pass"),
    ("basic", "auth"),
    ("client", "key"),
    ("cookie", "key"),
    ("data", "key"),
    ("deploy", "key"),
    ("encryption", "key"),
    ("hmac", "key"),
    ("hook", "key"),
    ("integration", "key"),
    ("license", "key"),
    ("licence", "key"),
    ("master", "key"),
    ("pass", "key"),
    ("preshared", "key"),
    ("private", "key"),
    ("root", "pass"),
    ("secret", "key"),
    ("secret", "id"),
    ("service", "key"),
    ("session", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("signature", "key"),
    ("ssh", "key"),
    ("storage", "key"),
    ("subscription", "key"),
    ("user", "pass"),
    ("db", "pass"),
    ("wireguard", "key"),
    ("write", "key"),
    ("webhook", "key"),
    ("bearer", "token"),
    ("require", "pass"),
    ("key", "pass"),
    ("store", "pass"),
    ("api", "token"),
    ("auth", "token"),
    ("access", "token"),
    ("refresh", "token"),
    ("id", "token"),
    ("session", "token"),
    ("bot", "token"),
    ("client", "secret"),
    ("private", "token"),
    ("security", "token"),
    ("webhook", "secret"),
    ("jwt", "secret"),
    ("secret", "access"),
];

/// A last word that makes the whole a name, a place, a policy or a number about secrets.
const ABOUT: &[&str] = &[
    "age",
    "alg",
    "algorithm",
    "annotation",
    "annotations",
    "api",
    "audience",
    "audiences",
    "backend",
    "bytes",
    "cache",
    "changed",
    "check",
    "checksum",
    "class",
    "config",
    "configmap",
    "controller",
    "count",
    "created",
    "data",
    "date",
    "days",
    "dir",
    "directory",
    "disabled",
    "driver",
    "duration",
    "enable",
    "enabled",
    "endpoint",
    "engine",
    "env",
    "error",
    "errors",
    "exists",
    "expiration",
    "expired",
    "expires",
    "expiry",
    "field",
    "fields",
    "file",
    "filename",
    "files",
    "format",
    "found",
    "generation",
    "generator",
    "grace",
    "group",
    "header",
    "headers",
    "host",
    "hours",
    "in",
    "index",
    "informer",
    "interval",
    "issuer",
    "key",
    "keyring",
    "keys",
    "kind",
    "label",
    "labels",
    "length",
    "lifetime",
    "limit",
    "lister",
    "list",
    "lookup",
    "manager",
    "max",
    "method",
    "metadata",
    "millis",
    "min",
    "minutes",
    "missing",
    "mode",
    "mount",
    "mounts",
    "ms",
    "name",
    "names",
    "namespace",
    "namespaces",
    "operator",
    "optional",
    "options",
    "path",
    "paths",
    "period",
    "policies",
    "policy",
    "port",
    "prefix",
    "projection",
    "provider",
    "ref",
    "reference",
    "references",
    "refs",
    "region",
    "renewal",
    "request",
    "requests",
    "required",
    "resource",
    "resources",
    "review",
    "reviewer",
    "reviews",
    "revision",
    "role",
    "rotation",
    "seconds",
    "second",
    "minute",
    "secs",
    "selector",
    "server",
    "service",
    "size",
    "sync",
    "source",
    "sources",
    "state",
    "status",
    "store",
    "storage",
    "strategy",
    "suffix",
    "syncer",
    "target",
    "template",
    "test",
    "time",
    "timeout",
    "ttl",
    "type",
    "types",
    "uid",
    "uuid",
    "updated",
    "uri",
    "url",
    "urls",
    "usage",
    "used",
    "validation",
    "valid",
    "validator",
    "version",
    "versions",
    "volume",
    "volumes",
    "watcher",
    "webhook",
    "claim",
    "claims",
    "scope",
    "scopes",
    "exchange",
    "issued",
    "signer",
    "username",
    "user",
    "id",
    "ids",
    "public",
    "publickey",
];

/// Reads a name: environment variable, field, flag, header, property.
pub(crate) fn sensitivity(name: &str) -> Sensitivity {
    if name.len() > 256 {
        return Sensitivity::None;
    }
    let words = words(name);
    let Some(last) = words.last() else { return Sensitivity::None };
    let mut found = Sensitivity::None;
    let mut by_pair_at_end = false;
    for (at, word) in words.iter().enumerate() {
        let word = word.as_str();
        if STRONG.contains(&word)
            || at + 1 == words.len() && STRONG_LAST.contains(&word)
            || STRONG_ENDINGS.iter().any(|ending| word.ends_with(ending))
        {
            found = Sensitivity::Strong;
        } else if WEAK.contains(&word) || (word.len() > 6 && WEAK_ENDINGS.iter().any(|ending| word.ends_with(ending))) {
            found = found.max(if word == "pass" && words.len() == 1 { Sensitivity::Strong } else { Sensitivity::Weak });
        }
        if let Some(next) = words.get(at + 1)
            && PAIRS.contains(&(word, next.as_str()))
        {
            found = Sensitivity::Strong;
            by_pair_at_end = at + 2 == words.len();
        }
    }
    if found == Sensitivity::None {
        return found;
    }
    if by_pair_at_end {
        // `secretKey: mongodb-url` names a key, `SECRET_KEY=x9…` is one: the value decides.
        let ambiguous = words.iter().rev().take(2).map(String::as_str).eq(["key", "secret"]);
        return if ambiguous { Sensitivity::Weak } else { Sensitivity::Strong };
    }
    let numbered = last.bytes().all(|byte| byte.is_ascii_digit());
    let noun = if numbered && words.len() > 1 { words.get(words.len() - 2).unwrap_or(last) } else { last };
    if ABOUT.contains(&noun.as_str())
        || noun.strip_suffix("es").or_else(|| noun.strip_suffix('s')).is_some_and(|noun| ABOUT.contains(&noun))
    {
        return if noun == "key" || noun == "data" { Sensitivity::Weak } else { Sensitivity::None };
    }
    found
}

/// Whether a name is worth a second look in text, by the cheapest test; [`sensitivity`] decides.
pub(crate) const HINTS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "api.key",
    "access_key",
    "access-key",
    "accesskey",
    "account_key",
    "accountkey",
    "account-key",
    "private_key",
    "private-key",
    "privatekey",
    "encryption_key",
    "encryption-key",
    "encryptionkey",
    "signing_key",
    "signing-key",
    "signingkey",
    "auth_key",
    "auth-key",
    "authkey",
    "master_key",
    "masterkey",
    "master-key",
    "shared_key",
    "shared-key",
    "sharedkey",
    "session_key",
    "sessionkey",
    "deploy_key",
    "deploykey",
    "license_key",
    "license-key",
    "licensekey",
    "app_key",
    "appkey",
    "app-key",
    "hmac_key",
    "hmackey",
    "storage_key",
    "storagekey",
    "service_key",
    "servicekey",
    "subscription-key",
    "subscriptionkey",
    "credential",
    "masterauth",
    "basicauth",
    "basic_auth",
    "rootpw",
    "bindpw",
    "authorization",
    "cookie",
    "presharedkey",
    "preshared_key",
    "ssh_key",
    "sshkey",
    "client_key",
    "write_key",
    "writekey",
    "integration_key",
    "jwt",
    "totp",
    "mnemonic",
    "salt",
];

/// Lower-case words of a name in any case style: `dbPassword`, `DB_PASSWORD`, `db-password`, `spring.datasource.password`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, char) in chars.iter().enumerate() {
        if !char.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        // A new word begins at `aB`, and at the last capital of `ABc`.
        let starts = char.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(char.to_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    // `password2` is a password.
    for word in &mut words {
        let letters = word.trim_end_matches(|char: char| char.is_ascii_digit()).len();
        if letters > 0 {
            word.truncate(letters);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_by_name() {
        for name in [
            "password",
            "DB_PASSWORD",
            "spring.datasource.password",
            "mongoRootPassword",
            "PGPASSWORD",
            "api-key",
            "x-api-key",
            "apiKey",
            "clientSecret",
            "AWS_SECRET_ACCESS_KEY",
            "--admin-password",
            "passwordHash",
            "PASSWORD_POSTGRES",
            "db_pass",
            "Authorization",
            "Proxy-Authorization",
            "accessToken",
            "id_token",
            "private_key",
            "password2",
            "MONGODB_ROOT_PASSWORD_1",
            "pass",
            "secret_id",
            "APIKey",
        ] {
            assert_eq!(sensitivity(name), Sensitivity::Strong, "{name}");
        }
        for name in ["token", "secret", "TOKEN", "credentials", "SECRET_KEY", "webhookToken", "passwordKey"] {
            assert_eq!(sensitivity(name), Sensitivity::Weak, "{name}");
        }
    }

    #[test]
    fn names_about_secrets() {
        for name in [
            "secretName",
            "secretKeyRef",
            "secretRef",
            "tokenExpirationSeconds",
            "passwordPolicy",
            "tokenTTL",
            "imagePullSecretsRef",
            "PASSWORD_FILE",
            "token_path",
            "tokenUrl",
            "key",
            "keys",
            "publicKey",
            "partitionKey",
            "existingSecretName",
            "passenger",
            "bypass",
            "compass",
            "passing",
            "tokenizer",
            "author",
            "authority",
            "monkey",
            "serviceAccountName",
            "passthrough",
            "accessKeyId",
            "tokenReview",
            "secretProviderClass",
            "",
            "-",
        ] {
            assert_eq!(sensitivity(name), Sensitivity::None, "{name}");
        }
    }
}
