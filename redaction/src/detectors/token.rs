//! Tokens of identity, AI, monitoring and developer services.

use super::{Detector, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "jwt",
        "JSON Web Token, also a service account's",
        &["eyJ"],
        r"\b(eyJ[A-Za-z0-9_-]{8,}\.(?:eyJ[A-Za-z0-9_-]{8,}|[A-Za-z0-9_-]*)\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,2})",
    )
    .checked(validate::jwt)
    .examples(
        &[concat!(
            "x ⟦ey",
            "JhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6eDp5IiwiZX",
            "hwIjoxNzE0NTUwMDAwfQ.QkPb75tX9rnSD5qyCnogpjkVnd7zVkEaGzb4Gcn1hG8OChJqMexTZaMmdO4Fx⟧ y"
        )],
        &["eyJ", "eyJhIjoxfQ"],
    ),
    Detector::shape("vault-token", "HashiCorp Vault token", &["hvs.", "hvb.", "hvr."], r"\b(hv[sbr]\.[A-Za-z0-9_-]{24,})").examples(
        &[concat!("x ⟦hv", "s.AMuFKw415zBnfrtDDN7KDCylvzdufkuIbmnTxQ5i8Ofv", "C9MMW84QUynSIXvebQJAEo3UuW1ZGGgDTas6Ineoa6ucfj⟧")],
        &["hvs.x"],
    ),
    Detector::context(
        "vault-legacy-token",
        "Vault token of the old form, near its name",
        &["vault"],
        r"(?i)vault[^\n]{0,60}?[^A-Za-z0-9.]([sb]\.[A-Za-z0-9]{24})(?:[^A-Za-z0-9]|$)",
    )
    .checked(validate::random)
    .examples(&[concat!("vault login ⟦s.", "vkSgG0YzP1zy", "4LG3iGSww8rm⟧")], &["vault s.x", "vault.hashicorp.com/agent-inject"]),
    Detector::shape(
        "openai-key",
        "OpenAI, DeepSeek or other sk- key",
        &["sk-"],
        r"\b(sk-(?:(?:proj|svcacct|admin|None|or-v1)-)?[A-Za-z0-9_-]{20,})",
    )
    .checked(validate::random)
    .examples(
        &[concat!("x ⟦sk", "-proj-u6yKlZNX3lKkatR4brEH3", "WRB6WfrsjHCERolvjVRwVMdIr7w⟧")],
        &["task-scheduler-controller-worker-pool", "sk-short"],
    ),
    Detector::shape("anthropic-key", "Anthropic key", &["sk-ant-"], r"\b(sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{60,})").examples(
        &[concat!(
            "x ⟦sk",
            "-ant-api03-bLlIX8QWgDivnVIi5BnGm1RKBa2Jd7XTwFxdxZZz4D",
            "BOU9mJg6k9Lf5wq4pXEHlWHa7QIvQolbdT2LLmQ1vsTivtzcez0AA⟧"
        )],
        &["sk-ant-x"],
    ),
    Detector::shape("huggingface-token", "Hugging Face token", &["hf_", "api_org_"], r"\b((?:hf|api_org)_[A-Za-z]{34})\b")
        .examples(&[concat!("x ⟦hf", "_XpDDSculjKTmOQYHL", "yWYGjyczisAEVlQON⟧")], &["hf_home", "half_hf_"]),
    Detector::shape("replicate-token", "Replicate token", &["r8_"], r"\b(r8_[A-Za-z0-9]{37})\b")
        .examples(&[concat!("x ⟦r8", "_gG9FHqqxNX82wIamVd", "PHDt72gn3amDUhqtsoa⟧")], &["r8_x"]),
    Detector::shape("groq-key", "Groq key", &["gsk_"], r"\b(gsk_[A-Za-z0-9]{52})\b")
        .examples(&[concat!("x ⟦gs", "k_lQOA7rx8OwuJ6kJRbiVnfdnbq", "14TCwwJXT6egTATB8ldpKjGK2Ax⟧")], &["gsk_x"]),
    Detector::shape("perplexity-key", "Perplexity key", &["pplx-"], r"\b(pplx-[A-Za-z0-9]{48})\b")
        .examples(&[concat!("x ⟦pp", "lx-SQm5OwUGH5AckIurDssBZIB", "VWgd4w0URQoAqxCxe9ZAG9Ule⟧")], &["pplx-70b-online"]),
    Detector::shape("xai-key", "xAI key", &["xai-"], r"\b(xai-[A-Za-z0-9]{70,})\b").examples(
        &[concat!("x ⟦xa", "i-PhZTPuBFbtBfyq8mL9EkMbpsTaHhLKamCNgyGrS", "4l4eHHQtj3VA4lmtEsPUEZWGP9uRGX3DdLIOTE0ff⟧")],
        &["xai-grok"],
    ),
    Detector::shape("langsmith-key", "LangSmith key", &["lsv2_"], r"\b(lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10})\b")
        .examples(&[concat!("x ⟦ls", "v2_pt_da2f54fdf309e28580a", "eba55aaaf2a93_891cf29d7e⟧")], &["lsv2_x"]),
    Detector::shape(
        "grafana-token",
        "Grafana service account, cloud or old API token",
        &["glsa_", "glc_", "eyJrIjoi"],
        r"\b(glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/]{32,}={0,2}|eyJrIjoi[A-Za-z0-9+/]{60,}={0,2})",
    )
    .examples(&[concat!("x ⟦gl", "sa_s0yCGcnk1R4hKeffXQ3", "8saE4sXdCUkk1_283358b8⟧")], &["glc_x"]),
    Detector::shape(
        "newrelic-key",
        "New Relic key",
        &["NRAK-", "NRII-", "NRJS-", "NRIQ-", "NRAL"],
        r"\b(NR(?:AK|II|JS|IQ)-[A-Za-z0-9_-]{19,32}|[0-9a-f]{36}NRAL)\b",
    )
    .examples(&[concat!("x ⟦NR", "AK-OMM58M0R3PZF", "QRJLBYI35HGYZ8V⟧")], &["NRAK-x", "CENRAL"]),
    Detector::shape("sentry-token", "Sentry token", &["sntrys_", "sntryu_"], r"\b(sntrys_eyJ[A-Za-z0-9+/=_]{50,}|sntryu_[0-9a-f]{64})")
        .examples(&[concat!("x ⟦sn", "tryu_47a7b2320beb7e0e8a5b29685c3074", "052c4d8f2d48344f80b39307f5b865a072⟧")], &["sntryu_x"]),
    Detector::shape("dynatrace-token", "Dynatrace token", &["dt0c01.", "dt0s"], r"\b(dt0[a-z]\d{2}\.[A-Z0-9]{8,24}\.[A-Z0-9]{64})\b")
        .examples(
            &[concat!("x ⟦dt", "0c01.MAZA4BDMTT8E19N6NFGFNUC3.LRWG9RQJDCXFJVBQP", "LBD1AWEIMJ383U25OM4R2D4NJ2K4H1XLV3GCIEXEQ6QH6R2⟧")],
            &["dt0c01.x"],
        ),
    Detector::context(
        "datadog-key",
        "Datadog API or application key, near its name",
        &["datadog", "dd_", "dd-api-key", "dd-application-key"],
        r#"(?i)(?:datadog|\bdd)[_-](?:api|app|application)[_-]?key["']?\s*[:=]\s*["']?([0-9a-f]{32,40})\b"#,
    )
    .examples(&[concat!("DD-API-KEY: ⟦d6", "c69cab46211a2ed", "b0a5e8118e708c1⟧")], &["dd_trace_enabled=true", "datadog-agent started"]),
    Detector::shape("linear-key", "Linear key", &["lin_api_", "lin_oauth_"], r"\b(lin_(?:api|oauth)_[A-Za-z0-9]{40,64})\b")
        .examples(&[concat!("x ⟦li", "n_api_nBgudPzhAMf7Hswpb", "TE3kAldWxBzwsJJUbOT88TA⟧")], &["lin_api_x"]),
    Detector::shape("notion-token", "Notion token", &["ntn_", "secret_"], r"\b(ntn_[A-Za-z0-9]{43,50}|secret_[A-Za-z0-9]{43})\b")
        .examples(&[concat!("x ⟦nt", "n_vP9Ebumph9ywTyMOewAEQR", "97m95x5ypK1x45h8seBLttDK⟧")], &["secret_name", "count_x"]),
    Detector::shape("airtable-token", "Airtable token", &["pat"], r"\b(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})\b").examples(
        &[concat!("x ⟦pa", "t8mynGRuBLxIvlX.121ea6374b7b159340067c71", "93c187e75bb810a920335970ebe3c74a021013a2⟧")],
        &["pattern", "path.sum"],
    ),
    Detector::shape("figma-token", "Figma token", &["figd_", "figo_"], r"\b(fig[do]_[A-Za-z0-9_-]{40,})")
        .examples(&[concat!("x ⟦fi", "gd_vchd7Pk7RJdzMVnLMqVR", "7ITUapdkpmCfWJb6n5HFuBf⟧")], &["figd_x"]),
    Detector::shape("postman-key", "Postman key", &["PMAK-"], r"\b(PMAK-[0-9a-f]{24}-[0-9a-f]{34})\b")
        .examples(&[concat!("x ⟦PM", "AK-0920028ac7c203c53352761a-26f", "06b9afdb2b3ab594e4feb6428f053c0⟧")], &["PMAK-x"]),
    Detector::shape(
        "launchdarkly-key",
        "LaunchDarkly SDK, mobile or API key",
        &["sdk-", "mob-", "api-"],
        r"\b((?:sdk|mob|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\b",
    )
    .examples(&[concat!("x ⟦sd", "k-3f2504e0-4f89-41d", "3-9a0c-0305e82c3301⟧")], &["sdk-version", "api-server"]),
    Detector::context("okta-token", "Okta API token behind SSWS", &["SSWS"], r"\bSSWS\s+([A-Za-z0-9_-]{40,})")
        .examples(&[concat!("Authorization: SSWS ⟦00", "BeMWp0nG4gVfXnDAcaXK", "9suLORjf9TceFSORFBIL⟧")], &["SSWS scheme"]),
    Detector::shape(
        "onepassword-token",
        "1Password service account token or secret key",
        &["ops_eyJ", "A3-"],
        concat!(
            r"\b(ops_eyJ[A-Za-z0-9+/=_-]{100,}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}",
            r"|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5})"
        ),
    )
    .examples(&[concat!("x ⟦A3", "-X48WT9-I753MJ70CEK", "-JB3OJ-JR87A-61LJ1⟧")], &["A3-format"]),
    Detector::shape("tailscale-key", "Tailscale key", &["tskey-"], r"\b(tskey-(?:[a-z]+-)?[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,})\b")
        .examples(&[concat!("x ⟦ts", "key-auth-pAK0PKmIdaTG-42ZTg", "mvKCccS4R1pj6N1gtePz3taRexX⟧")], &["tskey-auth"]),
    Detector::shape("prefect-token", "Prefect key", &["pnu_", "pnb_"], r"\b(pn[ub]_[A-Za-z0-9]{36})\b")
        .examples(&[concat!("x ⟦pn", "u_fT6Yymp5ym4uPYhF0", "CwB0vGN3VJwUzXJSHoM⟧")], &["pnu_x"]),
    Detector::shape("contentful-token", "Contentful token", &["CFPAT-"], r"\b(CFPAT-[A-Za-z0-9_-]{43})")
        .examples(&[concat!("x ⟦CF", "PAT-9Rvrj74A3YKV6l6Drgcz", "LkKKv4wbrKfjDPHaBn2cBpW⟧")], &["CFPAT-x"]),
];
