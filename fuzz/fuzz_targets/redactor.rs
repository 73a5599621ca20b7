//! Text in pieces and documents, through the redactor: cutting changes nothing, twice is once, and a value that is known is gone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tarbox_redaction::{Level, Redactor, TextKind};

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let level = if choice & 1 == 0 { Level::Default } else { Level::Strict };
    let kind = [TextKind::Log, TextKind::Config, TextKind::Message][usize::from(choice >> 1) % 3];
    let redactor = Redactor::new([7; 32], level);
    // A value that the text cannot take apart: it stands in the middle of it, as a word.
    let known = concat!("Vq3m", "ff6T", "fuzzed8k");
    redactor.learn(known);
    let middle = text.len() / 2;
    let text = [&text[..middle], b" ", known.as_bytes(), b" ", &text[middle..]].concat();
    // No input is as long as what is read in one go, nor as a line may be: a sign of the first ones stands for a word of that length.
    let mut text: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'~').collect();
    let long = vec![b'w'; 33_000];
    let stretched = text.len().min(4);
    for at in (1..stretched).rev() {
        text.insert(at, &long);
    }
    let text = text.concat();

    let (whole, _) = redactor.redact_text(&text, kind);
    assert!(!String::from_utf8_lossy(&whole).contains(known), "a known value stayed: {:?}", String::from_utf8_lossy(&whole));
    let mut stream = redactor.text_stream(kind);
    let mut pieces = Vec::new();
    for piece in text.chunks(usize::from(*choice).max(1)) {
        stream.push(piece, &mut pieces);
    }
    stream.finish(&mut pieces);
    assert!(pieces == *whole, "cutting changed it: {:?} {:?}", String::from_utf8_lossy(&pieces), String::from_utf8_lossy(&whole));
    let (again, _) = redactor.redact_text(&whole, kind);
    assert!(again == whole, "twice is not once: {:?} {:?}", String::from_utf8_lossy(&again), String::from_utf8_lossy(&whole));

    if let Ok((json, _)) = redactor.redact_json(&data[1..]) {
        assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    }
});
