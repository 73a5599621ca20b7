//! A text with the logs of several containers, each between `==== START logs for container C of pod NS/P ====` and its END line; ECK's
//! diagnostics leave the container out.

/// The log of one container.
pub(crate) struct Section<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) pod: &'a str,
    /// Empty where the line does not say.
    pub(crate) container: &'a str,
    pub(crate) text: &'a [u8],
    /// Number of its first line in the file, from 1.
    pub(crate) first_line: u32,
}

impl Section<'_> {
    /// Whether kubectl says why there is no log, in place of a log.
    pub(crate) fn is_refusal(&self) -> bool {
        let says: [&[u8]; 2] = [b"Create log request error: ", b"Request log error: "];
        says.iter().any(|words| self.text.starts_with(words))
    }
}

const START: &[u8] = b"==== START logs for ";
const END: &[u8] = b"==== END logs for ";

/// Takes a text apart. What stands outside of sections is left out: [`outside`] has it.
pub(crate) fn split(bytes: &[u8]) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let mut open: Option<(&[u8], usize, u32)> = None;
    let (mut at, mut number) = (0, 1);
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(START) {
            open = Some((line, at + line.len(), number + 1));
        } else if line.starts_with(END)
            && let Some((head, from, first_line)) = open.take()
        {
            sections.push(section(head, bytes.get(from..at).unwrap_or_default(), first_line));
        }
        at += line.len();
        number += 1;
    }
    if let Some((head, from, first_line)) = open {
        sections.push(section(head, bytes.get(from..).unwrap_or_default(), first_line));
    }
    sections
}

fn section<'a>(head: &'a [u8], text: &'a [u8], first_line: u32) -> Section<'a> {
    let words = std::str::from_utf8(head.get(START.len()..).unwrap_or_default()).unwrap_or_default().trim_end();
    let words = words.strip_suffix(" ====").unwrap_or(words);
    let (container, place) = words.strip_prefix("container ").and_then(|rest| rest.split_once(" of pod ")).unwrap_or(("", words));
    let (namespace, pod) = place.split_once('/').unwrap_or(("", place));
    Section { namespace, pod, container, text, first_line }
}

/// What stands outside of sections.
pub(crate) fn outside(bytes: &[u8]) -> Vec<u8> {
    let mut inside = false;
    let mut rest = Vec::new();
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        match (line.starts_with(START), line.starts_with(END)) {
            (true, _) => inside = true,
            (_, true) => inside = false,
            _ if !inside => rest.extend_from_slice(line),
            _ => {}
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    #[test]
    fn sections_know_their_container_and_their_lines() {
        let text = b"==== START logs for container a of pod ns/p ====\none\ntwo\n==== END logs for container a of pod ns/p ====\n\
                     ==== START logs for container b of pod ns/p ====\nthree\n";
        let all: Vec<_> = super::split(text)
            .into_iter()
            .map(|s| (s.namespace, s.pod, s.container, s.first_line, String::from_utf8_lossy(s.text).into_owned()))
            .collect();
        assert_eq!(all, [("ns", "p", "a", 2, "one\ntwo\n".to_owned()), ("ns", "p", "b", 6, "three\n".to_owned())]);
    }

    #[test]
    fn a_section_may_leave_its_container_out() {
        let text = b"{}\n==== START logs for ns/p ====\none\n==== END logs for ns/p ====\n[]\n";
        let [section] = super::split(text).try_into().ok().unwrap();
        assert_eq!((section.namespace, section.pod, section.container), ("ns", "p", ""));
        assert_eq!(super::outside(text), b"{}\n[]\n");
    }
}
