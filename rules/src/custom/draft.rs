//! A file of rules, read and checked: TOML to [`CustomRule`]s, or what is wrong in which line.

use regex::RegexBuilder;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use tarbox_model::Rule;
use tarbox_model::finding::{Remedy, Severity};
use tarbox_model::log::{Family, Follower, Signature};
use tarbox_model::rule::{Effect, Level, Need};
use toml::Spanned;

use super::{COMPILED_LIMIT, CustomRule, PATTERN_LIMIT, Place, Problem, literals, placeholders};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Draft>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    id: Spanned<String>,
    title: String,
    #[serde(default = "usual_summary")]
    summary: String,
    #[serde(deserialize_with = "severity")]
    severity: Severity,
    #[serde(default = "usual_level", deserialize_with = "level")]
    level: Level,
    #[serde(default = "usual_family", deserialize_with = "family")]
    family: Family,
    pattern: Spanned<String>,
    #[serde(default)]
    literals: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    within: Option<Within>,
    #[serde(default = "once")]
    minimum: u64,
    #[serde(default = "usual_confidence")]
    confidence: f64,
    #[serde(default)]
    namespaces: Vec<String>,
    #[serde(default)]
    pods: Vec<String>,
    #[serde(default)]
    containers: Vec<String>,
    #[serde(default)]
    images: Vec<String>,
    #[serde(default, deserialize_with = "effects")]
    produces: Vec<Effect>,
    #[serde(default, deserialize_with = "effects")]
    explained_by: Vec<Effect>,
    #[serde(default)]
    remedies: Vec<Way>,
    examples: Vec<String>,
    #[serde(default)]
    counterexamples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Within {
    pattern: Spanned<String>,
    lines: Option<usize>,
    seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    text: String,
    #[serde(default)]
    command: String,
}

fn usual_summary() -> String {
    "{count} lines of `{workload}` say so, the last at {last}.".to_owned()
}

fn usual_level() -> Level {
    Level::Cause
}

fn usual_family() -> Family {
    Family::Application
}

fn usual_confidence() -> f64 {
    0.7
}

fn once() -> u64 {
    1
}

/// One of some names.
fn one_of<E: Error, T: Copy>(name: &str, known: &[(&str, T)]) -> Result<T, E> {
    let names = || known.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
    let found = known.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
    found.ok_or_else(|| E::custom(format!("`{name}` is none of {}", names())))
}

fn severity<'de, D: Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
    let all = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    one_of(&String::deserialize(from)?, &all.map(|s| (s.as_str(), s)))
}

fn level<'de, D: Deserializer<'de>>(from: D) -> Result<Level, D::Error> {
    one_of(&String::deserialize(from)?, &[Level::Cause, Level::Symptom, Level::Prevention].map(|l| (l.as_str(), l)))
}

fn family<'de, D: Deserializer<'de>>(from: D) -> Result<Family, D::Error> {
    let all = [
        ("connection", Family::Connection),
        ("authentication", Family::Authentication),
        ("resource", Family::Resource),
        ("application", Family::Application),
        ("fact", Family::Fact),
    ];
    one_of(&String::deserialize(from)?, &all)
}

fn effects<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Effect>, D::Error> {
    let known: Vec<(&str, Effect)> = Effect::ALL.iter().map(|e| (e.as_str(), *e)).collect();
    Vec::<String>::deserialize(from)?.iter().map(|name| one_of(name, &known)).collect()
}

/// The rules of a file.
///
/// # Errors
/// Everything that is wrong in it; when it is no TOML, or has fields that no rule has, the first such thing.
pub fn parse(file: &str, text: &str) -> Result<Vec<CustomRule>, Vec<Problem>> {
    let at = |offset: usize| text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
    let problem = |line, what: String| Problem { file: file.to_owned(), line, what };
    let drafts: File = toml::from_str(text)
        .map_err(|e| vec![problem(e.span().map_or(1, |span| at(span.start)), e.message().lines().collect::<Vec<_>>().join(" "))])?;
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for draft in drafts.rule {
        let line = at(draft.id.span().start);
        match finish(draft, (file.to_owned(), line)) {
            Ok(rule) => rules.push(rule),
            Err((offset, what)) => problems.push(problem(offset.map_or(line, at), what)),
        }
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}

/// Where in the file, if not at the rule's id, and what.
type Wrong = (Option<usize>, String);

/// A draft checked.
fn finish(draft: Draft, origin: (String, usize)) -> Result<CustomRule, Wrong> {
    let id = draft.id.get_ref().as_str();
    let wrong = |what: String| (None, what);
    if id.is_empty() || id.len() > 80 || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(wrong(format!("`{id}` is no id: use small letters, digits and hyphens, at most 80")));
    }
    if crate::find(id).is_some() || crate::signatures::all().any(|s| s.id == id) {
        return Err(wrong(format!("{id} is a built-in rule or signature; choose another id, such as `my-{id}`")));
    }
    if draft.examples.is_empty() {
        return Err(wrong(format!("{id} has no example; give at least one line that it must match")));
    }
    if !(draft.confidence > 0.0 && draft.confidence <= 1.0) || draft.minimum == 0 {
        return Err(wrong(format!("{id}: `confidence` is above 0 and at most 1, `minimum` at least 1")));
    }
    let regex = compile(&draft.pattern)?;
    let groups: Vec<&str> = regex.capture_names().flatten().collect();
    let objects = placeholders::OBJECT;
    let all: Vec<&str> = objects.iter().chain(&placeholders::FIGURES).copied().chain(groups).collect();
    let texts = [&draft.title, &draft.summary].into_iter().map(|t| (t, all.as_slice()));
    // What a log says never gets into a command: whoever writes the log would write the command.
    let ways = draft.remedies.iter().flat_map(|w| [(&w.text, all.as_slice()), (&w.command, objects.as_slice())]);
    for (text, known) in texts.chain(ways) {
        if let Some(name) = placeholders::unknown(text, known) {
            return Err(wrong(format!("{id}: {{{name}}} is not known here; there are {}", known.join(", "))));
        }
    }
    let words = words(&draft)?;
    let follower = follower(&draft)?;
    let id = leak(draft.id.into_inner());
    Ok(CustomRule {
        rule: Rule {
            id,
            title: leak(draft.title),
            level: draft.level,
            severity: draft.severity,
            guide: "Common Log Patterns",
            needs: &[Need::Logs],
            produces: Vec::leak(draft.produces),
            explained_by: Vec::leak(draft.explained_by),
            check: |_| Vec::new(),
        },
        signature: Signature {
            id,
            family: draft.family,
            literals: leak_all(words),
            pattern: leak(draft.pattern.into_inner()),
            unless: leak_all(draft.unless),
            examples: leak_all(draft.examples),
            counterexamples: leak_all(draft.counterexamples),
        },
        follower: follower.map(|f| Follower { signature: id, ..f }),
        origin,
        place: Place { namespaces: draft.namespaces, pods: draft.pods, containers: draft.containers, images: draft.images },
        minimum: draft.minimum,
        confidence: draft.confidence,
        summary: draft.summary,
        remedies: draft.remedies.into_iter().map(|w| Remedy { text: w.text, command: w.command }).collect(),
    })
}

/// A pattern within its limits.
fn compile(pattern: &Spanned<String>) -> Result<regex::Regex, Wrong> {
    let (place, pattern) = (Some(pattern.span().start), pattern.get_ref());
    if pattern.is_empty() || pattern.len() > PATTERN_LIMIT {
        return Err((place, format!("a pattern has 1 to {PATTERN_LIMIT} bytes")));
    }
    RegexBuilder::new(pattern).size_limit(COMPILED_LIMIT).build().map_err(|e| match e {
        regex::Error::CompiledTooBig(_) => (place, "the pattern grows too large; make its repetitions smaller".to_owned()),
        e => (place, format!("not a regular expression: {}", e.to_string().lines().last().unwrap_or_default())),
    })
}

/// Words that lead the scanner to the lines.
fn words(draft: &Draft) -> Result<Vec<String>, Wrong> {
    let place = Some(draft.pattern.span().start);
    if let Some(short) = draft.literals.iter().find(|l| l.len() < 3) {
        return Err((None, format!("literal `{short}` is too short; give at least three bytes")));
    }
    if draft.unless.iter().any(String::is_empty) {
        return Err((None, "an empty word in `unless` would exclude every line; take it out".to_owned()));
    }
    if !draft.literals.is_empty() {
        return Ok(draft.literals.clone());
    }
    let parsed = regex_syntax::parse(draft.pattern.get_ref()).map_err(|e| (place, e.to_string()))?;
    let why = "the pattern fixes no word of three letters, so every line would be looked at; \
        give `literals`, words of which a matching line holds one";
    literals::of(&parsed).ok_or_else(|| (place, why.to_owned()))
}

/// The line that must follow.
fn follower(draft: &Draft) -> Result<Option<Follower>, Wrong> {
    let Some(within) = &draft.within else { return Ok(None) };
    compile(&within.pattern)?;
    let place = Some(within.pattern.span().start);
    let lines = within.lines.unwrap_or(Follower::LINES);
    if within.lines.is_none() && within.seconds.is_none() {
        return Err((place, "`within` needs `lines` or `seconds`".to_owned()));
    }
    if lines == 0 || lines > Follower::LINES || within.seconds.is_some_and(|s| s < 0) {
        return Err((place, format!("`within`: lines are 1 to {}, seconds not negative", Follower::LINES)));
    }
    Ok(Some(Follower { signature: "", pattern: leak(within.pattern.get_ref().clone()), lines, seconds: within.seconds }))
}

fn leak(text: String) -> &'static str {
    String::leak(text)
}

fn leak_all(texts: Vec<String>) -> &'static [&'static str] {
    Vec::leak(texts.into_iter().map(leak).collect())
}

#[cfg(test)]
mod tests {
    use super::parse;

    const GOOD: &str = "[[rule]]\nid = \"queue-lost\"\ntitle = \"{workload} lost {queue}\"\nseverity = \"high\"\n\
        pattern = 'queue (?P<queue>\\w+) lost'\nexamples = [\"queue a lost\"]\nproduces = [\"not-ready\"]\n";

    fn complaint(text: &str) -> String {
        parse("a.toml", text).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_whole_rule_is_read() {
        let rules = parse("a.toml", GOOD).unwrap();
        assert_eq!((rules[0].rule.id, rules[0].signature.literals, rules[0].origin.1), ("queue-lost", &["queue "][..], 2));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (from, to, words) in [
            ("queue-lost", "secret-missing", "a.toml:2: secret-missing is a built-in rule"),
            ("queue-lost", "Queue", "a.toml:2: `Queue` is no id"),
            ("\"high\"", "\"bad\"", "a.toml:4: `bad` is none of low, medium, high, critical"),
            ("not-ready", "nope", "`nope` is none of control-plane-down"),
            ("{queue}", "{tail}", "{tail} is not known here; there are namespace"),
            ("queue (?P", "(((?P", "a.toml:5: not a regular expression"),
            ("(?P<queue>\\w+)", "(?P<queue>\\w{1000}){90}", "a.toml:5: the pattern grows too large"),
            ("queue (?P<queue>\\w+) lost", "(?P<queue>\\d)", "a.toml:5: the pattern fixes no word"),
            ("[\"queue a lost\"]", "[]", "has no example"),
            ("severity", "gravity", "a.toml:4: unknown field `gravity`"),
            ("[[rule]]", "[[rule]", "a.toml:1: "),
            ("produces", "minimum = 0\nproduces", "`minimum` at least 1"),
            ("produces", "within = {pattern = \"x\"}\nproduces", "a.toml:7: `within` needs"),
            ("produces", "remedies = [{text = \"a\", command = \"rm {queue}\"}]\nproduces", "{queue} is not known here"),
        ] {
            let said = complaint(&GOOD.replacen(from, to, 1));
            assert!(said.contains(words), "{to}: {said}");
        }
    }
}
