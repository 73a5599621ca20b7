//! Runs the examples of every detector, and checks the table itself.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::{Level, Redactor};

    /// Splits `a⟦secret⟧b` into the plain text and its secrets.
    fn marked(example: &str) -> (String, Vec<String>) {
        let mut secrets = Vec::new();
        let mut rest = example;
        while let Some((_, after)) = rest.split_once('⟦') {
            let Some((secret, after)) = after.split_once('⟧') else { break };
            secrets.push(secret.to_owned());
            rest = after;
        }
        (example.replace(['⟦', '⟧'], ""), secrets)
    }

    #[test]
    fn examples_hold() {
        let mut wrong = Vec::new();
        for detector in super::super::all() {
            let redactor = Redactor::new([1; 32], detector.level);
            for example in detector.hits {
                let (text, secrets) = marked(example);
                let found: Vec<_> = super::super::set()
                    .alone(detector.id, text.as_bytes())
                    .iter()
                    .map(|span| text[span.start..span.end].to_owned())
                    .collect();
                if found != secrets {
                    wrong.push(format!("{}: finds {found:?} in {text:?}", detector.id));
                }
                let redacted = redactor.redact_str(&text);
                for secret in secrets {
                    if redacted.contains(&secret) {
                        wrong.push(format!("{}: {secret:?} stays in {redacted:?}", detector.id));
                    }
                }
            }
            for text in detector.misses {
                let found = super::super::set().alone(detector.id, text.as_bytes());
                if !found.is_empty() {
                    wrong.push(format!("{}: finds {found:?} in {text:?}", detector.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn table_is_sound() {
        assert_eq!(super::super::set().broken(), Vec::<&str>::new());
        let mut ids = BTreeSet::new();
        for detector in super::super::all() {
            let id = detector.id;
            assert!(ids.insert(id), "{id} twice");
            assert!(id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{id}");
            assert!(!detector.about.is_empty() && !detector.hits.is_empty() && !detector.misses.is_empty(), "{id}: examples");
            assert!(detector.literals.iter().all(|literal| literal.len() >= 3), "{id}: short literals are found everywhere");
            assert!(detector.level == Level::Strict || !detector.literals.is_empty() || detector.shape, "{id}: nothing makes it run");
        }
        assert!(ids.len() >= 90, "{}", ids.len());
    }
}
