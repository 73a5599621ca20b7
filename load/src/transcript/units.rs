//! Services of a node's operating system, from `systemctl status`: which node, which unit, how it does.

use std::sync::Arc;

use tarbox_model::evidence::Origin;
use tarbox_model::facts::NodeUnit;

use super::blocks::Block;

/// Units that a block of `systemctl` shows; `prompt` is the line with the command.
pub(super) fn read(path: &Arc<str>, prompt: &str, block: &Block<'_>) -> Vec<NodeUnit> {
    let Some(node) = host(prompt, &block.command).or_else(|| block.lines.iter().find_map(|line| journal_host(line))) else {
        return Vec::new();
    };
    let mut units = Vec::new();
    let mut current: Option<&str> = None;
    for (i, line) in block.lines.iter().enumerate() {
        if let Some(unit) = heading(line) {
            current = Some(unit);
        }
        let (Some(unit), Some(state)) = (current, line.trim_start().strip_prefix("Active: ")) else { continue };
        let number = u32::try_from(block.start + i + 1).unwrap_or(u32::MAX);
        units.push(NodeUnit {
            origin: Origin::new(path, number, ""),
            node: node.to_owned(),
            unit: unit.to_owned(),
            state: state.split_whitespace().next().unwrap_or_default().to_owned(),
            since: None,
            quote: line.trim().to_owned(),
        });
        current = None;
    }
    units
}

/// The unit of a line such as `● kubelet.service - Kubernetes Kubelet`.
fn heading(line: &str) -> Option<&str> {
    let rest = ["● ", "○ ", "× ", "↻ ", "* "].iter().find_map(|mark| line.trim_start().strip_prefix(mark))?;
    rest.split_whitespace().next()?.strip_suffix(".service")
}

/// The machine on which a command ran: by `ssh HOST`, by a prompt such as `root@HOST:~#` or `[root@HOST dir]#`.
fn host<'a>(prompt: &'a str, command: &'a str) -> Option<&'a str> {
    if let Some(rest) = command.trim_start_matches("sudo ").strip_prefix("ssh ") {
        let target = rest.split_whitespace().find(|word| !word.starts_with('-'))?;
        return Some(target.rsplit('@').next().unwrap_or(target));
    }
    let before = prompt.split_once(command).map_or(prompt, |(before, _)| before);
    let (_, rest) = before.rsplit_once('@')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))).unwrap_or(rest.len());
    rest.get(..end).filter(|host| !host.is_empty())
}

/// The machine that a line of the journal names: `Jan 02 15:28:21 worker-02 kubelet[168664]: …`.
fn journal_host(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().take(5).collect();
    match words.as_slice() {
        [_, day, time, host, unit] if day.parse::<u8>().is_ok() && time.matches(':').count() == 2 && unit.ends_with("]:") => Some(host),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_is_told_by_prompt_journal_or_ssh() {
        let lines: Vec<String> = [
            "○ kube-proxy.service - Kubernetes Kube-Proxy Server",
            "     Loaded: loaded (/etc/systemd/system/kube-proxy.service; enabled)",
            "     Active: inactive (dead) since Fri 2026-01-02 15:46:13 CST; 4min 12s ago",
            "",
            "Jan 02 15:28:21 node-b kube-proxy[1686]: stopped",
        ]
        .map(str::to_owned)
        .to_vec();
        let path: Arc<str> = Arc::from("ticket.txt");
        for (prompt, command) in [
            ("root@node-b:~# systemctl status kube-proxy", "systemctl status kube-proxy"),
            ("[ops@node-b ~]$ systemctl status kube-proxy", "systemctl status kube-proxy"),
            ("$ ssh ops@node-b systemctl status kube-proxy", "ssh ops@node-b systemctl status kube-proxy"),
            ("$ systemctl status kube-proxy", "systemctl status kube-proxy"),
        ] {
            let block = Block { command: command.to_owned(), start: 7, lines: &lines };
            let units = read(&path, prompt, &block);
            let unit = units.first().unwrap_or_else(|| panic!("{prompt}"));
            assert_eq!(
                (unit.node.as_str(), unit.unit.as_str(), unit.state.as_str(), unit.origin.line),
                ("node-b", "kube-proxy", "inactive", 10)
            );
            assert!(unit.is_down());
        }
    }
}
