//! `tarbox analyze`: bundle in, report out.

use std::io::Write;
use std::path::{Path, PathBuf};

use tarbox_load::{LogScanner, load_within};
use tarbox_model::finding::Severity;
use tarbox_model::{Analysis, Context, Relations};
use tarbox_reports::{Format, render, terminal};
use tarbox_rules::custom::CustomRule;

use super::scanner;
use crate::analyze::to_report;
use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Analyze;
use crate::own_rules;

pub(crate) fn run(options: &Analyze) -> Result<Exit, Failure> {
    let to_stdout = options.output.as_os_str() == "-";
    if to_stdout && (options.format.len() != 1 || options.bundles.len() != 1) {
        return Err(Failure::new(Exit::Usage, "`-o -` takes one bundle and one format: add --format json, md, html, sarif or junit"));
    }
    if let Some(threads) = options.threads {
        // A pool that is there already (tests, the demo) stays; results are the same at any number of threads.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
    let own = options.rules.as_deref().map(own_rules::read).transpose()?.unwrap_or_default();
    let both = if own.is_empty() { None } else { Some(own_rules::scanner(&own)?) };
    let scanner = match &both {
        Some(both) => both,
        None => scanner(),
    };
    let mut worst = None;
    let mut failures = Vec::new();
    for bundle in &options.bundles {
        match one(options, bundle, to_stdout, scanner, &own) {
            Ok(severity) => worst = worst.max(severity),
            Err(failure) if options.bundles.len() == 1 => return Err(failure),
            // One broken bundle does not cost the others their reports.
            Err(failure) => failures.push(failure),
        }
    }
    for failure in &failures {
        console::error(&failure.to_string());
    }
    let found = options.fail_on.is_some_and(|limit| worst >= Some(Severity::from(limit)));
    Ok(failures.first().map_or(if found { Exit::Found } else { Exit::Done }, |f| f.exit))
}

/// Analyzes one bundle and says how severe its worst root cause is.
fn one(options: &Analyze, bundle: &Path, to_stdout: bool, scanner: &LogScanner, own: &[CustomRule]) -> Result<Option<Severity>, Failure> {
    let snapshot = load_within(bundle, scanner, Some(options.max_memory))?;
    let relations = Relations::new(&snapshot);
    let analysis = to_report(&Context { snapshot: &snapshot, relations: &relations }, &bundle.to_string_lossy(), own);
    drop(relations);
    // Taking a large cluster apart takes a tenth of the time of all; the end of the process does it at once.
    let _ = std::thread::Builder::new().spawn(move || drop(snapshot));
    if to_stdout {
        for &format in &options.format {
            console::print(&render(format, &analysis)?);
        }
    } else {
        let written = write_all(options, bundle, &analysis)?;
        if !options.quiet {
            console::print(&terminal::summary(&analysis, console::width(), console::colours()));
            console::print("\n");
        }
        for path in written {
            console::print(&format!("{}\n", path.display()));
        }
    }
    Ok(analysis.roots.iter().filter_map(|&i| analysis.findings.get(i)).map(|root| root.severity).max())
}

/// Writes every format, and says where.
fn write_all(options: &Analyze, bundle: &Path, analysis: &Analysis) -> Result<Vec<PathBuf>, Failure> {
    let folder = if options.bundles.len() == 1 { options.output.clone() } else { options.output.join(stem(bundle)) };
    std::fs::create_dir_all(&folder).map_err(|e| Failure::output(&folder, &e))?;
    let mut formats: Vec<Format> = options.format.clone();
    formats.sort_unstable();
    formats.dedup();
    let write = |format: Format| {
        let path = folder.join(format.file_name());
        write_whole(&path, render(format, analysis)?.as_bytes())?;
        Ok(path)
    };
    formats.into_iter().map(write).collect()
}

/// A bundle's name without its endings.
fn stem(bundle: &Path) -> String {
    let name = bundle.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_else(|| "bundle".to_owned());
    let endings = [".zst", ".gz", ".tgz", ".xz", ".zip", ".tar"];
    endings.iter().fold(name.as_str(), |name, ending| name.strip_suffix(ending).unwrap_or(name)).to_owned()
}

/// Writes under a temporary name, then renames: nobody ever sees half a report.
fn write_whole(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".tarbox-").suffix(".partial").tempfile_in(folder)?;
        file.write_all(content)?;
        readable(&file)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|e| Failure::output(path, &e))
}

/// A report is for others too: temporary files are private, this one is not to be.
#[cfg(unix)]
fn readable(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}
