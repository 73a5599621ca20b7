//! Line after line: what has to go, replaced; what one line tells about the next, remembered.

mod carry;

use crate::binary;
use crate::counts::Counts;
use crate::fold::{Unit, Units};
use crate::placeholder::Namer;
use crate::scan::{DEPTH, Mark, Scanner};
use crate::span;
pub(crate) use carry::Carry;

/// A line is kept up to here.
pub(crate) const MAX_LINE: usize = 1 << 20;
/// Bytes before the cut that go with it: a secret may have been cut in two.
const CUT_MARGIN: usize = 8 << 10;
/// What is looked at in one go; the list of marks stays small.
const BATCH: usize = 64 << 10;
/// Redacting again what was redacted must change nothing; so often is tried until it is so.
const ROUNDS: usize = 16;

/// What comes after a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Lines that are here already.
    More,
    /// Lines that have not come yet, maybe.
    Open,
    Last,
}

/// The machine.
pub(crate) struct Lines<'a> {
    pub(crate) scanner: Scanner<'a>,
    pub(crate) namer: &'a Namer,
}

impl Lines<'_> {
    /// Redacts a text and appends it to `out`; returns the bytes at its end that are held back because the next line may belong to them. `last`: there is no next line.
    pub(crate) fn redact(&self, text: &[u8], last: bool, carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) -> usize {
        let (mut at, mut size) = (0, BATCH);
        while at < text.len() {
            let batch = batch(text, at, size);
            let end = if at + batch.len() < text.len() {
                End::More
            } else if last {
                End::Last
            } else {
                End::Open
            };
            let taken = self.batch(batch, end, carry, counts, out);
            at += taken;
            // The rest belongs to what follows: it is read again with it, unless nothing follows here. All of it may be one unit.
            if taken < batch.len() && end != End::More {
                break;
            }
            size = if taken == 0 { 2 * batch.len() } else { BATCH };
        }
        text.len() - at
    }

    fn batch(&self, batch: &[u8], end: End, carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) -> usize {
        let marks = self.scanner.marks(batch);
        let odd = !binary::is_plain(batch);
        let mut copied = 0;
        for unit in Units::new(batch, &marks, odd) {
            // A unit that could grow waits for its next line.
            if unit.unfinished && end != End::Last {
                out.extend_from_slice(batch.get(copied..unit.start).unwrap_or_default());
                return unit.start;
            }
            if unit.lines == 1 && unit.first_mark == unit.last_mark && carry.is_idle() && !odd && unit.end - unit.start <= MAX_LINE {
                continue;
            }
            out.extend_from_slice(batch.get(copied..unit.start).unwrap_or_default());
            copied = unit.end;
            self.unit(batch.get(unit.start..unit.end).unwrap_or_default(), &unit, &marks, carry, counts, out);
        }
        out.extend_from_slice(batch.get(copied..).unwrap_or_default());
        batch.len()
    }

    fn unit(&self, text: &[u8], unit: &Unit, marks: &[Mark<'_>], carry: &mut Carry, counts: &mut Counts, out: &mut Vec<u8>) {
        let content = text.strip_suffix(b"\n").unwrap_or(text);
        if unit.lines == 1 && content.len() > MAX_LINE {
            return self.long(content, text.len() > content.len(), counts, out);
        }
        if unit.lines == 1 && binary::is_binary(content) {
            return self.binary(text, counts, out);
        }
        if binary::was_binary(content) {
            return out.extend_from_slice(text);
        }
        let before = carry.clone();
        let marks = marks.get(unit.first_mark..unit.last_mark).unwrap_or_default();
        let mut spans = Vec::new();
        self.scanner.unit(text, unit, marks, DEPTH, carry, &mut spans);
        let spans = span::settle(text, spans);
        if spans.is_empty() {
            return out.extend_from_slice(text);
        }
        let start = out.len();
        span::replace(text, &spans, self.namer, counts, out);
        carry.join(self.settle(start, before, counts, out));
    }

    /// A line that is no text.
    fn binary(&self, line: &[u8], counts: &mut Counts, out: &mut Vec<u8>) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        counts.add("binary-line");
        out.extend_from_slice(self.namer.name(binary::KIND, content).as_bytes());
        out.extend_from_slice(line.get(content.len()..).unwrap_or_default());
    }

    /// A line beyond the bound: its beginning, and a note.
    fn long(&self, content: &[u8], ended: bool, counts: &mut Counts, out: &mut Vec<u8>) {
        let head = content.get(..MAX_LINE).unwrap_or(content);
        let mut spans = Vec::new();
        self.scanner.text(head, DEPTH, &mut spans);
        let mut spans = span::settle(head, spans);
        let mut cut = MAX_LINE - CUT_MARGIN;
        while let Some(span) = spans.last().filter(|span| span.end > cut) {
            cut = cut.min(span.start);
            spans.pop();
        }
        let start = out.len();
        span::replace(head.get(..cut).unwrap_or_default(), &spans, self.namer, counts, out);
        counts.add("line-cut");
        self.settle(start, Carry::default(), counts, out);
        out.extend_from_slice(b" [line cut by tarbox]");
        if ended {
            out.push(b'\n');
        }
    }

    /// Reads what was written as it will be read the next time, until nothing more is found, so that redacting twice is redacting once: lines
    /// that belonged together may do so no more, and say something by themselves; shorter by a secret, a line may have more of what is no text
    /// than a line may have. Gives back what they say about the lines after them.
    fn settle(&self, start: usize, before: Carry, counts: &mut Counts, out: &mut Vec<u8>) -> Carry {
        let mut carry = before.clone();
        for _ in 0..ROUNDS {
            let cut = self.binaries(start, counts, out);
            let written = out.get(start..).unwrap_or_default();
            let mut spans = Vec::new();
            carry = before.clone();
            self.scanner.lines(written, DEPTH, &mut carry, &mut spans);
            let spans = span::settle(written, spans);
            if spans.is_empty() && !cut {
                break;
            }
            let written = written.to_vec();
            out.truncate(start);
            span::replace(&written, &spans, self.namer, counts, out);
        }
        carry
    }

    /// Replaces the lines from `start` on that are no text; tells whether there were any.
    fn binaries(&self, start: usize, counts: &mut Counts, out: &mut Vec<u8>) -> bool {
        let written = out.get(start..).unwrap_or_default();
        let is_binary = |line: &[u8]| binary::is_binary(line.strip_suffix(b"\n").unwrap_or(line));
        if binary::is_plain(written) || !written.split_inclusive(|byte| *byte == b'\n').any(is_binary) {
            return false;
        }
        let written = out.split_off(start);
        for line in written.split_inclusive(|byte| *byte == b'\n') {
            if is_binary(line) {
                self.binary(line, counts, out);
            } else {
                out.extend_from_slice(line);
            }
        }
        true
    }
}

/// Whole lines from `at` on: more than `size` bytes, unless the text has fewer.
fn batch(text: &[u8], at: usize, size: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.get(size..).and_then(|behind| memchr::memchr(b'\n', behind)).map_or(rest.len(), |end| size + end + 1);
    rest.get(..end).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use crate::{Level, Redactor, TextKind};

    /// The text redacted, and to redact that again changes nothing.
    fn redacted_once(redactor: &Redactor, text: &[u8], kind: TextKind) -> Vec<u8> {
        let (once, _) = redactor.redact_text(text, kind);
        let (twice, _) = redactor.redact_text(&once, kind);
        assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
        once.into_owned()
    }

    /// The same as a log, a configuration and a message.
    fn redacted_once_as_each_kind(redactor: &Redactor, text: &[u8]) {
        for kind in [TextKind::Log, TextKind::Config, TextKind::Message] {
            redacted_once(redactor, text, kind);
        }
    }

    #[test]
    fn a_placeholder_at_the_end_of_a_line_announces_nothing() {
        let redactor = Redactor::new([7; 32], Level::Default);
        let working = redactor.working();
        let is_open = |text: &str| working.lines(TextKind::Log).scanner.marks(text.as_bytes()).iter().any(|mark| mark.open);
        assert!(is_open("the secret\nvalue") && is_open("secret:\nvalue"));
        for text in ["redacted.secret.5e806a08f264\n", "a%3Dredacted.secret.5e806a08f264\n", "redacted.secret.5e806a08f264:\n"] {
            assert!(!is_open(text), "{text:?}");
        }
        // So the line below is read in the same way when it is redacted again.
        let text = b"x DB_PASS%3DWORD\n \x95\xff\xff\xffdat redacted.secret.5e806a08f264 a:une1c0.0t.0.1~m\0\0\0\0\0ong\nunue*";
        redacted_once(&redactor, text, TextKind::Log);
    }

    #[test]
    fn a_name_announces_one_value_also_when_that_is_a_placeholder_already() {
        let redactor = Redactor::new([7; 32], Level::Default);
        for first in ["soPASSWORD", "Kx93hVq7T", "${FROM_ELSEWHERE}", "true"] {
            let text = format!("- name: DB__PASSWORD\n  value: {first}\n  value: something9Q\n");
            redacted_once(&redactor, text.as_bytes(), TextKind::Config);
        }
    }

    #[test]
    fn a_line_that_is_no_text_belongs_to_no_other_and_once_is_twice() {
        let redactor = Redactor::new([7; 32], Level::Strict);
        let cases: [&[u8]; 3] = [
            // Without the password too much of the line is no text.
            b"connect mongodb:\xf4\xf4true\0\0\0\0\0<password>Pdb:27017 \xadpassword.Hunter22 k$y: value\n",
            b"cm@ru;econe@tmgo\n \xeenodp\x05\0\0b://pass",
            b"- n\xff\xff\xff\xff6ampass\t{\"kind\": \"Secret\" :\n, \"\xb8\x01\0\0\x14data\0co\xd4nec\":\xffSSWOR\nv   01{\"",
        ];
        for text in cases {
            let once = redacted_once(&redactor, text, TextKind::Log);
            assert!(once.windows(16).any(|part| part == b"redacted.binary."), "{}", String::from_utf8_lossy(&once));
        }
    }

    #[test]
    fn what_was_redacted_may_have_been_several_words_when_lines_are_joined() {
        let redactor = Redactor::new([7; 32], Level::Default);
        for text in [
            " ane SS2ORD\n password=ASSWD\n  v\nalue: some0Qluc",
            "- <password>ASSbbb Vq3mff6T xQ7 WORD9\n  CRETrrrrrrrrrrrrrr-Sval\n",
            "r@c1n-secroetfo\\vD\n  -SE-orxd0-`<password>ASSbb1 Vq3m ff6T WORD\n  CRETrrrrrrrrrrrrrr-SvalUKE\n",
        ] {
            let once = redacted_once(&redactor, text.as_bytes(), TextKind::Log);
            assert!(once != text.as_bytes());
        }
    }

    #[test]
    fn a_line_is_joined_with_the_next_however_long_it_is() {
        let redactor = Redactor::new([7; 32], Level::Default);
        for length in [10, super::BATCH / 2 + 1, 2 * super::BATCH] {
            let long = "w".repeat(length);
            let text = format!("v:DB_PASS: DB{long}_PASSW 9  vsecret.?=rW*\n  v*=rd lue: x\nend\n");
            let once = redacted_once(&redactor, text.as_bytes(), TextKind::Message);
            assert!(!String::from_utf8_lossy(&once).contains("v*=rd"), "{length}");
            // Of a long word nothing is left for the next time.
            let text =
                format!("-\u{4}- na)e: D77777777777H_PASSWORD\n \"$ --pasnnnrd=ass~{long}vornn- na me: sword lmon\r\ngodb://u;\ny\n");
            redacted_once(&Redactor::new([7; 32], Level::Strict), text.as_bytes(), TextKind::Config);
            for text in [format!("{long} password:\n  hunter2-Q9\n"), format!("password:\n  hunter2-Q9{long}\n")] {
                let once = redacted_once(&redactor, text.as_bytes(), TextKind::Log);
                assert!(!String::from_utf8_lossy(&once).contains("hunter2"), "{length}");
            }
        }
    }

    #[test]
    fn the_end_of_a_line_is_joined_with_the_next_although_its_beginning_was_with_the_one_before() {
        let redactor = Redactor::new([7; 32], Level::Default);
        let text = "-clientKeyDataue: so\nethstgres:/rizaasw some words so|ion: Bearer PASSWORD\n  =t/h[ing6Q\n\\\\\\d";
        let once = redacted_once(&redactor, text.as_bytes(), TextKind::Message);
        assert!(!String::from_utf8_lossy(&once).contains("ing6Q"));
    }

    #[test]
    fn whether_a_line_belongs_to_the_next_does_not_depend_on_those_before() {
        let redactor = Redactor::new([7; 32], Level::Default);
        let text = "Wpassword:   DB_PASSxoxDJOPASSWRD\n--- na)e: D7777H_PASSWORD\n \"$ --pa and ssword lmon\r\ngodb://u;\nx y z\n\"k";
        redacted_once(&redactor, text.as_bytes(), TextKind::Log);
        redactor.learn("Vq3mff6Tfuzzed8k");
        let text = "- n:::a)e:xoxB passowdS=a)|-\ne: password_ Vq3mff6Tfuzzed8k \nDB_PASSWORD\n DB_PAe:  DB_PAe:  DB_P0A;PASS";
        redacted_once(&redactor, text.as_bytes(), TextKind::Message);
    }

    #[test]
    fn marks_that_go_with_a_value_say_the_same_about_the_next_lines_before_and_after() {
        let redactor = Redactor::new([7; 32], Level::Default);
        redactor.learn("Vq3mff6Tfuzzed8k");
        let cases: [&[u8]; 9] = [
            b"-----BEGIN PRIVATE KEY-----<password>-----END \n\na",
            b"<passwd>-----BEGIN   \nE --MIIEowIBAAKCAQEAwJ8sKx93hVq7Td",
            b"password:|\n -----BEGIN \n redacted.t.5e806a08f264e",
            b"pass:  -----BEGIN \nPASSWD: |\n 0 d",
            b"-----BEGIN PRIVATE KEYpassword:\\\n-----END \n-",
            b"password:-----BEGIN PRIVATE KEY\n\nPASSWORD:|\n 0 d",
            b"Authorization:Bearer >\n \\\nPASSWORD=\nZ",
            b">\n  word\0\x01\x02\x03eyJhbGciOiJIUzI1NiJ9.kwIn0.ab>\n  \\\npassword\n=3",
            b"}-password\nVq3mff6Tfuzzed8k\xd0\n>\n ",
        ];
        cases.iter().for_each(|text| redacted_once_as_each_kind(&redactor, text));
    }

    #[test]
    fn the_digits_of_a_placeholder_say_nothing() {
        let redactor = Redactor::new([7; 32], Level::Strict);
        let working = redactor.working();
        let marks = |text: &str| working.lines(TextKind::Log).scanner.marks(text.as_bytes()).len();
        // `dd_` could begin a token that goes on in the next line.
        assert!(marks("dd_PASSGO@_PASS\n") > marks("redacted.ip.5749568447dd_PASSGO@_PASS\n"));
        let cases: [&[u8]; 10] = [
            b"0.0.0.1_PASSGO@_PASS\\u003d\n -v Vq3mff6Tfuzzed8k apusswor",
            b"token-:redacted.t.5e806a08f264D>\n ?",
            b"PASSWORD\n Sghp_:>\nD \"",
            b"eyJ-clientKey:x]redacted.t.5e806a08f264\n w",
            b"://apikey%20=->\n D E",
            b"2322d51392d6c6f6e67Kx93hVq7TmW2\n- >\n  pwd: |\n  d",
            b"-----BEGIN PRIVATE KEY-----y\n-   >\n passwd:\" |\n  \t\\\na",
            b"-----BEGIN PRIVATE KEY-----\nZ://\neyJhbGciOiJIUzI1NiJ9..08f264  \\u00\0\x01\x02\x03--",
            b"ciOiJIUzI1NIiOiIxMjM0NTY3ODkwIn0.abcDEF123_-\0\0\x01\x02\x03\\\npassword \n a:a",
            b"-----BEGIN PRIVATE KEY-----pass:-----END R\nEXAMPLE-postgres://u:|tokendata:\\nx_=b@exa756e746572322d51392d6c6f6e67\n-",
        ];
        cases.iter().for_each(|text| redacted_once_as_each_kind(&redactor, text));
    }

    #[test]
    fn what_begins_a_line_is_judged_alike_behind_another_line() {
        let strict = Redactor::new([7; 32], Level::Strict);
        let once = redacted_once(&strict, b"db.corp.example.com\ndb.corp.example.com\tx\n", TextKind::Log);
        assert!(!String::from_utf8_lossy(&once).contains("example"));
        let text = b"D\n-passwd ;-\nZ\n";
        let mut stream = strict.text_stream(TextKind::Message);
        let mut pieces = Vec::new();
        text.iter().for_each(|byte| stream.push(&[*byte], &mut pieces));
        stream.finish(&mut pieces);
        assert_eq!(pieces, *strict.redact_text(text, TextKind::Message).0);
        let user = format!("user={}\n", "ab.c".repeat(40));
        assert!(strict.redact_text(user.as_bytes(), TextKind::Log).0.len() < 60);
    }

    #[test]
    fn lines_of_any_length_end() {
        let redactor = Redactor::new([7; 32], Level::Default);
        let lengths = [1, super::BATCH / 2 - 1, super::BATCH / 2 + 1, super::BATCH - 1, super::BATCH + 1, super::MAX_LINE + 2];
        for first in lengths {
            for second in lengths {
                let text = format!("short\n{}\npassword: hunter2-Q9\n{}\nend", "x".repeat(first), "y z ".repeat(second / 4 + 1));
                let (whole, _) = redactor.redact_text(text.as_bytes(), TextKind::Log);
                assert!(whole.ends_with(b"end") && !String::from_utf8_lossy(&whole).contains("hunter2"));
                let mut stream = redactor.text_stream(TextKind::Log);
                let mut pieces = Vec::new();
                text.as_bytes().chunks(40_000).for_each(|piece| stream.push(piece, &mut pieces));
                stream.finish(&mut pieces);
                assert!(pieces == *whole, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_value_of_any_length_goes_whole() {
        let redactor = Redactor::new([7; 32], Level::Default);
        for length in [4_000, 5_000, 20_000, 200_000] {
            for name in ["password=", "token=", "password: ", "--password ", "\"password\": \"", "<password>"] {
                let text = format!("x {name}{}\nafter\n", "wV".repeat(length / 2));
                let (once, _) = redactor.redact_text(text.as_bytes(), TextKind::Log);
                assert!(once.len() < 200 && once.ends_with(b"\nafter\n"), "{name}{length}: {}", String::from_utf8_lossy(&once).len());
            }
        }
        // Many names in one word: each is a part of the value of the one before.
        let text = format!("x {}\n", "password=".repeat(10_000));
        let (once, _) = redactor.redact_text(text.as_bytes(), TextKind::Log);
        assert!(once.len() < 100, "{}", once.len());
    }

    #[test]
    fn what_begins_a_line_is_found_whatever_the_line_before_is() {
        let redactor = Redactor::new([7; 32], Level::Strict);
        for value in ["bob.smith@example.com", "203.0.113.7", "db.corp.example.com", "2001:db8:0:1:1:1:1:1"] {
            for before in ["", "ready to serve requests now\n", "r\0c.\u{1}\u{2}\u{3}\n"] {
                let text = format!("{before}{value} asked for it\n");
                let (once, _) = redactor.redact_text(text.as_bytes(), TextKind::Log);
                assert!(!String::from_utf8_lossy(&once).contains(value), "{text:?}");
            }
        }
    }
}
