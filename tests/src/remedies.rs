//! What no remedy may hold: a stand-in for a name that the bundle knows. A secret's value, a user, a password, a token and what else
//! only a person can say stand in capitals: `VALUE`, `USER`, `PASSWORD`, `TOKEN`, `DATABASE`.

use tarbox_model::analysis::Analysis;

/// Words that stand for the name of something.
const STAND_INS: [&str; 24] = [
    "ADDRESS",
    "AMOUNT",
    "CLASS",
    "CONTAINER",
    "DEPLOYMENT",
    "FILE",
    "HOST",
    "IMAGE",
    "KEY",
    "LABEL",
    "MIRROR",
    "NAME",
    "NAMESPACE",
    "NODE",
    "PATH",
    "POD",
    "PORT",
    "PRIMARY",
    "REGISTRY",
    "REPOSITORY",
    "REVISION",
    "SERVICE",
    "SIZE",
    "TAG",
];

/// The stand-ins in the commands of an analysis, with the finding that has them.
pub fn stand_ins(analysis: &Analysis) -> Vec<String> {
    let commands = analysis.findings.iter().flat_map(|f| f.finding.remedies.iter().map(move |r| (f, r.command.as_str())));
    commands.filter_map(|(f, command)| Some(format!("{}: `{}` stands in `{command}`", f.finding.key(), stand_in(command)?))).collect()
}

fn stand_in(command: &str) -> Option<&str> {
    // Titles of columns, and variables of the shell.
    let words = command.split(char::is_whitespace).filter(|word| !word.contains("custom-columns=") && !word.starts_with('$'));
    words.into_iter().find_map(|word| {
        let angular = word.find('<').and_then(|at| word.get(at..)).filter(|rest| {
            let inside = rest.get(1..).and_then(|r| r.split_once('>')).map(|(inside, _)| inside);
            inside.is_some_and(|i| !i.is_empty() && i.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')))
        });
        angular.or_else(|| word.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$').find(|part| STAND_INS.contains(part)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_from_names() {
        assert_eq!(stand_in("kubectl logs <pod> -n web"), Some("<pod>"));
        assert_eq!(stand_in("kubectl label node NODE disk=ssd"), Some("NODE"));
        assert_eq!(stand_in("kubectl set image deployment/app app=REGISTRY/app:1"), Some("REGISTRY"));
        assert_eq!(stand_in("kubectl set env deployment/app DB_HOST=VALUE"), None);
        assert_eq!(stand_in("kubectl get nodes -o custom-columns=NAME:.metadata.name,KUBELET:.status"), None);
        assert_eq!(stand_in("kubectl apply -f - <<'YAML'"), None);
    }
}
