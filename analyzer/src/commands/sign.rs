//! `tarbox sign`, and the signature that `tarbox verify` asks for: as minisign writes and reads them.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use minisign::{PublicKey, PublicKeyBox, SecretKey, SecretKeyBox, SignatureBox};

use crate::console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Sign;

/// Longest file of a key, a signature or a password.
const SHORT: u64 = 64 << 10;

pub(crate) fn run(options: &Sign) -> Result<Exit, Failure> {
    let unusable = |why: String| Failure::new(Exit::Input, format!("cannot sign with the key in {}: {why}", options.secret_key.display()));
    let text = short_text(&options.secret_key)?;
    let password = options.password_file.as_deref().map(short_text).transpose()?;
    let password = password.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
    let key = match without_password(&text) {
        Some(key) => key,
        None => SecretKeyBox::from_string(&text).and_then(|key| key.into_secret_key(password)).map_err(|e| unusable(e.to_string()))?,
    };
    let public = PublicKey::from_secret_key(&key).map_err(|e| unusable(e.to_string()))?;
    let bundle = open(&options.bundle)?;
    let name = options.bundle.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // No time: the bundle says when it was collected, and a machine's clock proves nothing.
    let comment = format!("file:{}\thashed", name.replace(|c: char| c.is_control(), "?"));
    let signature = minisign::sign(Some(&public), &key, bundle, Some(&comment), Some("signature of a tarbox bundle"))
        .map_err(|e| unusable(e.to_string()))?;
    let path = options.output.clone().unwrap_or_else(|| beside(&options.bundle));
    write(&path, &signature.into_string()).map_err(|e| Failure::output(&path, &e))?;
    console::print(&format!("{}\n", path.display()));
    Ok(Exit::Done)
}

/// A key that has no password. minisign leaves its checksum empty, which the crate takes for damage; that the key is sound shows when
/// what it signed is verified.
fn without_password(text: &str) -> Option<SecretKey> {
    let bytes = Base64::decode_vec(text.lines().nth(1)?.trim()).ok()?;
    SecretKey::from_bytes(&bytes).ok().filter(|key| !key.is_encrypted())
}

/// Whether a bundle is signed with this key; why not, if it is not.
pub(super) fn check(bundle: &Path, public_key: &Path, signature: Option<&Path>) -> Result<Result<(), String>, Failure> {
    let text = short_text(public_key)?;
    let key = PublicKeyBox::from_string(&text).and_then(PublicKey::from_box).or_else(|_| PublicKey::from_base64(text.trim()));
    let key = key.map_err(|e| Failure::new(Exit::Input, format!("{} is no public key of minisign: {e}", public_key.display())))?;
    let path = signature.map_or_else(|| beside(bundle), Path::to_owned);
    if !path.exists() {
        return Ok(Err(format!("there is no signature at {}", path.display())));
    }
    let signature = match SignatureBox::from_string(&short_text(&path)?) {
        Ok(signature) => signature,
        Err(error) => return Ok(Err(format!("{} is no signature of minisign: {error}", path.display()))),
    };
    // The older kind is made of the whole file in memory; minisign writes it no longer.
    if !signature.is_prehashed() {
        return Ok(Err(format!("{} is of a kind that minisign no longer writes: sign again", path.display())));
    }
    Ok(minisign::verify(&key, &signature, open(bundle)?, true, false, false).map_err(|e| e.to_string()))
}

/// Where the signature of a file lies.
pub(crate) fn beside(bundle: &Path) -> PathBuf {
    let mut name = bundle.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

fn open(bundle: &Path) -> Result<File, Failure> {
    if bundle.is_dir() {
        let message = format!("{} is a folder, and only a file has a signature: name the file it was unpacked from", bundle.display());
        return Err(Failure::new(Exit::Input, message));
    }
    File::open(bundle).map_err(|e| Failure::new(Exit::Input, format!("cannot read {}: {e}", bundle.display())))
}

fn short_text(path: &Path) -> Result<String, Failure> {
    use std::io::Read;
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(SHORT).read_to_string(&mut text));
    read.map_err(|e| Failure::new(Exit::Input, format!("cannot read {}: {e}", path.display())))?;
    Ok(text)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_minisign_signed_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let key = file("key.pub", PUBLIC);
        file("letter.minisig", SIGNATURE);
        assert_eq!(check(&file("letter", "tarbo"), &key, None).unwrap(), Ok(()));
        assert!(check(&file("letter", "tarbO"), &key, None).unwrap().is_err());
        file("letter.minisig", &SIGNATURE.replace("file:letter", "file:better"));
        assert!(check(&file("letter", "tarbo"), &key, None).unwrap().is_err());
    }

    /// Made by minisign 0.11 of the bytes `tarbo`.
    const PUBLIC: &str = concat!(
        "untrusted comment: minisign public key 9",
        "11DB2FE96AED517\n",
        "RWQX1a6W/rIdkRpbOyuKEi4QlLRYTEYhx3VAv2Ue",
        "rKpkCdpOER4ynhEF\n"
    );
    const SIGNATURE: &str = concat!(
        "untrusted comment: signature from minisi",
        "gn secret key\n",
        "RUQX1a6W/rIdkTLEHErYd6Zh/FL7/xYtk4l7XsEX",
        "ukAFtZjjnlh1hcndDtG2iMumUk6Bgc0x2dcETCH6",
        "AW/qOtGbY5fBJUFfLwo=\n",
        "trusted comment: file:letter\n",
        "ULB2dVYUgi6XgtFHXaIf1nB9ZtIzwvBv+nriYHGl",
        "3i5c0dwqL2beroEFThVtO8V3rahQMUyvPfKYA0wH",
        "AL0vDA==\n"
    );
}
