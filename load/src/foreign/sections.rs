//! A text with the logs of several containers, each between `==== START logs for container C of pod NS/P ====` and its END line.

/// The log of one container.
pub(crate) struct Section<'a> {
    pub(crate) container: &'a str,
    pub(crate) text: &'a [u8],
    /// Number of its first line in the file, from 1.
    pub(crate) first_line: u32,
}

/// Takes a text apart. What stands outside of sections is left out.
pub(crate) fn split(bytes: &[u8]) -> Vec<Section<'_>> {
    const START: &[u8] = b"==== START logs for ";
    const END: &[u8] = b"==== END logs for ";
    let mut sections = Vec::new();
    let mut open: Option<(&str, usize, u32)> = None;
    let (mut at, mut number) = (0, 1);
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(START) {
            let words = std::str::from_utf8(line).unwrap_or_default();
            let container = words.split_once("container ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
            open = Some((container, at + line.len(), number + 1));
        } else if line.starts_with(END)
            && let Some((container, from, first_line)) = open.take()
        {
            sections.push(Section { container, text: bytes.get(from..at).unwrap_or_default(), first_line });
        }
        at += line.len();
        number += 1;
    }
    if let Some((container, from, first_line)) = open {
        sections.push(Section { container, text: bytes.get(from..).unwrap_or_default(), first_line });
    }
    sections
}

#[cfg(test)]
mod tests {
    #[test]
    fn sections_know_their_container_and_their_lines() {
        let text = b"==== START logs for container a of pod ns/p ====\none\ntwo\n==== END logs for container a of pod ns/p ====\n\
                     ==== START logs for container b of pod ns/p ====\nthree\n";
        let all: Vec<_> =
            super::split(text).into_iter().map(|s| (s.container, s.first_line, String::from_utf8_lossy(s.text).into_owned())).collect();
        assert_eq!(all, [("a", 2, "one\ntwo\n".to_owned()), ("b", 6, "three\n".to_owned())]);
    }
}
