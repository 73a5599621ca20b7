//! Exit codes: the whole table, in one place. `--help` prints it.

/// How a run of `tarbox` ended, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something unexpected inside tarbox; a defect to report.
    Internal = 1,
    /// The command line was wrong; nothing was read.
    Usage = 2,
    /// The input is not there, is no bundle, is refused, or is of a newer format; a rule file is wrong.
    Input = 3,
    /// The report (or other output) could not be written.
    Output = 4,
    /// `--fail-on`: there is a root cause of this severity or a higher one.
    Found = 5,
    /// `verify`: the bundle is not what its manifest says, or not signed with that key.
    Damaged = 6,
    /// `search`: no line matches.
    Nothing = 7,
    /// `diff`: something differs.
    Differs = 8,
    /// `rules test`: an example does not match, or a counterexample does.
    Examples = 9,
}

impl Exit {
    /// Every code in order, for the table in `--help` and the documentation.
    pub const ALL: &[Self] = &[
        Self::Done,
        Self::Internal,
        Self::Usage,
        Self::Input,
        Self::Output,
        Self::Found,
        Self::Damaged,
        Self::Nothing,
        Self::Differs,
        Self::Examples,
    ];

    /// The number the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// One line for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Internal => "a defect in tarbox itself",
            Self::Usage => "wrong command line",
            Self::Input => "the input is not there, is no bundle, is refused, or has a newer format; a rule file is wrong",
            Self::Output => "the output could not be written; nothing half-written remains",
            Self::Found => "analyze --fail-on: a root cause of that severity or higher was found",
            Self::Damaged => "verify: the bundle is not what its manifest says, or not signed with that key",
            Self::Nothing => "search: nothing matches",
            Self::Differs => "diff: something differs",
            Self::Examples => "rules test: an example does not match, or a counterexample does",
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
