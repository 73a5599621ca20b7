//! Exit codes: the whole table, in one place. `--help` prints it.

/// How a run of `tarbox-collect` ended, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The bundle is there and nothing that was asked for is missing.
    Complete = 0,
    /// Something unexpected inside tarbox-collect; a defect to report.
    Internal = 1,
    /// The command line was wrong; nothing was asked of any cluster.
    Usage = 2,
    /// The API server could not be reached, or does not let us in.
    Cluster = 3,
    /// The kubeconfig is missing, unreadable, or lacks the context.
    Kubeconfig = 4,
    /// The bundle is there and opens, but something was denied, timed out or failed; its manifest says what.
    Partial = 5,
    /// The bundle could not be written (permission, full disk).
    Output = 6,
    /// The login works, but not one kind of object may be listed; no bundle is left.
    NoRights = 7,
    /// Ctrl-C or SIGTERM: what was read until then is in the bundle.
    Interrupted = 130,
}

impl Exit {
    /// Every code in order, for the table in `--help` and the documentation.
    pub const ALL: &[Self] = &[
        Self::Complete,
        Self::Internal,
        Self::Usage,
        Self::Cluster,
        Self::Kubeconfig,
        Self::Partial,
        Self::Output,
        Self::NoRights,
        Self::Interrupted,
    ];

    /// The number the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// One line for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Complete => "complete: the bundle holds everything that was asked for",
            Self::Internal => "a defect in tarbox-collect itself",
            Self::Usage => "wrong command line",
            Self::Cluster => "the cluster could not be reached or refused the login",
            Self::Kubeconfig => "kubeconfig missing, unreadable or without that context",
            Self::Partial => "partial: the bundle opens, but something was denied, timed out or failed (listed in its manifest)",
            Self::Output => "the bundle could not be written, or not all of it; what was written (also as .partial) opens",
            Self::NoRights => "the login works, but nothing may be read; no bundle is left",
            Self::Interrupted => "interrupted: the bundle holds what was read until then",
        }
    }

    /// The table as lines, one code each.
    pub fn table() -> String {
        Self::ALL.iter().map(|exit| format!("  {:>3}  {}\n", exit.code(), exit.meaning())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ascending() {
        assert!(Exit::ALL.windows(2).all(|pair| pair[0].code() < pair[1].code()));
    }
}
