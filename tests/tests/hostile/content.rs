//! Good archives with bad content: deep, endless, lying, and too much of everything.

use std::io::Write;

use crate::archive::{end, file, streamed};
use crate::case::{Case, Expect, POD, around, first, last};

/// One line of a list of Services.
fn line(middle: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| around(out, |out| file(out, b"objects/core/v1/services.ndjson", &[middle(), b"\n".to_vec()].concat()))
}

fn repeated(out: &mut dyn Write, piece: &[u8], times: usize) {
    let block = piece.repeat(((1 << 20) / piece.len()).max(1));
    let mut left = piece.len() * times;
    while left > 0 {
        let part = left.min(block.len());
        out.write_all(&block[..part]).unwrap();
        left -= part;
    }
}

/// A folder of YAML as must-gather has it, with something in its middle.
fn yaml(middle: &'static str) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        file(out, b"must-gather/timestamp", b"2026-01-01 00:00:00 +0000 UTC m=+0.1\n2026-01-01 00:00:00 +0000 UTC m=+0.1\n");
        file(out, b"must-gather/namespaces/default/core/pods.yaml", b"apiVersion: v1\nkind: PodList\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: good, namespace: default}\n  spec: {containers: [{name: a, image: \"a:1\"}]}\n");
        file(out, b"must-gather/namespaces/default/core/services.yaml", middle.as_bytes());
        file(out, b"must-gather/namespaces/default/core/configmaps.yaml", b"apiVersion: v1\nkind: ConfigMapList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: good, namespace: default}\n");
        end(out);
    }
}

/// A manifest of ours with these files.
fn manifest(text: &'static str) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        first(out);
        last(out);
        file(out, b"manifest.json", text.as_bytes());
        end(out);
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let area = "content";
    vec![
        Case::new(
            area,
            "JSON a million deep",
            Expect::Skip,
            line(|| [b"{\"kind\":\"Service\",\"a\":".to_vec(), vec![b'['; 1_000_000]].concat()),
        ),
        Case::new(area, "JSON objects a million deep", Expect::Skip, line(|| br#"{"a":"#.repeat(1_000_000))),
        Case::new(area, "ten million empty arrays", Expect::KeepOrRefuse, |out| {
            around(out, |out| {
                let (head, piece, tail) =
                    (br#"{"kind":"Service","metadata":{"name":"x"},"a":["#.as_slice(), b"[],".as_slice(), b"[]]}\n".as_slice());
                let times = 10_000_000;
                streamed(out, b"objects/core/v1/services.ndjson", (head.len() + piece.len() * times + tail.len()) as u64, |out| {
                    out.write_all(head).unwrap();
                    repeated(out, piece, times);
                    out.write_all(tail).unwrap();
                });
            });
        }),
        Case::new(
            area,
            "two million empty arrays in a line that is not too long",
            Expect::KeepOrRefuse,
            line(|| {
                [
                    br#"{"kind":"Service","metadata":{"name":"x","namespace":"default"},"a":["#.to_vec(),
                    b"[],".repeat(2_000_000),
                    b"[]]}".to_vec(),
                ]
                .concat()
            }),
        ),
        Case::new(area, "a string of a gibibyte", Expect::Skip, |out| {
            around(out, |out| {
                let (head, tail) = (br#"{"kind":"Service","metadata":{"name":"x","annotations":{"a":""#.as_slice(), b"\"}}}\n".as_slice());
                streamed(out, b"objects/core/v1/services.ndjson", (head.len() + (1 << 30) + tail.len()) as u64, |out| {
                    out.write_all(head).unwrap();
                    repeated(out, b"the quick brown fox jumps over the lazy dog ....", (1 << 30) / 48);
                    out.write_all(&[b'x'; (1 << 30) % 48]).unwrap();
                    out.write_all(tail).unwrap();
                });
            });
        })
        .tightly(Expect::Take)
        .heavy(),
        Case::new(area, "a document of 100 MiB", Expect::Skip, |out| {
            around(out, |out| streamed(out, b"objects/core/v1/services.json", 100 << 20, |out| repeated(out, b" ", 100 << 20)));
        }),
        Case::new(
            area,
            "a number beyond all numbers",
            Expect::KeepOrRefuse,
            line(|| br#"{"kind":"Service","metadata":{"name":"x","namespace":"default"},"spec":{"a":1e999}}"#.to_vec()),
        ),
        Case::new(
            area,
            "keys that stand twice",
            Expect::KeepOrRefuse,
            line(|| br#"{"kind":"Service","kind":"Pod","metadata":{"name":"x"},"metadata":{"name":"y"}}"#.to_vec()),
        ),
        Case::new(
            area,
            "bytes that are no text",
            Expect::Skip,
            line(|| b"{\"kind\":\"Service\",\"metadata\":{\"name\":\"\xff\xfe\"}}".to_vec()),
        ),
        Case::new(area, "half a surrogate", Expect::Skip, line(|| br#"{"kind":"Service","metadata":{"name":"\ud800"}}"#.to_vec())),
        Case::new(area, "lists where objects should be", Expect::KeepOrRefuse, line(|| br#"[1,2,{"metadata":[]},null,"x"]"#.to_vec())),
        Case::new(
            area,
            "every field of another type",
            Expect::KeepOrRefuse,
            line(|| {
                br#"{"kind":7,"metadata":{"name":[],"labels":"x","ownerReferences":{"uid":1},"creationTimestamp":-5},"spec":[],"status":"up"}"#.to_vec()
            }),
        ),
        Case::new(
            area,
            "a YAML bomb of aliases",
            Expect::Skip,
            yaml(
                "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\ni: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h]\n",
            ),
        ),
        Case::new(area, "an alias of itself", Expect::KeepOrRefuse, yaml("a: &a [*a]\n")),
        Case::new(
            area,
            "foreign tags",
            Expect::KeepOrRefuse,
            yaml("apiVersion: v1\nkind: ServiceList\nitems: !!python/object/apply:os.system [\"touch pwned\"]\n"),
        ),
        Case::new(area, "YAML very deep", Expect::Skip, |out| yaml(Box::leak("[".repeat(200_000).into_boxed_str()))(out)),
        Case::new(area, "a log line of a gibibyte", Expect::KeepOrRefuse, |out| {
            around(out, |out| streamed(out, b"logs/default/good/a/current.log", 1 << 30, |out| repeated(out, b"abcdefgh", 1 << 27)));
        })
        .heavy(),
        Case::new(area, "a log line of 64 MiB", Expect::KeepOrRefuse, |out| {
            around(out, |out| streamed(out, b"logs/default/good/a/current.log", 64 << 20, |out| repeated(out, b"abcdefgh", 8 << 20)));
        }),
        Case::new(area, "a hundred million lines of one byte", Expect::KeepOrRefuse, |out| {
            around(out, |out| streamed(out, b"logs/default/good/a/current.log", 200_000_000, |out| repeated(out, b"x\n", 100_000_000)));
        })
        .heavy(),
        Case::new(area, "three million lines of one byte", Expect::KeepOrRefuse, |out| {
            around(out, |out| streamed(out, b"logs/default/good/a/current.log", 6_000_000, |out| repeated(out, b"x\n", 3_000_000)));
        }),
        Case::new(
            area,
            "a manifest with a wrong size",
            Expect::RefuseOrTake,
            manifest(
                r#"{"format":1,"tool":"tarbox-collect","files":[{"path":"objects/core/v1/pods.ndjson","bytes":1,"sha256":"00"},{"path":"objects/core/v1/configmaps.ndjson","bytes":2,"sha256":"00"}],"sources":[],"totals":{"files":2,"bytes":3}}"#,
            ),
        ),
        Case::new(
            area,
            "a manifest of what is not there",
            Expect::KeepOrRefuse,
            manifest(
                r#"{"format":1,"files":[{"path":"logs/nowhere","bytes":1,"sha256":"00"}],"sources":[],"totals":{"files":1,"bytes":1}}"#,
            ),
        ),
        Case::new(area, "a manifest of the future", Expect::KeepOrRefuse, manifest(r#"{"format":4711,"files":[],"sources":[]}"#)),
        Case::new(area, "a manifest that is no manifest", Expect::KeepOrRefuse, manifest(r#"["a","b"]"#)),
        Case::new(area, "text among the objects", Expect::Skip, |out| {
            around(out, |out| file(out, b"objects/core/v1/services.ndjson", b"Error from server (Forbidden): services is forbidden\n"));
        }),
        Case::new(area, "a pod that is planted behind an unfinished line", Expect::KeepOrRefuse, |out| {
            around(out, |out| file(out, b"objects/core/v1/services.ndjson", &[b"{\"kind\":\"Service\",".as_slice(), POD].concat()));
        }),
    ]
}
