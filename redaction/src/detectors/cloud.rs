//! Keys of cloud providers and of the services that run on them.

use super::{Detector, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "aws-access-key",
        "AWS access key id, long-term or temporary",
        &["AKIA", "ASIA", "ABIA", "ACCA"],
        r#"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b"#,
    )
    .examples(
        &[concat!("key ⟦AK", "IAQYLPMN5HHHFPZAM2⟧ used"), concat!("id=⟦AS", "IAQYLPMN5HHHFPZAM2⟧")],
        &["AKIA is a prefix", "asiapacific-southeast-1"],
    ),
    Detector::context(
        "aws-secret-key",
        "AWS secret access key, by its name",
        &["aws_secret", "aws-secret", "aws.secret", "awssecret", "aws_sk"],
        concat!(
            r#"(?i)aws[a-z_.-]{0,20}(?:secret|sk)[a-z_.-]{0,20}["']?\s{0,3}[=:]\s{0,3}["']?([A-Za-z0-9/+]{40})"#,
            r#"(?:[^A-Za-z0-9/+=]|$)"#
        ),
    )
    .checked(validate::random)
    .examples(
        &[concat!("aws_secret_access_key = ⟦wJ", "alrXUtnFEMI/K7MDENG", "+bPxRfiCYzK3mPqLs7d⟧")],
        &["aws_secret_name = my-secret", "aws-region: eu-west-1"],
    ),
    Detector::shape(
        "aws-session-token",
        "AWS session token of the STS",
        &["FwoGZXIvYXdz", "IQoJb3JpZ2lu"],
        "((?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9/+=]{60,})",
    )
    .examples(
        &[concat!(
            "token ⟦IQ",
            "oJb3JpZ2luDVWqyfkrFAZd6+6X/yZl+DcI08WoHmiXWnhREl/A",
            "sie+ys64KT2rumOT/zNtTKjCSFbLRCIe2GWM1wYovdzuMobWRv⟧"
        )],
        &["IQoJb3JpZ2lu is a prefix"],
    ),
    Detector::shape("aws-bedrock-key", "AWS Bedrock API key", &["ABSK"], r#"\b(ABSK[A-Za-z0-9+/]{100,}={0,2})"#).examples(
        &[concat!(
            "x ⟦AB",
            "SKKB5oiAKCAAfLesTgcfQgWHHxjZ7GFTjMemb6ivyQKhVtwu9xaP1Fnd4",
            "Nc493WZ0LllvBChfmMoFZEYjyhgLUCPiUCGUfT7EKz0xDodmdChgnUaTM⟧"
        )],
        &["ABSK is short"],
    ),
    Detector::shape(
        "aws-mws-key",
        "Amazon MWS key",
        &["amzn.mws."],
        r#"\b(amzn\.mws\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"#,
    )
    .examples(&[concat!("x ⟦am", "zn.mws.4ea38b7b-f563-7", "709-4bae-87aea15c7f31⟧")], &["amzn.mws.example"]),
    Detector::context(
        "signed-url",
        "signature, credential or token in a pre-signed URL of AWS, Google, Azure",
        &["x-amz-", "x-goog-", "sig="],
        "(?i)(?:[?&](?:x-(?:amz|goog)-(?:signature|credential|security-token)|sig)=)([A-Za-z0-9%+/=_-]{20,})",
    )
    .examples(
        &[
            concat!(
                "https://s3.amazonaws.com/b/k?X-Amz-Expires=60&X-Amz-Signature=⟦0b",
                "d267ac60992ac792dba9b936fbc969c",
                "cbbd6f2852f8d389888d7b77e776bf3⟧"
            ),
            concat!("https://x.blob.core.windows.net/c?sv=2022-11-02&sig=⟦Yh", "yfPkXKB6cY6ibNmRqfgDD3Q5s7", "KfiMw3PeuYc16f%3D⟧&se=2024"),
        ],
        &["?X-Amz-Algorithm=AWS4-HMAC-SHA256", "config=1&design=minimal-and-very-long-value"],
    ),
    Detector::context(
        "aws-request-signature",
        "signature in an AWS Authorization header",
        &["AWS4-HMAC-SHA256"],
        r#"AWS4-HMAC-SHA256\b[^\n]*?\bSignature=([0-9a-f]{64})"#,
    )
    .examples(
        &[concat!(
            "AWS4-HMAC-SHA256 Credential=x/20240501/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=⟦4b",
            "271a79ba23bd558c4d237295a631155",
            "a97f32447a6d554e1e9ddbfb598f48f⟧"
        )],
        &["AWS4-HMAC-SHA256"],
    ),
    Detector::shape("google-api-key", "Google API key", &["AIza"], r#"\b(AIza[A-Za-z0-9_-]{35})(?:[^A-Za-z0-9_-]|$)"#)
        .examples(&[concat!("key=⟦AI", "zaOGIY7GsZnKHzXi0FPEh", "szcc3xG8swySbNj1⟧&q=1")], &["AIza", "AIzaShort"]),
    Detector::shape("google-oauth-token", "Google OAuth access token", &["ya29."], r#"\b(ya29\.[A-Za-z0-9_-]{20,})"#)
        .examples(&[concat!("x ⟦ya", "29.bkx5q2nVfVTnOn9vE9USV2VesOheD", "U9U8wMrIc4KH6LLZ-5l-4RrnU6U8XAwx⟧")], &["ya29. is a prefix"]),
    Detector::shape("google-refresh-token", "Google OAuth refresh token", &["1//0"], "(?:^|[^A-Za-z0-9])(1//0[A-Za-z0-9_-]{35,})")
        .examples(&[concat!("x ⟦1/", "/0selNBsZGzobe4BOOdacqMNbfBQOl1E", "amz91o2sjsS3gG0zdKi_OuChYNHNJcx⟧")], &["1//0 is short"]),
    Detector::shape("google-client-secret", "Google OAuth client secret", &["GOCSPX-"], r#"\b(GOCSPX-[A-Za-z0-9_-]{28})"#)
        .examples(&[concat!("x ⟦GO", "CSPX-zYnTSSSnmhZX", "P37XFjT0upP6fBw5⟧")], &["GOCSPX-short"]),
    Detector::context(
        "google-key-id",
        "id of a Google service account's key",
        &["private_key_id"],
        r#"private_key_id\\*["']?\s*[:=]\s*\\*["']?([0-9a-f]{40})\b"#,
    )
    .examples(
        &[concat!(r#""private_key_id": "⟦c693c66c80cfe8d05d09"#, r#"86d2a4a308762c4f1572⟧""#)],
        &[r#""private_key_id": """#, "private_key_id missing"],
    ),
    Detector::context(
        "azure-account-key",
        "Azure storage account key or shared access key in a connection string",
        &["AccountKey=", "AccessKey="],
        "(?i)(?:Account|SharedAccess|Access)Key=([A-Za-z0-9+/]{40,}={0,2})",
    )
    .examples(
        &[concat!(
            "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=⟦/7",
            "Urv8mCRuEC2zRqIj4PsEYcOZTNppX50b+RzcbOV9nwog4JkdzFjhQSXO+u+",
            "Jh97FhZ58upvQLZo5xMuTThZJ==⟧;EndpointSuffix=core.windows.net"
        )],
        &["AccountKey=short"],
    ),
    Detector::shape(
        "azure-client-secret",
        "Azure AD application secret",
        &["0Q~", "1Q~", "2Q~", "3Q~", "4Q~", "5Q~", "6Q~", "7Q~", "8Q~", "9Q~"],
        "(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})(?:[^A-Za-z0-9_~.-]|$)",
    )
    .examples(&[concat!("x ⟦ab", "c8Q~e6pJ1T9SECsS8mE", "JePeO2selzgJhllTFuK⟧")], &["8Q~ short"]),
    Detector::shape("digitalocean-token", "DigitalOcean token", &["dop_v1_", "doo_v1_", "dor_v1_"], r#"\b(do[opr]_v1_[0-9a-f]{64})\b"#)
        .examples(&[concat!("x ⟦do", "p_v1_76e7c0b93f13eb8a336fde340b4cea", "d3cfd4257e68460ab25ad947c0347254f9⟧")], &["dop_v1_x"]),
    Detector::shape("alibaba-access-key", "Alibaba Cloud access key id", &["LTAI"], r#"\b(LTAI[A-Za-z0-9]{16,26})\b"#)
        .checked(validate::random)
        .examples(&[concat!("x ⟦LT", "AI5t37IyfCTs9eyC6FBvEU⟧")], &["voltaic LTAI"]),
    Detector::shape("tencent-secret-id", "Tencent Cloud secret id", &["AKID"], r#"\b(AKID[A-Za-z0-9]{32})\b"#)
        .examples(&[concat!("x ⟦AK", "IDot5c66LRgbJ6NxP", "TBaUq8SxcPOlNeIF8⟧")], &["AKID"]),
    Detector::shape(
        "yandex-key",
        "Yandex Cloud key",
        &["AQVN", "y0_"],
        r#"\b(AQVN[A-Za-z0-9_-]{35,38}|y0_[A-Za-z0-9_-]{50,})(?:[^A-Za-z0-9_-]|$)"#,
    )
    .examples(&[concat!("x ⟦AQ", "VN9dGbdU4guip0x24wZ", "GQIw1fp33P6mGprgO6A⟧")], &["AQVN"]),
    Detector::shape("heroku-key", "Heroku API key", &["HRKU-"], r#"\b(HRKU-[A-Za-z0-9_-]{36,})"#)
        .examples(&[concat!("x ⟦HR", "KU-bmbhWAujGrod7u4wGyWHk2Nu6YWOO", "StkbSrU1bHcNNZsJjt4IMnbiScUHWMi⟧")], &["HRKU-1"]),
    Detector::shape("fly-token", "Fly.io token", &["fm1r_", "fm2_", "fo1_"], r#"\b((?:fm1r_|fm2_|fo1_)[A-Za-z0-9+/=_-]{40,})"#).examples(
        &[concat!("x ⟦fm", "2_TI4HSMrU64DOkHaKRoIba7ZzbaqgQQCWA+6LZ2+", "mXP2/WhzDuX1OFHRbME1YH9Qh+DwTvuDyhWDmqHLe⟧")],
        &["fm2_band"],
    ),
    Detector::shape("cloudflare-origin-key", "Cloudflare origin CA key", &["v1.0-"], r#"\b(v1\.0-[0-9a-f]{24}-[0-9a-f]{140,})"#).examples(
        &[concat!(
            "x ⟦v1",
            ".0-4f2b383413b9b8415c00eebc-71bea9d48d227a6c1e979a8d100d16732f45ef20891b28b9e77127e913d",
            "8d34adbfcff2cacad99fe07282141036fe9629a9f4eb895c90307d644358ee57c9dd050e34be3d831295da1⟧"
        )],
        &["v1.0-rc1"],
    ),
    Detector::shape("terraform-token", "Terraform Cloud token", &[".atlasv1."], r#"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,})"#)
        .examples(
            &[concat!("x ⟦Av", "cGa9Ki4EO0iU.atlasv1.QCiqEHV6yru0uLsvbnUkztl", "fttckEqLiNNCBjOm4J2AutcUrGmKS5A7GWZkYDfNnWfa⟧")],
            &["x.atlasv1.y"],
        ),
    Detector::shape("pulumi-token", "Pulumi token", &["pul-"], r#"\b(pul-[0-9a-f]{40})\b"#)
        .examples(&[concat!("x ⟦pu", "l-34861d4fb9d60cdd90d", "7be82e31e5a6a44b8520a⟧")], &["pul-request"]),
    Detector::shape(
        "doppler-token",
        "Doppler token",
        &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
        r#"\b(dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,})"#,
    )
    .examples(&[concat!("x ⟦dp", ".pt.YDeH1NUcw7cjFlOiTyOk", "ZTJwYiwxc05JvenLEFvHkVW⟧")], &["dp.st.x"]),
    Detector::shape("databricks-token", "Databricks token", &["dapi"], r#"\b(dapi[0-9a-f]{32}(?:-\d)?)\b"#)
        .examples(&[concat!("x ⟦da", "pi4cf7c0ab433d361", "54c593a01f4903e5d⟧")], &["/dapi/v1", "dapibus"]),
    Detector::shape(
        "planetscale-token",
        "PlanetScale token or password",
        &["pscale_"],
        r#"\b(pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,})"#,
    )
    .examples(&[concat!("x ⟦ps", "cale_pw_trEPA09Nuwe0JEjw59", "32zAIid4eZ17CzPozHuHlUdij⟧")], &["pscale_branch"]),
    Detector::shape("netlify-token", "Netlify token", &["nfp_"], r#"\b(nfp_[A-Za-z0-9]{36})\b"#)
        .examples(&[concat!("x ⟦nf", "p_90IgscMxeG1lIDmxd", "OIXZpp39oMPG09twpSk⟧")], &["nfp_1"]),
    Detector::shape("supabase-key", "Supabase key", &["sbp_", "sb_secret_"], r#"\b(sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,})"#)
        .examples(&[concat!("x ⟦sb", "p_c2b5b3c61d2784b5cd2", "38cf74b50980ffc38e45c⟧")], &["sbp_1"]),
    Detector::shape("scaleway-key", "Scaleway access key", &["SCW"], r#"\b(SCW[A-Z0-9]{17})\b"#)
        .examples(&[concat!("x ⟦SC", "WAQJOJTEE9B5S46YK2⟧")], &["SCW region"]),
];
