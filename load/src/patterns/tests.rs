//! The promises of the miner: every line counted, traces whole, the same result however the log was cut, memory bounded.

use proptest::prelude::*;
use tarbox_model::patterns::{Loudness, Pattern, Patterns};

use super::ledger::{KEPT, ROOM};
use super::*;

fn mine(log: &str) -> Patterns {
    Mined::new(log.as_bytes(), 1).finish()
}

/// Each chunk mined by itself, then joined in order.
fn in_chunks<'a>(chunks: impl IntoIterator<Item = &'a [String]>) -> Mined {
    let (mut all, mut line) = (Mined::default(), 1);
    for chunk in chunks {
        all.join(Mined::new(chunk.concat().as_bytes(), line));
        line += chunk.len() as u32;
    }
    all
}

fn told(patterns: &Patterns) -> Vec<(u64, &str)> {
    patterns.list.iter().map(|p| (p.count, p.text.as_str())).collect()
}

fn only(log: &str) -> Pattern {
    let patterns = mine(log);
    assert_eq!(patterns.list.len(), 1, "{patterns:#?}");
    patterns.list.into_iter().next().unwrap()
}

#[test]
fn copies_are_counted_with_their_ends() {
    let log = "2026-11-24T03:00:00Z INFO job 1 done\n2026-11-24T03:00:01Z ERROR job 1 lost\n\n2026-11-24T03:00:02Z INFO job 2 done\n";
    let patterns = mine(log);
    assert_eq!(told(&patterns), [(2, "INFO job <*> done"), (1, "ERROR job <*> lost")]);
    let [info, error] = patterns.list.as_slice() else { panic!("two") };
    assert_eq!((info.first.number, info.last_number, info.loudness), (1, 4, Loudness::Other));
    assert_eq!((info.first.time, info.last_time), ("2026-11-24T03:00:00Z".parse().ok(), "2026-11-24T03:00:02Z".parse().ok()));
    assert_eq!((info.first.text.as_str(), error.loudness, patterns.blank, patterns.lines()), ("INFO job 1 done", Loudness::Error, 1, 4));
}

#[test]
fn levels_come_from_words_fields_and_numbers() {
    for (line, loudness) in [
        ("WARN slow", Loudness::Warning),
        (r#"{"level":"warning","msg":"slow"}"#, Loudness::Warning),
        (r#"{"level":50,"msg":"lost"}"#, Loudness::Error),
        (r#"{"level":"info","msg":"0 failed"}"#, Loudness::Other),
        ("connection failed", Loudness::Error),
        ("scan done, errors=0", Loudness::Other),
        ("  --retry-errors int   Errors to retry", Loudness::Other),
    ] {
        assert_eq!(only(line).loudness, loudness, "{line}");
    }
}

#[test]
fn a_traceback_is_one_pattern_and_whole() {
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 7, in f\n    g()\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 9, in h\n    raise Lost(17)\nLost: order 17\n";
    let found = only(&trace.repeat(3));
    assert_eq!((found.text.as_str(), found.count, found.lines, found.loudness), ("Lost: order <*>", 3, 33, Loudness::Error));
    assert_eq!(found.trace.len(), 11);
    assert_eq!((found.trace[3].1.as_str(), found.trace[10].1.as_str()), ("KeyError: 'a'", "Lost: order 17"));
}

#[test]
fn a_traceback_outlasts_a_line_of_another_thread() {
    let found =
        only("Traceback (most recent call last):\n  File \"a.py\", line 7, in f\n2026-11-24 03:00:00 INFO ready\n    g()\nKeyError: 'a'\n");
    assert_eq!((found.text.as_str(), found.lines), ("KeyError: <*>", 5));
    // Lines go on without an exception: the traceback is over.
    let cut = mine("Traceback (most recent call last):\n  File \"a.py\", line 7\n- INFO ready\n- INFO set\n");
    assert_eq!(told(&cut), [(1, "Traceback (most recent call last):"), (1, "- INFO set")]);
}

#[test]
fn traces_of_java_go_node_and_rust_are_whole() {
    for (log, text, lines) in [
        (
            "ERROR order 17 failed\njava.lang.IllegalStateException: no row 17\n\tat a.B.c(B.java:1)\n\t... 3 more\nCaused by: java.io.IOException: reset\n\tat a.D.e(D.java:2)\nINFO next\n",
            "java.lang.IllegalStateException: no row <*> … Caused by: java.io.IOException: reset",
            5,
        ),
        (
            "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.run(0xc000010000)\n\t/app/main.go:10 +0x1d\nmain.main()\n\t/app/main.go:5 +0x1\nexit status 2\nINFO next\n",
            "panic: runtime error: index out of range [<*>] with length <*>",
            8,
        ),
        (
            "2026/11/24 03:00:00 http: panic serving 10.0.0.1:5: lost\ngoroutine 34 [running]:\nnet/http.(*conn).serve.func1()\n\t/go/server.go:1 +0xb\ncreated by net/http.(*Server).Serve\n\t/go/server.go:2 +0x3\nINFO next\n",
            "http: panic serving <*>: lost",
            6,
        ),
        (
            "TypeError: x is not a function\n    at f (/app/a.js:1:2)\n    at g (/app/a.js:3:4) {\n  code: 'E'\n}\nINFO next\n",
            "TypeError: x is not a function",
            5,
        ),
        (
            "thread 'main' panicked at src/main.rs:2:5:\nindex 7 is gone\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\nINFO next\n",
            "thread <*> panicked at src/main.rs:<*>: … index <*> is gone",
            3,
        ),
    ] {
        let patterns = mine(log);
        let trace = patterns.list.iter().find(|p| !p.trace.is_empty()).unwrap();
        assert_eq!((trace.text.as_str(), trace.lines, trace.count), (text, lines, 1), "{patterns:#?}");
        assert_eq!((patterns.list.last().unwrap().text.as_str(), patterns.lines()), ("INFO next", log.lines().count() as u64));
    }
}

#[test]
fn a_trace_is_not_the_line_that_begins_it() {
    let patterns = mine("Lost: 1\nINFO next\nLost: 2\n    at f (a.js:1)\nINFO next\n");
    assert_eq!(told(&patterns), [(1, "Lost: <*>"), (2, "INFO next"), (1, "Lost: <*>")]);
    assert_eq!(patterns.list[2].trace.len(), 2);
}

#[test]
fn a_long_trace_keeps_its_ends() {
    let frames: String = (0..500).map(|i| format!("  File \"a.py\", line {i}, in f\n")).collect();
    let found = only(&format!("Traceback (most recent call last):\n{frames}RecursionError: too deep\n"));
    assert_eq!((found.lines, found.trace.len()), (502, 60));
    assert_eq!((found.trace[0].0, found.trace.last().unwrap().1.as_str()), (1, "RecursionError: too deep"));
}

#[test]
fn what_has_no_room_is_counted_and_errors_stay() {
    let word = |mut i: usize| {
        let mut word = String::new();
        while i > 0 {
            word.push(char::from(b'g' + (i % 19) as u8));
            i /= 19;
        }
        word
    };
    let noise: String = (1..5_000).map(|i| format!("{} {}\n", word(i * 7919), word(i))).collect();
    let patterns = mine(&format!("{noise}ERROR lost\n{noise}"));
    assert!(patterns.list.len() <= KEPT && patterns.unlisted > 9_000);
    assert_eq!(patterns.lines(), 9_999);
    assert!(patterns.list.iter().any(|p| p.text == "ERROR lost"));
    let names: String = (1..5_000).map(|i| format!("user {} logged in from here\n", word(i))).collect();
    let patterns = mine(&names);
    assert_eq!((told(&patterns), patterns.unlisted), (vec![(4_999, "user <*> logged in from here")], 0));
}

/// Lines of a log: plain ones of few patterns, and traces.
fn events() -> impl Strategy<Value = Vec<String>> {
    let event = prop_oneof![
        8 => (0..6_u8, any::<u16>()).prop_map(|(kind, n)| vec![format!("INFO {} {n} done\n", ["job", "task", "call", "step", "query", "batch"][kind as usize])]),
        1 => any::<u16>().prop_map(|n| vec!["Traceback (most recent call last):\n".into(), "  File \"a.py\", line 1\n".into(), format!("KeyError: {n}\n")]),
        1 => any::<u16>().prop_map(|n| vec![format!("Lost: {n}\n"), "\tat a.B.c(B.java:1)\n".into(), "\tat a.B.d(B.java:2)\n".into()]),
        1 => Just(vec!["\n".to_owned()]),
    ];
    proptest::collection::vec(event, 0..40).prop_map(|events| events.concat())
}

proptest! {
    #[test]
    fn the_result_does_not_depend_on_where_a_log_was_cut(lines in events(), mut cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5)) {
        cuts.sort_by_key(|cut| cut.index(lines.len() + 1));
        let mut at = 0;
        let mut chunks: Vec<&[String]> = Vec::new();
        for cut in &cuts {
            let to = cut.index(lines.len() + 1);
            chunks.push(&lines[at..to]);
            at = to;
        }
        chunks.push(&lines[at..]);
        let whole = mine(&lines.concat());
        prop_assert_eq!(&whole, &in_chunks(chunks.clone()).finish());
        prop_assert_eq!(whole.lines(), lines.len() as u64);
        // Joined from the right, the same.
        let (left, right) = chunks.split_at(chunks.len() / 2);
        let skipped: usize = left.iter().map(|chunk| chunk.len()).sum();
        let mut first = in_chunks(left.to_vec());
        let mut line = 1 + skipped as u32;
        let mut second = Mined::default();
        for chunk in right {
            second.join(Mined::new(chunk.concat().as_bytes(), line));
            line += chunk.len() as u32;
        }
        first.join(second);
        prop_assert_eq!(&whole, &first.finish());
    }

    #[test]
    fn any_bytes_are_counted_and_bounded(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..6)) {
        let (mut all, mut line, mut lines) = (Mined::default(), 1_u32, 0);
        for mut chunk in chunks {
            chunk.push(b'\n');
            let here = memchr::memchr_iter(b'\n', &chunk).count();
            all.join(Mined::new(&chunk, line));
            (line, lines) = (line + here as u32, lines + here as u64);
        }
        let patterns = all.finish();
        prop_assert!(patterns.list.len() <= ROOM);
        prop_assert_eq!(patterns.lines(), lines);
    }
}
