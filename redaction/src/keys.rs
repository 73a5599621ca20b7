//! Which names announce a secret: `DB_PASSWORD`, `clientSecret`, `--api-key`; and which only sound so: `secretName`, `tokenTTL`, `passwordPolicy`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// How much a name promises about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sensitivity {
    /// Says nothing.
    None,
    /// Some kind of key or code (`STRIPE_KEY`, `auth`): a secret when it looks like one.
    Faint,
    /// Often a secret, often the name of one (`secret`, `token`, `credentials`): a secret unless it looks like a name.
    Weak,
    /// A secret, whatever it looks like (`password`, `apiKey`).
    Strong,
}

/// Words that are secrets by themselves, in the languages that configuration is written in.
const STRONG: &str = "passwd password passe passphrase passcode pwd passwort kennwort pw apikey apitoken authtoken accesstoken refreshtoken \
     secretkey secretaccesskey clientsecret privatekey accesskey requirepass masterauth authpass userpass dbpass rootpw \
     bindpw storepass keypass htpasswd keyfilecontent otpauth totp mnemonic contrasena contraseña senha motdepasse mdp \
     parola wachtwoord haslo hasło lösenord adgangskode salasana heslo jelszo şifre пароль 密码 密碼 口令 パスワード 비밀번호";

/// Words that are secrets when nothing follows them: `Authorization`, but not `authorization.k8s.io`, `--authorization-mode`.
const STRONG_LAST: &str = "authorization";

/// Word endings that are secrets: `pgpassword`, `mysqlpasswd`.
const STRONG_ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "authtoken",
    "accesstoken",
    "secretkey",
    "passwort",
    "kennwort",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
];

/// Words that often are.
const WEAK: &str = "secret token credential cred cookie jwt sessionid sid salt pepper seed pin otp dockerconfigjson pass";

/// Word endings that often are: `authsecret`, `slacktoken`.
const WEAK_ENDINGS: &[&str] = &["secret", "token", "credentials"];

/// Last words that may be.
const FAINT: &str = "key auth code signature sig session phrase clave chiave";

/// What stands before a last `key` that is none of a lock: keys of maps, tables, files, and those that everybody may have.
const PLAIN_BEFORE: &str = "primary foreign partition sort public pub cache routing group index row object topology label annotation config registry lock map shard \
     range idempotency dedup host hostname record storage translation message metric node pod field header hot short arrow map error exit status response country zip \
     postal region currency language locale lang return reason commit git source content file image config data block tree merkle build version";

/// What stands before a last `pass` that is no password.
const PLAIN_BEFORE_PASS: &str =
    "first second third single double multi two one test tests render low high band last next final all proxy by";

/// Two words in a row that are one secret, by the second.
const PAIRS: &[(&str, &str)] = &[
    ("secret", "access"),
    ("basic", "auth"),
    ("secret", "id"),
    (
        "access account api app application auth client cookie data deploy encryption hmac hook integration licence license master pass preshared private secret service session shared signature signing ssh storage subscription webhook wireguard write",
        "key",
    ),
    ("auth db key require root store user", "pass"),
    ("client jwt webhook", "secret"),
    ("access api auth bearer bot id private refresh security session", "token"),
];

/// A last word that makes the whole a name, a place, a policy or a number about secrets; also in the plural.
const ABOUT: &str = "age alg algorithm annotation api audience backend bytes cache changed check checksum claim class config configmap \
     controller count created data date days dir directory disabled driver duration enable enabled endpoint engine env \
     error exchange exists expiration expired expires expiry field file filename format found generation generator grace \
     group header host hours id in index informer interval issued issuer key keyring kind label length lifetime limit list \
     lister lookup manager max metadata method millis min minute missing mode mount ms name namespace operator optional \
     options path period policies policy port prefix projection provider public publickey ref reference region renewal \
     request required resource review reviewer revision role rotation scope second secs selector server service signer size \
     source state status storage store strategy suffix sync syncer target template test time timeout ttl type uid updated \
     uri url usage used user username uuid valid validation validator version volume watcher webhook";

/// Words in a name that say that its value is for everybody: what looks like a key there is none.
const PUBLIC: &str = "pub public cert certificate crt bundle cabundle ca digest hash checksum sum sha md fingerprint thumbprint etag integrity continue cursor \
     page request trace span correlation kid keyid revision version commit image identifier uid uuid icon logo publickey pubkey csr amz cf";

/// What the words mean, by word.
struct Meanings {
    words: HashMap<Cow<'static, str>, u16>,
    pairs: HashSet<(&'static str, &'static str)>,
}

const IS_STRONG: u16 = 1;
const IS_STRONG_LAST: u16 = 2;
const IS_WEAK: u16 = 4;
const IS_FAINT: u16 = 8;
const IS_ABOUT: u16 = 16;
const IS_PLAIN_BEFORE: u16 = 32;
const IS_PLAIN_BEFORE_PASS: u16 = 64;
const IS_FIRST: u16 = 128;
const IS_PUBLIC: u16 = 256;

static MEANINGS: LazyLock<Meanings> = LazyLock::new(|| {
    let mut meanings = Meanings { words: HashMap::new(), pairs: HashSet::new() };
    for (words, meaning) in [
        (STRONG, IS_STRONG),
        (STRONG_LAST, IS_STRONG_LAST),
        (WEAK, IS_WEAK),
        (FAINT, IS_FAINT),
        (ABOUT, IS_ABOUT),
        (PLAIN_BEFORE, IS_PLAIN_BEFORE),
        (PLAIN_BEFORE_PASS, IS_PLAIN_BEFORE_PASS),
        (PUBLIC, IS_PUBLIC),
    ] {
        words.split_whitespace().for_each(|word| *meanings.words.entry(word.into()).or_default() |= meaning);
    }
    for (firsts, second) in PAIRS {
        for first in firsts.split_whitespace() {
            *meanings.words.entry(first.into()).or_default() |= IS_FIRST;
            // Flags and properties are often written without a joint: `--encryptionkey`.
            *meanings.words.entry(format!("{first}{second}").into()).or_default() |= IS_STRONG;
            meanings.pairs.insert((first, second));
        }
    }
    meanings
});

impl Meanings {
    fn of(&self, word: &str) -> u16 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// What a word means, or the word without its plural.
    fn singular(&self, word: &str) -> u16 {
        let without = |ending| word.strip_suffix(ending).map_or(0, |word| self.of(word));
        self.of(word) | without("s") | without("es")
    }
}

/// Names that a thread has judged; field names repeat all the time.
const REMEMBERED: usize = 8192;

/// What a name says about its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judgement {
    pub(crate) sensitivity: Sensitivity,
    /// Everybody may have the value.
    pub(crate) public: bool,
}

/// Reads a name: environment variable, field, flag, header, property.
pub(crate) fn judged(name: &str) -> Judgement {
    thread_local! {
        static JUDGED: RefCell<HashMap<Box<str>, Judgement>> = RefCell::default();
    }
    if name.len() > 256 {
        return Judgement { sensitivity: Sensitivity::None, public: false };
    }
    JUDGED.with_borrow_mut(|judged| {
        if let Some(known) = judged.get(name) {
            return *known;
        }
        // `-DdbPassword` sets the property `dbPassword`.
        let words = words(name.strip_prefix("-D").unwrap_or(name));
        let public = words.iter().any(|word| MEANINGS.singular(word) & IS_PUBLIC != 0);
        // `PWD` is where a shell is, too.
        let most = if matches!(name, "PWD" | "OLDPWD") { Sensitivity::Weak } else { Sensitivity::Strong };
        let found = Judgement { sensitivity: judge(&words).min(most), public };
        if judged.len() < REMEMBERED {
            judged.insert(name.into(), found);
        }
        found
    })
}

/// How much a name promises about its value.
pub(crate) fn sensitivity(name: &str) -> Sensitivity {
    judged(name).sensitivity
}

/// Whether a name says that its value is for everybody.
pub(crate) fn is_public(name: &str) -> bool {
    judged(name).public
}

fn judge(words: &[String]) -> Sensitivity {
    let meanings = &*MEANINGS;
    let Some(last) = words.last() else { return Sensitivity::None };
    let mut found = Sensitivity::None;
    let mut by_pair_at_end = false;
    for (at, word) in words.iter().enumerate() {
        let is_last = at + 1 == words.len();
        let meaning = meanings.singular(word);
        let ends = |endings: &[&str]| {
            endings.iter().any(|ending| word.ends_with(ending) || word.strip_suffix('s').is_some_and(|word| word.ends_with(ending)))
        };
        if meaning & IS_STRONG != 0 || is_last && meaning & IS_STRONG_LAST != 0 || ends(STRONG_ENDINGS) || holds_password(word, meanings) {
            found = Sensitivity::Strong;
        } else if word == "pass" && is_last {
            let before = at.checked_sub(1).and_then(|at| words.get(at)).map_or(0, |before| meanings.of(before));
            found = found.max(if before & IS_PLAIN_BEFORE_PASS == 0 { Sensitivity::Strong } else { Sensitivity::None });
        } else if meaning & IS_WEAK != 0 || (word.len() > 6 && ends(WEAK_ENDINGS)) {
            found = found.max(Sensitivity::Weak);
        }
        if meanings.of(word) & IS_FIRST != 0
            && let Some(next) = words.get(at + 1)
            && (meanings.pairs.contains(&(word.as_str(), next.as_str()))
                || next.strip_suffix('s').is_some_and(|next| meanings.pairs.contains(&(word.as_str(), next))))
        {
            found = Sensitivity::Strong;
            by_pair_at_end = at + 2 == words.len();
        }
    }
    if found == Sensitivity::None {
        let before = words.len().checked_sub(2).and_then(|at| words.get(at)).map_or(0, |before| meanings.singular(before));
        let faint = meanings.of(last) & IS_FAINT != 0 && before & IS_PLAIN_BEFORE == 0;
        return if faint { Sensitivity::Faint } else { Sensitivity::None };
    }
    if by_pair_at_end {
        // `secretKey: mongodb-url` names a key, `SECRET_KEY=x9…` is one: the value decides.
        let ambiguous = words.iter().rev().take(2).map(String::as_str).eq(["key", "secret"]);
        return if ambiguous { Sensitivity::Weak } else { Sensitivity::Strong };
    }
    if words.iter().any(|word| matches!(word.as_str(), "checksum" | "digest" | "fingerprint")) {
        return Sensitivity::None;
    }
    let numbered = last.bytes().all(|byte| byte.is_ascii_digit());
    let noun = if numbered && words.len() > 1 { words.get(words.len() - 2).unwrap_or(last) } else { last };
    if meanings.singular(noun) & IS_ABOUT != 0 {
        return if noun == "key" || noun == "data" { Sensitivity::Weak } else { Sensitivity::None };
    }
    found
}

/// `passwordhash`, `mypassword1x`; not `passwordless`, `passwordfile`.
fn holds_password(word: &str, meanings: &Meanings) -> bool {
    word.split_once("password").is_some_and(|(_, rest)| !matches!(rest, "less" | "protected") && meanings.singular(rest) & IS_ABOUT == 0)
}

/// Pieces of names that are worth a second look in text, by the cheapest test; [`sensitivity`] decides.
pub(crate) const HINTS: &[&str] = &[
    "adgangskode",
    "auth",
    "bindpw",
    "chiave",
    "clave",
    "code",
    "contrase",
    "cookie",
    "credential",
    "haslo",
    "heslo",
    "jelszo",
    "jwt",
    "kennwort",
    "key",
    "lösenord",
    "mdp",
    "mnemonic",
    "otp",
    "parola",
    "pass",
    "pepper",
    "phrase",
    "pwd",
    "salasana",
    "salt",
    "secret",
    "seed",
    "senha",
    "session",
    "sid",
    "signature",
    "token",
    "wachtwoord",
    "Пароль",
    "пароль",
    "パスワード",
    "口令",
    "密码",
    "密碼",
    "비밀번호",
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
        for name in ["key", "STRIPE_KEY", "unlock_code", "X-Auth"] {
            assert_eq!(sensitivity(name), Sensitivity::Faint, "{name}");
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
