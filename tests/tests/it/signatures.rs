//! Signatures of bundles are those of minisign: what it wrote is read, and what is written it accepts.

use std::path::Path;
use std::process::Command;

use crate::cli::{tarbox, text, with_bundle};

/// A pair of keys without a password, made by minisign 0.11.
const PUBLIC: &str = concat!(
    "untrusted comment: minisign public key 9",
    "11DB2FE96AED517\n",
    "RWQX1a6W/rIdkRpbOyuKEi4QlLRYTEYhx3VAv2Ue",
    "rKpkCdpOER4ynhEF\n"
);
const SECRET: &str = concat!(
    "untrusted comment: minisign encrypted se",
    "cret key\n",
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAF9Wulv6y",
    "HZEIwtOCpZSqtRN0lmwh7XvkPcbHs6btWEqUhh7j",
    "Myg4uBpbOyuKEi4QlLRYTEYhx3VAv2UerKpkCdpO",
    "ER4ynhEFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAA=\n"
);

fn write(folder: &Path, name: &str, content: &str) {
    std::fs::write(folder.join(name), content).unwrap();
}

#[test]
fn signatures_are_those_of_minisign() {
    let (folder, bundle) = with_bundle();
    let folder = folder.path();
    write(folder, "key.pub", PUBLIC);
    write(folder, "key.sec", SECRET);
    let verify = |args: &[&str]| {
        let out = tarbox(folder, &[&["verify"], args].concat());
        (out.status.code(), text(&out.stdout) + &text(&out.stderr))
    };
    let (code, said) = verify(&["case.tar.zst", "--public-key", "key.pub"]);
    assert!(code == Some(6) && said.contains("there is no signature"), "{said}");
    let out = tarbox(folder, &["sign", "case.tar.zst", "--secret-key", "key.sec"]);
    assert_eq!((out.status.code(), text(&out.stdout).as_str()), (Some(0), "case.tar.zst.minisig\n"), "{}", text(&out.stderr));
    let (code, said) = verify(&["case.tar.zst", "--public-key", "key.pub"]);
    assert!(code == Some(0) && said.starts_with("signature: good\n"), "{said}");
    // The program, where it is installed.
    if Command::new("minisign").arg("-v").output().is_ok() {
        let minisign = |args: &[&str]| Command::new("minisign").args(args).current_dir(folder).output().unwrap();
        let out = minisign(&["-Vm", "case.tar.zst", "-p", "key.pub"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        let out = minisign(&["-Sm", "case.tar.zst", "-s", "key.sec", "-x", "theirs.minisig"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert_eq!(verify(&["case.tar.zst", "--public-key", "key.pub", "--signature", "theirs.minisig"]).0, Some(0));
    }
    // One byte of the file, or of the signature, and it is none.
    let mut changed = std::fs::read(&bundle).unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    std::fs::write(folder.join("changed.tar.zst"), changed).unwrap();
    let (code, said) = verify(&["changed.tar.zst", "--public-key", "key.pub", "--signature", "case.tar.zst.minisig"]);
    assert!(code == Some(6) && said.starts_with("signature: not good"), "{said}");
    let signature = std::fs::read_to_string(folder.join("case.tar.zst.minisig")).unwrap();
    write(folder, "broken.minisig", &signature.replace("file:case", "file:base"));
    let (code, said) = verify(&["case.tar.zst", "--public-key", "key.pub", "--signature", "broken.minisig"]);
    assert!(code == Some(6) && said.starts_with("signature: not good"), "{said}");
    write(folder, "nothing.minisig", "nothing");
    let (code, said) = verify(&["case.tar.zst", "--public-key", "key.pub", "--signature", "nothing.minisig", "--json"]);
    assert!(code == Some(6) && said.contains("\"good\": false"), "{said}");
    assert_eq!(verify(&["case.tar.zst", "--public-key", "nothing.minisig"]).0, Some(3));
}
