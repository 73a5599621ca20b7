//! Which lines are commands, and which their output.

/// A command with its output; without a command when the text begins with output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// The command, prompt taken off; pipes and redirections too.
    pub(crate) command: String,
    /// Index of the first line of the output.
    pub(crate) start: usize,
    /// The output.
    pub(crate) lines: &'a [String],
}

/// Programs that people call when something is broken: only before these is a prompt of one character believed.
const TOOLS: &[&str] = &[
    "kubectl",
    "k",
    "oc",
    "kubecolor",
    "k3s",
    "rke2",
    "microk8s",
    "microk8s.kubectl",
    "helm",
    "systemctl",
    "journalctl",
    "nc",
    "ncat",
    "telnet",
    "curl",
    "wget",
    "nslookup",
    "dig",
    "host",
    "ping",
    "cat",
    "ls",
    "df",
    "free",
    "top",
    "ps",
    "env",
    "printenv",
    "crictl",
    "ctr",
    "docker",
    "podman",
    "nerdctl",
    "mongosh",
    "mongo",
    "psql",
    "redis-cli",
    "mysql",
    "etcdctl",
    "istioctl",
    "date",
    "hostname",
    "uptime",
    "dmesg",
    "ip",
    "ss",
    "netstat",
    "iptables",
    "grep",
    "tail",
    "head",
    "less",
    "sudo",
    "watch",
    "export",
    "cd",
    "echo",
    "ssh",
    "kubeadm",
    "openssl",
    "vi",
    "vim",
    "nano",
    "git",
    "diff",
    "sleep",
    "traceroute",
    "stern",
    "kubectx",
    "kubens",
    "minikube",
    "kind",
    "time",
];

/// Takes a session apart.
pub(crate) fn split(lines: &[String]) -> Vec<Block<'_>> {
    let mut starts: Vec<(usize, String, usize)> = Vec::new();
    let mut i = 0;
    while i < lines.len() {
        if let Some(command) = lines.get(i).and_then(|line| command(line)) {
            let mut whole = command.to_owned();
            let at = i;
            // A command goes on behind a backslash, and inside a here-document until its end mark.
            while whole.ends_with('\\') && i + 1 < lines.len() {
                i += 1;
                whole.pop();
                whole.push_str(lines.get(i).map(|l| l.trim_start_matches("> ").trim()).unwrap_or_default());
            }
            if let Some((_, mark)) = whole.split_once("<<") {
                let mark =
                    mark.trim_start_matches('-').trim().trim_matches(['\'', '"']).split_whitespace().next().unwrap_or_default().to_owned();
                while i + 1 < lines.len() && !mark.is_empty() && lines.get(i).map(|l| l.trim()) != Some(mark.as_str()) {
                    i += 1;
                }
            }
            starts.push((at, whole, i + 1));
        }
        i += 1;
    }
    let mut blocks = Vec::new();
    let first = starts.first().map_or(lines.len(), |(at, ..)| *at);
    if lines.get(..first).is_some_and(|before| before.iter().any(|l| !l.trim().is_empty())) {
        blocks.push(Block { command: String::new(), start: 0, lines: lines.get(..first).unwrap_or_default() });
    }
    for (n, (_, command, start)) in starts.iter().enumerate() {
        let end = starts.get(n + 1).map_or(lines.len(), |(at, ..)| *at);
        blocks.push(Block { command: command.clone(), start: *start, lines: lines.get(*start..end.max(*start)).unwrap_or_default() });
    }
    blocks
}

/// The command on a line, if it is a prompt with one.
fn command(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let known = |rest: &str| {
        let word = rest.trim_start().split(|c: char| c.is_whitespace() || c == '|').next().unwrap_or_default();
        TOOLS.contains(&word.rsplit('/').next().unwrap_or(word)).then_some(())
    };
    // `$ cmd`, `# cmd`, `> cmd`, `% cmd`, `❯ cmd`, `PS C:\\> cmd`, `+ cmd` (of `set -x`).
    // `$cmd`, as some tools print it.
    if let Some(rest) = line.strip_prefix('$').filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
        return known(rest).map(|()| rest);
    }
    // `➜  dir git:(main) ✗ cmd`: behind the arrow some words say where.
    if let Some(rest) = line.strip_prefix("➜ ") {
        let starts = rest.match_indices(' ').map(|(at, _)| at + 1).take(8);
        return std::iter::once(0)
            .chain(starts)
            .filter_map(|at| rest.get(at..))
            .find(|rest| !rest.starts_with(' ') && known(rest).is_some());
    }
    for mark in ["$ ", "# ", "> ", "% ", "❯ ", "λ ", "+ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            let rest = rest.trim_start();
            // Behind a dollar anything is a command; the others begin comments, quotes and lists too.
            return (mark == "$ " && !rest.is_empty() || known(rest).is_some()).then_some(rest);
        }
    }
    // `user@host:~/dir$ cmd`, `[root@host dir]# cmd`, `host:~ # cmd`, `PS C:\\Users> cmd`: a mark behind something without blanks at its end.
    for mark in ["$ ", "# ", "> ", "% "] {
        if let Some((before, rest)) = line.split_once(mark) {
            let prompt = before.contains('@')
                || before.starts_with("PS ")
                || before.ends_with(['~', ']', ':'])
                || before.contains(":~")
                || is_short_prompt(before, mark);
            if prompt && before.len() < 80 && !rest.trim().is_empty() && known(rest).is_some() {
                return Some(rest.trim_start());
            }
        }
    }
    // `PS>cmd`, `C:\\Users\\ops>cmd`: Windows leaves no blank.
    if let Some((before, rest)) = line.split_once('>')
        && (before.starts_with("PS") || before.contains(":\\"))
        && before.len() < 80
        && known(rest).is_some()
    {
        return Some(rest.trim_start());
    }
    // A database's shell: `rs0 [direct: primary] admin> rs.status()`, `rs0:SECONDARY> db.serverStatus()`.
    if let Some((before, rest)) = line.split_once("> ")
        && before.len() < 60
        && ["rs.", "db.", "sh.", "show "].iter().any(|call| rest.starts_with(call))
    {
        return Some(rest);
    }
    // Without a prompt, what begins as only a command does.
    let bare = [
        "kubectl get ",
        "kubectl describe ",
        "kubectl logs ",
        "kubectl top ",
        "kubectl rollout ",
        "helm history ",
        "helm status ",
        "oc get ",
        "oc describe ",
        "oc logs ",
    ];
    bare.iter().any(|b| line.starts_with(b)).then_some(line)
}

/// Whether a single word before a mark is a prompt: `bash-5.1`, `~/app`, `host`, the `/` of a container without a shell of its own.
fn is_short_prompt(before: &str, mark: &str) -> bool {
    let before = before.trim_end();
    match mark {
        "# " | "$ " | "% " => {
            !before.is_empty()
                && before.len() < 40
                && before.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '~' | '/' | '.' | '_' | '-'))
                && before != "-"
        }
        _ => before == "PS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_of_every_shape() {
        for (line, wanted) in [
            ("$ kubectl get pods", Some("kubectl get pods")),
            ("root@master:~# kubectl get nodes", Some("kubectl get nodes")),
            ("[admin@jump ~]$ helm history app", Some("helm history app")),
            ("PS C:\\Users\\ops> kubectl get svc", Some("kubectl get svc")),
            ("kubectl describe pod web-0", Some("kubectl describe pod web-0")),
            ("PS> kubectl get svc", Some("kubectl get svc")),
            ("PS C:\\>kubectl get svc", Some("kubectl get svc")),
            ("C:\\Users\\ops>kubectl get svc", Some("kubectl get svc")),
            ("root@host:~# k3s kubectl get nodes", Some("k3s kubectl get nodes")),
            ("bash-5.1$ curl -v http://web", Some("curl -v http://web")),
            ("/ # nslookup web", Some("nslookup web")),
            ("~/app % kubectl get pods", Some("kubectl get pods")),
            ("ops@mac app % kubectl get pods", Some("kubectl get pods")),
            ("(base) ops@host:~$ kubectl get pods", Some("kubectl get pods")),
            ("➜  app git:(main) ✗ kubectl get pods", Some("kubectl get pods")),
            ("❯ k get pods", Some("k get pods")),
            ("$kubectl get pods", Some("kubectl get pods")),
            ("rs0 [direct: primary] admin> rs.status()", Some("rs.status()")),
            ("rs0:SECONDARY> db.serverStatus()", Some("db.serverStatus()")),
            ("  - # kubectl apply does it", None),
            ("    $HOME is not set", None),
            ("# a comment about kubectl", None),
            ("> quoted words", None),
            ("NAME   READY   STATUS", None),
            ("  Normal  Scheduled  93s   default-scheduler  Successfully assigned a/b to c", None),
        ] {
            assert_eq!(command(line), wanted, "{line}");
        }
    }

    #[test]
    fn output_belongs_to_its_command() {
        let lines: Vec<String> =
            "before\n$ kubectl get pods \\\n  -n web\nNAME READY\n$ kubectl apply -f - <<EOF\nkind: Pod\nEOF\ncreated\n"
                .split('\n')
                .map(str::to_owned)
                .collect();
        let blocks = split(&lines);
        let shown: Vec<_> = blocks.iter().map(|b| (b.command.as_str(), b.start, b.lines.len())).collect();
        assert_eq!(shown, [("", 0, 1), ("kubectl get pods -n web", 3, 1), ("kubectl apply -f - <<EOF", 7, 2)]);
    }
}
