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
                let (redacted, counts) = redactor.redact_counted(&text);
                if counts.get(detector.id) == 0 {
                    wrong.push(format!("{}: not counted in {text:?} ({counts:?})", detector.id));
                }
                for secret in secrets {
                    if redacted.contains(&secret) {
                        wrong.push(format!("{}: {secret:?} stays in {redacted:?}", detector.id));
                    }
                }
                for part in example.split(['⟦', '⟧']).step_by(2).filter(|part| !part.trim().is_empty()) {
                    if !redacted.contains(part) {
                        wrong.push(format!("{}: {part:?} went from {redacted:?}", detector.id));
                    }
                }
            }
            for text in detector.misses {
                let (redacted, counts) = redactor.redact_counted(text);
                if counts.get(detector.id) != 0 {
                    wrong.push(format!("{}: {text:?} became {redacted:?}", detector.id));
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
            assert!(ids.insert(detector.id), "{} twice", detector.id);
            assert!(
                detector.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                    && detector.id.len() <= 32,
                "{}",
                detector.id
            );
            assert!(!detector.about.is_empty() && !detector.hits.is_empty() && !detector.misses.is_empty(), "{}: examples", detector.id);
            assert!(
                detector.level == Level::Strict || !detector.literals.is_empty(),
                "{}: without literals it would run on everything",
                detector.id
            );
        }
    }
}
