//! Names with `*` (anything) and `?` (one character).

/// Whether a name is one of these; an empty list takes every name.
pub(super) fn any(globs: &[String], name: &str) -> bool {
    globs.is_empty() || globs.iter().any(|glob| takes(glob, name))
}

/// Whether a name fits. Steps back to the last `*` only, so the work is at most the product of both lengths.
fn takes(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut g, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, n));
                g += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => (g, n) = (g + 1, n + 1),
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                (g, n) = (at + 1, from + 1);
            }
        }
    }
    glob.get(g..).unwrap_or_default().iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn names_fit_their_globs() {
        for (glob, name) in [("*", ""), ("shop-*", "shop-api"), ("*/app:?", "registry/app:1"), ("a*b*c", "axxbyybzc"), ("web", "web")] {
            assert!(takes(glob, name), "{glob} {name}");
        }
        for (glob, name) in [("", "a"), ("shop-?", "shop-"), ("a*b", "abc"), ("web", "webs"), ("?", "")] {
            assert!(!takes(glob, name), "{glob} {name}");
        }
    }
}
