//! Tokens of Git hosts and build servers.

use super::Detector;

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "github-token",
        "GitHub token: personal, OAuth, user, server, refresh",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r#"\b(gh[pousr]_[A-Za-z0-9]{36,255})\b"#,
    )
    .examples(&[concat!("x ⟦gh", "p_OunHTBExR7EM4Qa2Y", "Vjq4WtNsHjSM1RsZsVI⟧")], &["ghp_x", "ghp_not-a-token"]),
    Detector::shape("github-fine-token", "GitHub fine-grained token", &["github_pat_"], r#"\b(github_pat_[A-Za-z0-9_]{70,100})"#).examples(
        &[concat!("x ⟦gi", "thub_pat_VgoYRmltAYI4LqThfRlNEz_dlz3gL35pepHAk", "iCWXmrbvrZ6cvVErJPr9xlcbJtmTso3uS63e9TnKS6tWS⟧")],
        &["github_pat_x"],
    ),
    Detector::shape(
        "gitlab-token",
        "GitLab token of any kind",
        &["glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-", "glsoat-", "glcbt-", "glffct-", "GR1348941"],
        r#"\b((?:gl(?:pat|dt|rt|ptt|ft|imt|agent|oas|soat|cbt|ffct)-|GR1348941)[A-Za-z0-9_=.-]{20,})"#,
    )
    .examples(&[concat!("x ⟦gl", "pat-j00QbGLP", "eSyknTpix2Dv⟧")], &["glpat-x"]),
    Detector::shape(
        "bitbucket-token",
        "Bitbucket app password or access token",
        &["ATBB", "ATCTT3"],
        r#"\b((?:ATBB|ATCTT3)[A-Za-z0-9_=.-]{28,})"#,
    )
    .examples(&[concat!("x ⟦AT", "BBVfVbDMTeNz1csSh", "3Ab3NPDJx9Kt5DIOo⟧")], &["ATBB"]),
    Detector::shape("atlassian-token", "Atlassian API token", &["ATATT3"], r#"\b(ATATT3[A-Za-z0-9_=.-]{60,})"#).examples(
        &[concat!(
            "x ⟦AT",
            "ATT3SrUggWJotLlXeqmPGRXBXYYBBjhfpj5URGKjo8Wa4LIEq4dMt1JozHNXQxvUIAyvOrWRhecZnQekkbGGJbSPip2H",
            "mjXzzeGQ166xI9d8tJTf0I41JBgsrYB6iGw8tXU7DdK3sVUpJyfE77gXpFfbZz2VDfWGZa2n8NPGM9cXofvHo8wo601Y⟧"
        )],
        &["ATATT3"],
    ),
    Detector::shape("sourcegraph-token", "Sourcegraph token", &["sgp_"], r#"\b(sgp_(?:[0-9a-f]{16}_)?[0-9a-f]{40})\b"#)
        .examples(&[concat!("x ⟦sg", "p_694a8e2b28d584c6540", "35a0a03e854078abd9d82⟧")], &["sgp_x"]),
    Detector::shape("circleci-token", "CircleCI token", &["CCIPAT_", "CCIPRJ_"], r#"\b(CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40})\b"#)
        .examples(&[concat!("x ⟦CC", "IPAT_fxnpVBcwKpy7WaeczUBnX6_42fa56", "00ea69243d50ca895a73a2efeb23baa9a2⟧")], &["CCIPAT_x"]),
    Detector::shape("buildkite-token", "Buildkite token", &["bkua_", "bkpt_"], r#"\b(bk(?:ua|pt)_[0-9a-f]{40})\b"#)
        .examples(&[concat!("x ⟦bk", "ua_d9f79f7473b8c6d761f", "b676778ce752f33729b71⟧")], &["bkua_x"]),
    Detector::shape("sonarqube-token", "SonarQube token", &["squ_", "sqp_", "sqa_"], r#"\b(sq[upa]_[0-9a-f]{40})\b"#)
        .examples(&[concat!("x ⟦sq", "u_a68f9296226fc9d2053", "7d8933bf50c542111af81⟧")], &["squ_x"]),
    Detector::shape(
        "snyk-token",
        "Snyk personal or service token",
        &["snyk_"],
        r#"\b(snyk_(?:uat|sat)\.[0-9a-f]{8}\.[A-Za-z0-9._-]{40,})"#,
    )
    .examples(&[concat!("x ⟦sn", "yk_uat.73e39aff.dilHPC5fYmjJQB0sOeiTs5", "jo3Szr7G8U9jbuVAcCcGLxrW9GHrrDGRFAbb4k⟧")], &["snyk_test"]),
];
