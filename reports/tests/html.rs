//! The page, read back by an HTML parser: it loads nothing, runs only our script, and bundle data is text.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "promises/html.rs"]
mod promise;
mod sample;

use promise::{check, page};
use proptest::prelude::*;
use scraper::Selector;
use tarbox_reports::{Format, render};

#[test]
fn loads_nothing_and_runs_only_our_script() {
    let html = page(&sample::incident());
    for element in html.tree.nodes().filter_map(|n| n.value().as_element()) {
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && name != "style" && name != "srcdoc", "{name} on {}", element.name());
            if ["src", "href", "action", "data", "poster", "srcset", "ping", "xlink:href"].contains(&name) {
                assert!(value.starts_with('#') || value.starts_with("data:image/svg+xml,"), "{name}={value}");
            }
        }
        assert!(!["base", "iframe", "object", "embed", "img", "form"].contains(&element.name()), "{}", element.name());
    }
}

#[test]
fn the_policy_names_the_assets_by_hash() {
    let html = page(&sample::incident());
    let first = |selector: &str| html.select(&Selector::parse(selector).unwrap()).collect::<Vec<_>>();
    let metas = first("meta[http-equiv='Content-Security-Policy']");
    let policy = metas[0].attr("content").unwrap();
    let directives: Vec<_> = policy.split("; ").map(|d| d.split("sha256-").next().unwrap()).collect();
    assert_eq!(directives, ["default-src 'none'", "style-src '", "script-src '", "img-src data:", "base-uri 'none'", "form-action 'none'"]);
    for element in ["style", "script"] {
        let all = first(element);
        assert_eq!(all.len(), 1);
        let text: String = all[0].text().collect();
        assert!(policy.contains(&sha256(&text)), "{element}");
    }
}

/// By another hand than the renderer's: base64 bit by bit.
fn sha256(text: &str) -> String {
    use sha2::Digest;
    let bits: Vec<u8> = sha2::Sha256::digest(text).iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)).collect();
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let digits = bits.chunks(6).map(|c| alphabet[(c.iter().fold(0, |n, b| n << 1 | usize::from(*b))) << (6 - c.len())]);
    format!("sha256-{}=", digits.collect::<String>())
}

#[test]
fn every_link_leads_somewhere_and_ids_are_unique() {
    let html = page(&sample::incident());
    let ids: Vec<_> = html.tree.nodes().filter_map(|n| n.value().as_element()?.id().map(str::to_owned)).collect();
    let once: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len());
    for link in html.select(&Selector::parse("a").unwrap()) {
        let target = link.attr("href").unwrap().trim_start_matches('#').to_owned();
        assert!(ids.contains(&target), "{target}");
    }
}

#[test]
fn says_plainly_when_there_is_nothing() {
    let healthy = render(Format::Html, &sample::healthy()).unwrap();
    assert!(healthy.contains("Nothing found that explains a failure"));
    assert!(healthy.contains("41 rules looked at 312 objects"));
    assert!(render(Format::Html, &sample::blind()).unwrap().contains("Nothing could be checked"));
}

#[test]
fn vectors_stay_text() {
    for vector in sample::VECTORS.iter().filter(|v| !v.is_empty()) {
        check(vector);
    }
}

#[test]
fn the_same_analysis_gives_the_same_bytes() {
    for &format in Format::ALL {
        assert_eq!(render(format, &sample::incident()).unwrap(), render(format, &sample::incident()).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn anything_stays_text(vector in ".{1,40}") {
        check(&vector);
    }

    #[test]
    fn markup_stays_text(vector in "[<>/&;\"'=a-z!\\- {}`#x]{1,60}") {
        check(&vector);
    }
}
