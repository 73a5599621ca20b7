//! Prints a report over a hand-made analysis, to be looked at: `cargo run -p tarbox-reports --example sample -- incident html > r.html`.

use std::error::Error;
use std::io::Write;

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [which, format] = arguments.as_slice() else {
        return Err("usage: sample incident|healthy|blind|hostile|crowd html|md|json|…|terminal".into());
    };
    let analysis = match which.as_str() {
        "healthy" => sample::healthy(),
        "blind" => sample::blind(),
        "hostile" => sample::hostile(&sample::VECTORS.join(" ")),
        "crowd" => sample::crowd(10_000),
        _ => sample::incident(),
    };
    let text = match format.as_str() {
        "terminal" => tarbox_reports::terminal::summary(&analysis, 80, true),
        name => tarbox_reports::render(name.parse()?, &analysis)?,
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
