//! The program gives up what a command does not need, before it reads a byte from a stranger: other files, the network, other programs.
//!
//! The kernel enforces it (Landlock, Linux 5.13 and later; the network since 6.7). Where it cannot, the command runs all the same, and
//! `--verbose` says so: the first line of defence is that nothing in a bundle is ever believed.

use std::path::{Path, PathBuf};

/// What a command needs.
#[derive(Debug, Default)]
pub struct Needs {
    /// Files and folders to read.
    pub read: Vec<PathBuf>,
    /// Files and folders to write in. Of one that is not there yet, the folder in which it is to be made.
    pub write: Vec<PathBuf>,
    /// Whether it listens on this machine.
    pub listens: bool,
}

/// How far the program is confined, for `--verbose`.
#[cfg(target_os = "linux")]
pub fn confine(needs: &Needs) -> String {
    // A memory image of ours would hold the bundle: none is ever written.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    match landlocked(needs) {
        Ok(landlock::RestrictionStatus { ruleset: landlock::RulesetStatus::FullyEnforced, .. }) => {
            "confined by the kernel to its input and output".to_owned()
        }
        Ok(landlock::RestrictionStatus { ruleset: landlock::RulesetStatus::PartiallyEnforced, .. }) => {
            "confined by the kernel to its input and output, as far as this kernel can".to_owned()
        }
        Ok(_) => "not confined: this kernel has no Landlock".to_owned(),
        Err(error) => format!("not confined: {error}"),
    }
}

/// How far the program is confined, for `--verbose`.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: &Needs) -> String {
    "not confined: only Linux can".to_owned()
}

#[cfg(target_os = "linux")]
fn landlocked(needs: &Needs) -> Result<landlock::RestrictionStatus, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules};

    // What newer kernels add is asked for too, and left out by older ones.
    let abi = ABI::V6;
    // Neither executing nor a connection is granted to anybody below. Binding is governed only where nothing listens.
    let network = if needs.listens { AccessNet::ConnectTcp.into() } else { AccessNet::from_all(abi) };
    // How many processors there are is read here.
    let machine = ["/proc/self", "/sys/fs/cgroup"].map(PathBuf::from);
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let written: Vec<PathBuf> = needs.write.iter().map(|path| existing(path)).collect();
    Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(network)?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(needs.read.iter().chain(&machine), read))?
        .add_rules(path_beneath_rules(&written, (AccessFs::from_all(abi) & !AccessFs::Execute) & !devices()))?
        .restrict_self()
}

/// What has no place in an output folder.
#[cfg(target_os = "linux")]
fn devices() -> landlock::BitFlags<landlock::AccessFs> {
    use landlock::AccessFs;
    AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeFifo | AccessFs::MakeSock | AccessFs::MakeSym | AccessFs::IoctlDev
}

/// The path itself, or the nearest folder above it that is there.
#[cfg(target_os = "linux")]
fn existing(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/nowhere")).to_owned()
}
