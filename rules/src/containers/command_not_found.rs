//! # command-not-found
//!
//! The command of a container is not in its image.
//!
//! ## What it detects
//! Containers that the runtime cannot begin because their command is not there, and shells that end with code 127. It tells a
//! word that should have been several, a script whose interpreter is missing, and a command that changed with the revision.
//!
//! ## Why it happens
//! A typing error in `command`, a whole command line in one word, an image that has moved the program or has no shell, or a
//! script with Windows line ends, whose first line then names an interpreter that does not exist.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: *executable file not found in $PATH*, *no such file or directory*, or exit code 127.
//!
//! ## How to fix
//! Correct `command` and `args`, or the image.
//!
//! ## When it stays silent
//! When the container runs and is ready, and when a file that the running process wants is missing: that is config-file-missing.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::start::{Refusal, Refused, refused};
use super::told::{Told, told};
use super::trouble::{Trouble, troubled};
use crate::commands::{edit, undo};

/// The rule.
pub static RULE: Rule = Rule {
    id: "command-not-found",
    title: "The command of a container is not in its image",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Application Startup Failure",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted, Effect::Exits],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let refused: Vec<Refused<'_>> = refused(context);
    let by_runtime = refused.iter().filter(|r| matches!(r.refusal, Refusal::CommandMissing | Refusal::NoCommand)).map(by_runtime);
    let told: Vec<Told<'_>> = told(context, &["command-missing"]).into_iter().filter(|t| ended_with(&t.trouble, 127)).collect();
    let by_shell = told.iter().filter_map(by_shell);
    let heard = |t: &Trouble<'_>| {
        let same = |o: &Trouble<'_>| std::ptr::eq(o.pod, t.pod) && o.view.spec.name == t.view.spec.name;
        refused.iter().any(|r| same(&r.trouble)) || told.iter().any(|o| same(&o.trouble))
    };
    let silent = troubled(context).into_iter().filter(|t| ended_with(t, 127) && !heard(t));
    by_runtime.chain(by_shell).chain(silent.map(|t| by_code(&t))).collect()
}

fn ended_with(trouble: &Trouble<'_>, code: i32) -> bool {
    trouble.end.as_ref().is_some_and(|(end, _)| end.exit_code == code)
}

fn by_runtime(refused: &Refused<'_>) -> Finding {
    let (trouble, owner) = (&refused.trouble, refused.trouble.owner());
    let container = trouble.view.spec.name.as_str();
    let (title, why) = match refused.program() {
        _ if refused.refusal == Refusal::NoCommand => (
            format!("Container `{container}` of `{}` has no command", owner.name),
            "Neither the pod nor the image says what to run.".to_owned(),
        ),
        Some(program) => (format!("Command `{program}` of `{}` is not in the image", owner.name), why(trouble, program)),
        None => (format!("The command of `{}` is not in the image", owner.name), String::new()),
    };
    // The kernel speaks of the file that it was given when the interpreter, or the loader, is what is missing.
    let interpreter = refused.words.starts_with("exec /") && refused.words.contains("no such file");
    let script = if interpreter {
        " If the file is there, its interpreter or loader is not: a first line with Windows line ends, or a program built for another C library."
    } else {
        ""
    };
    let finding = refused
        .finding(title)
        .summary(format!("Container `{container}` cannot begin. {why}{script} The runtime says: {}", refused.words))
        .confidence(0.97)
        .evidence(refused.command());
    remedies(finding, trouble)
}

/// What the command's own form tells.
fn why(trouble: &Trouble<'_>, program: &str) -> String {
    let spec = trouble.view.spec;
    if program.trim().contains(' ') {
        return format!("The whole line `{program}` stands in one word of `command`; each word must be an item of its own.");
    }
    if spec.command.is_empty() && spec.args.first().is_some_and(|a| a == program) {
        return format!("`{program}` comes from `args`: the image has no entry point, so the first of them is taken for the command.");
    }
    if spec.command.is_empty() {
        return format!("`{program}` is the image's own entry point: the image itself is at fault.");
    }
    format!("`{program}` comes from the pod's `command`.")
}

fn by_shell(told: &Told<'_>) -> Option<Finding> {
    let program = told.name()?;
    let finding = told
        .finding(format!("Command `{program}` of `{}` is not in the image", told.trouble.owner().name))
        .summary(format!(
            "A shell in container `{}` does not find `{program}` and ends with code 127. It says: `{}`",
            told.trouble.view.spec.name,
            told.hit.first.text.trim()
        ))
        .confidence(0.93);
    Some(remedies(finding, &told.trouble))
}

fn by_code(trouble: &Trouble<'_>) -> Finding {
    let (owner, (first, last)) = (trouble.owner(), trouble.seen());
    let pointer = trouble.end.as_ref().map_or("", |(_, pointer)| pointer.as_str());
    let finding = Finding::new(
        trouble.pod.reference(),
        format!("A command of `{}` is not in the image", owner.name),
        trouble.pod.evidence(format!("{pointer}/exitCode"), "127"),
    )
    .summary(format!("Container `{}` ends with code 127, by which a shell says that it does not find a command.", trouble.view.spec.name))
    .workload(trouble.workload.cloned())
    .confidence(0.75)
    .seen(first, last);
    remedies(finding, trouble)
}

fn remedies(finding: Finding, trouble: &Trouble<'_>) -> Finding {
    let owner = trouble.owner();
    let finding = finding.remedy("Correct `command` and `args` of the container. This starts new pods.", edit(&owner));
    match undo(&owner) {
        Some(undo) => finding.remedy("Or, if the revision before ran, go back to it. This starts new pods.", undo),
        None => finding,
    }
}
