//! `tarbox redact` on what other tools wrote: no planted secret in what comes out, everything else still there; and `tarbox reveal`.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tarbox_bundle::{Limits, Reader};

use crate::cli::{tarbox, text, with_bundle};

/// Values that are nowhere but in a Secret, so that only whoever reads it knows them.
const CANARIES: &[&str] = &[concat!("Zq7k", "kk2Q", "canary1x"), concat!("Wm4p", "tt9R", "canary2y"), concat!("Hb3v", "ss8L", "canary3z")];
/// The value of a variable with a telling name, known to nobody else.
const VARIABLE: &str = concat!("Pf6c", "nn5D", "canary4w");

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text.as_bytes()
        .chunks(3)
        .map(|three| {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            let digit = |i: usize| if i <= three.len() { char::from(DIGITS[(bits >> (18 - 6 * i)) as usize & 63]) } else { '=' };
            (0..4).map(digit).collect::<String>()
        })
        .collect()
}

/// Files as several tools write them, with the canaries in them.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let [first, second, third] = [CANARIES[0], CANARIES[1], CANARIES[2]];
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {"name": "db", "namespace": "shop"}, "data": {"motto": base64(first), "empty": ""}});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop", "annotations": {"note": second}},
        "spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "DB_PASSWORD", "value": VARIABLE}, {"name": "MODE", "value": "fast"}]}]}});
    let second_yaml = format!(
        "apiVersion: v1\ndata:\n  motto: {}\nkind: Secret\nmetadata:\n  name: other\n  namespace: shop\ntype: Opaque\n",
        base64(second)
    );
    vec![
        (
            "cluster-resources/pods/shop.json",
            serde_json::to_vec_pretty(&json!({"kind": "PodList", "apiVersion": "v1", "items": [pod]})).unwrap(),
        ),
        (
            "cluster-resources/secrets/shop.json",
            serde_json::to_vec_pretty(&json!({"kind": "SecretList", "apiVersion": "v1", "items": [secret]})).unwrap(),
        ),
        (
            "secrets/shop/third/motto.json",
            json!({"namespace": "shop", "name": "third", "key": "motto", "secretExists": true, "keyExists": true, "value": third})
                .to_string()
                .into_bytes(),
        ),
        (
            "namespaces/shop/core/configmaps.yaml",
            format!(
                "# {first}\nkind: ConfigMap\napiVersion: v1\nmetadata: {{name: settings, namespace: shop}}\ndata: {{motto: '{third}'}}\n"
            )
            .into_bytes(),
        ),
        (
            "session.txt",
            format!("$ kubectl get secret other -o yaml\n{second_yaml}$ kubectl logs web\nopening with {first}\n").into_bytes(),
        ),
        (
            "broken.json",
            format!("{{\n  \"kind\": \"Secret\",\n  \"data\": {{\n    \"motto\": \"{}\"\n", base64("Xr2j-uncommon-value-5")).into_bytes(),
        ),
        (
            "pods/web/web.log",
            format!("2026-11-24T03:00:00Z started\n2026-11-24T03:00:01Z got {third} and {}\n", base64(second)).into_bytes(),
        ),
        ("core.dump", [b"\x7fELF\0\0\0".as_slice(), first.as_bytes()].concat()),
        // A line that is longer than what is read in one go, below a short one.
        ("pods/web/web-old.log.gz", gz(format!("was {first}\n{}{second}\n", "word ".repeat(20_000)).as_bytes())),
        ("pods/web/web-older.log.xz", xz(format!("was {third}\n").as_bytes())),
        ("node.zip", zip(&[("node.log", format!("was {second}\n").into_bytes())])),
        ("inner.tar.gz", gz(&tar(&[("inner.log", format!("was {second}\n").into_bytes())]))),
        (concat!("by-name/Zq7k", "kk2Q", "canary1x.txt"), b"nothing\n".to_vec()),
    ]
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut out).unwrap();
    out
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(format!("support-bundle/{name}"), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("support-bundle/{name}"), bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Path and content of everything in a bundle.
fn entries(bundle: &Path) -> Vec<(String, Vec<u8>)> {
    let mut reader = Reader::open(bundle, Limits::default()).unwrap();
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        if chunk.seq == 0 {
            all.push((chunk.entry.path.clone(), Vec::new()));
        }
        all.last_mut().unwrap().1.extend(chunk.bytes);
    }
    assert!(reader.problems().is_empty(), "{:?}", reader.problems());
    all
}

/// Nothing of any canary is in a text, as it is or in base64.
fn assert_clean(what: &str, bytes: &[u8]) {
    let found = String::from_utf8_lossy(bytes);
    for canary in CANARIES.iter().chain([&VARIABLE, &"Xr2j-uncommon-value-5"]) {
        for form in [(*canary).to_owned(), base64(canary)] {
            assert!(!found.contains(form.trim_end_matches('=')), "{form} is in {what}: {found}");
        }
    }
}

#[test]
fn no_planted_secret_leaves_another_tools_bundle() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("in.tar.gz", gz(&tar(&files()))), ("in.tar.xz", xz(&tar(&files()))), ("in.zip", zip(&files()))] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let unpacked = folder.path().join("unpacked");
    for (name, bytes) in files() {
        let path = unpacked.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    for (input, output, privacy) in [
        ("in.tar.gz", "a.tar.zst", "standard"),
        ("unpacked", "b.tar.zst", "standard"),
        ("in.tar.gz", "c.tar.zst", "strict"),
        ("in.tar.xz", "d.tar.zst", "standard"),
        ("in.zip", "e.tar.zst", "standard"),
    ] {
        let out = tarbox(folder.path(), &["redact", input, "-o", output, "--privacy", privacy, "--json"]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        assert_clean("the words", &[out.stdout.as_slice(), &out.stderr].concat());
        let all = entries(&folder.path().join(output));
        for (path, content) in &all {
            assert_clean("a name", path.as_bytes());
            assert_clean(path, content);
        }
        let content = |name: &str| {
            let found = all.iter().find(|(path, _)| path.ends_with(name));
            String::from_utf8(found.unwrap_or_else(|| panic!("{name} is not in {output}")).1.clone()).unwrap()
        };
        // What is no secret stays, and a Secret stays known.
        assert!(content("pods/shop.json").contains("\"fast\"") && content("web.log").contains("started"));
        let secrets: Value = serde_json::from_str(&content("secrets/shop.json")).unwrap();
        assert_eq!(secrets["items"][0]["keys"]["motto"]["bytes"], CANARIES[0].len());
        assert_eq!(secrets["items"][0]["keys"]["empty"]["empty"], true);
        assert!(content("session.txt").contains("$ kubectl logs web\nopening with redacted."));
        for packed in ["web-old.log", "web-older.log", "node.log"] {
            assert!(content(packed).starts_with("was redacted."), "{packed} of {input}");
        }
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        let left: Vec<&str> = report["left_out"].as_array().unwrap().iter().map(|left| left["file"].as_str().unwrap()).collect();
        for unreadable in ["core.dump", "broken.json", "inner.tar"] {
            assert!(left.iter().any(|file| file.ends_with(unreadable)), "{left:?}");
        }
        assert_eq!(left.len(), 3, "{left:?}");
        assert!(report["total"]["secret-object"].as_u64() >= Some(3), "{report}");
    }
}

#[test]
fn single_files_and_our_own_bundles_are_redacted_too() {
    let (folder, bundle) = with_bundle();
    let files = files();
    for (name, bytes) in files.iter().filter(|(name, _)| matches!(*name, "session.txt" | "cluster-resources/secrets/shop.json")) {
        let name = name.replace('/', "-");
        std::fs::write(folder.path().join(&name), bytes).unwrap();
        let out = tarbox(folder.path(), &["redact", &name, "-o", &format!("safe-{name}")]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let safe = std::fs::read(folder.path().join(format!("safe-{name}"))).unwrap();
        assert!(safe.starts_with(&bytes[..1]), "it begins as it did");
        if name == "session.txt" {
            // It holds one of the Secrets only; the value of the other has no shape, no name and no Secret here.
            assert!(!String::from_utf8_lossy(&safe).contains(&base64(CANARIES[1])));
        } else {
            assert_clean(&name, &safe);
        }
    }
    let log = format!("2026-11-24T03:00:00Z env DB_PASSWORD={VARIABLE}\n");
    for (name, bytes) in [("web.log.gz", gz(log.as_bytes())), ("web.log.xz", xz(log.as_bytes()))] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let out = tarbox(folder.path(), &["redact", name, "-o", &format!("safe-{name}")]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let safe = std::fs::read(folder.path().join(format!("safe-{name}"))).unwrap();
        assert_clean(name, &safe);
        assert!(safe.starts_with(b"2026-11-24T03:00:00Z env DB_PASSWORD=redacted."), "{name}: {}", String::from_utf8_lossy(&safe));
    }
    // Ours stays one: it verifies, and says the same.
    let causes = |bundle: &str| {
        let out = tarbox(folder.path(), &["analyze", bundle, "--format", "json", "-o", "-"]);
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        report["root_causes"].as_array().unwrap().iter().map(|root| (root["rule"].clone(), root["subject"].clone())).collect::<Vec<_>>()
    };
    let out = tarbox(folder.path(), &["redact", "case.tar.zst", "-o", "safe.tar.zst"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let out = tarbox(folder.path(), &["verify", "safe.tar.zst"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stdout));
    assert_eq!(causes("case.tar.zst"), causes("safe.tar.zst"));
    let reader = Reader::open(&folder.path().join("safe.tar.zst"), Limits::default()).unwrap();
    assert_eq!(reader.header().unwrap().redaction, "default");
    // Nothing is written over, and nothing half-written stays.
    let out = tarbox(folder.path(), &["redact", "case.tar.zst", "-o", "safe.tar.zst"]);
    assert_eq!(out.status.code(), Some(4), "{}", text(&out.stderr));
    assert_eq!(tarbox(folder.path(), &["redact", "nothing.tar.zst", "-o", "x"]).status.code(), Some(3));
    let left: Vec<PathBuf> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(left.iter().all(|path| !path.to_string_lossy().contains("partial")), "{left:?}");
    assert!(bundle.exists());
}

#[test]
fn whoever_has_the_key_and_the_source_reads_names_in_a_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.tar.gz"), gz(&tar(&files()))).unwrap();
    let run = |args: &[&str]| {
        let out = tarbox(folder.path(), args);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    run(&["redact", "in.tar.gz", "-o", "safe.tar.zst", "--key", "our.key"]);
    let all = entries(&folder.path().join("safe.tar.zst"));
    let log = &all.iter().find(|(path, _)| path.ends_with("web.log")).unwrap().1;
    let name = text(log).split_whitespace().find(|word| word.starts_with("redacted.")).unwrap().to_owned();
    let write = |file: &str, content: &str| std::fs::write(folder.path().join(file), content).unwrap();
    write("report.md", &format!("The value `{name}` is wrong; `redacted.secret.000000000000` is unknown.\n"));
    write("report.html", &format!("<!doctype html><p>{name}</p><script type=\"application/json\">{{\"v\":\"{name}\"}}</script>"));
    let shown = run(&["reveal", "report.md", "--key", "our.key", "--from", "in.tar.gz", "-o", "-"]);
    assert_eq!(shown, format!("The value `{}` is wrong; `redacted.secret.000000000000` is unknown.\n", CANARIES[2]));
    run(&["reveal", "report.html", "--key", "our.key", "--from", "in.tar.gz", "-o", "named.html"]);
    let named = std::fs::read_to_string(folder.path().join("named.html")).unwrap();
    assert_eq!(named.matches(CANARIES[2]).count(), 2, "{named}");
    // The same key gives the same placeholders again; another one knows nothing of them; what is no key is said to be none.
    run(&["redact", "in.tar.gz", "-o", "again.tar.zst", "--key", "our.key"]);
    let same = |file: &str| std::fs::read(folder.path().join(file)).unwrap();
    assert!(same("safe.tar.zst") == same("again.tar.zst"));
    run(&["redact", "in.tar.gz", "-o", "other.tar.zst", "--key", "other.key"]);
    let shown = run(&["reveal", "report.md", "--key", "other.key", "--from", "in.tar.gz", "-o", "-"]);
    assert!(shown.contains(&name) && !shown.contains(CANARIES[2]));
    assert_eq!(
        tarbox(folder.path(), &["reveal", "report.md", "--key", "report.md", "--from", "in.tar.gz", "-o", "-"]).status.code(),
        Some(3)
    );
    #[cfg(unix)]
    for file in ["our.key", "named.html"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}
