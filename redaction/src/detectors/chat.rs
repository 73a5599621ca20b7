//! Tokens and hooks of chat, mail and paging services.

use super::{Detector, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "slack-token",
        "Slack token",
        &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxe", "xapp-"],
        r#"\b((?:xox[abopres]|xoxe\.xox[bp]|xapp)-[A-Za-z0-9-]{10,})"#,
    )
    .examples(&[concat!("x ⟦xo", "xb-123456789012-12345678901", "23-YJrnUpP9v8e4FDrOUqBxY9CY⟧")], &["xoxb-", "foxo-1"]),
    Detector::context(
        "slack-webhook",
        "Slack incoming webhook",
        &["hooks.slack.com"],
        r#"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{20,})"#,
    )
    .examples(
        &[concat!("https://hooks.slack.com/services/⟦TP", "36ZV5HM/B7RH6IBIL/MW2", "3Yv5tdiQBmXs68BG1gl87⟧")],
        &["dial hooks.slack.com:443", "hooks.slack.com/services/"],
    ),
    Detector::context("discord-webhook", "Discord webhook", &["api/webhooks/"], r#"api/webhooks/(\d{16,20}/[A-Za-z0-9_-]{50,})"#).examples(
        &[concat!(
            "https://discord.com/api/webhooks/⟦12",
            "3456789012345678/F_xFQUwUoETd9ju1dv5ICK8vLg",
            "qCllU3wKMhS5EoZ6a9n6zWCxMskR3j0JmEo4xLd6ix⟧"
        )],
        &["/api/webhooks/github"],
    ),
    Detector::context(
        "discord-token",
        "Discord bot token",
        &["discord", "bot "],
        r#"(?i)(?:discord|bot)[^\n]{0,40}?\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})"#,
    )
    .examples(&[concat!("DISCORD bot: ⟦Mt", "1rUOizYFIEwwcBju2wisKS.AeBX9s", ".w0NcoZ2lZETSzxlxjuaAYtkAFpi⟧")], &["discord bot started"]),
    Detector::shape("telegram-token", "Telegram bot token", &[":AA"], r#"\b(\d{8,10}:AA[A-Za-z0-9_-]{33})(?:[^A-Za-z0-9_-]|$)"#)
        .examples(&[concat!("x ⟦12", "3456789:AAazZRAXnXHuFg", "GkfdswP63cjnBmo1XuLB7⟧")], &["12:AA", "mac 00:AA:BB"]),
    Detector::context(
        "teams-webhook",
        "Microsoft Teams webhook",
        &["webhook.office.com"],
        r#"webhook\.office\.com/webhookb2/([A-Za-z0-9@/_-]{40,})"#,
    )
    .examples(
        &[concat!(
            "https://x.webhook.office.com/webhookb2/⟦3f",
            "2504e0-4f89-11d3-9a0c-0305e82c3301@3f2504e0-4f89-11d3-9a0c-0",
            "305e82c3301/IncomingWebhook/d6ca548ccc3b5519a96c17b4a2d97903⟧"
        )],
        &["lookup x.webhook.office.com"],
    ),
    Detector::context(
        "chat-hook",
        "Mattermost, Rocket.Chat or Google Chat hook",
        &["/hooks/", "chat.googleapis.com"],
        concat!(
            r#"(?:/hooks/([A-Za-z0-9]{17,26}(?:/[A-Za-z0-9]{40,})?)(?:[^A-Za-z0-9]|$)"#,
            r#"|chat\.googleapis\.com/v1/spaces/[^\s"?]+\?([^\s"]{20,}))"#
        ),
    )
    .checked(validate::random)
    .examples(
        &[concat!("https://chat.example.com/hooks/⟦1e", "p47moq3hyrq7", "wen0roiwjecg⟧")],
        &["POST /hooks/github", "/hooks/post-start"],
    ),
    Detector::shape("sendgrid-key", "SendGrid key", &["SG."], r#"\b(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})"#)
        .examples(&[concat!("x ⟦SG", ".sLicQq1vwgiSK99PyH1yl9.xkymjQNms7", "ezok79mVDN0LaOUolybVa3zJ0MHKoojpN⟧")], &["SG.x", "msg.type"]),
    Detector::shape("mailgun-key", "Mailgun key", &["key-"], r#"\b(key-[0-9a-f]{32})\b"#)
        .examples(&[concat!("x ⟦ke", "y-4fd8294362724b9", "ed5b266478c0a5247⟧")], &["key-value", "public key-id"]),
    Detector::shape("mailchimp-key", "Mailchimp key", &["-us"], r#"\b([0-9a-f]{32}-us\d{1,2})\b"#)
        .examples(&[concat!("x ⟦1b", "ebe8c4d02f6a8b6895", "965afb91ebf1-us12⟧")], &["en-us", "us-east-1"]),
    Detector::context("twilio-key", "Twilio key or auth token", &["twilio"], r#"(?i)twilio[^\n]{0,60}?\b((?:SK)?[0-9a-f]{32})\b"#)
        .examples(&[concat!("TWILIO_AUTH: ⟦5b", "22a5f2600c66b4e", "4478c57dd5904e5⟧")], &["twilio client started"]),
    Detector::shape(
        "brevo-key",
        "Brevo (Sendinblue) key",
        &["xkeysib-", "xsmtpsib-"],
        r#"\b(x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16})\b"#,
    )
    .examples(
        &[concat!("x ⟦xk", "eysib-c765e599cf9208165775ae6a87aa699b0b206c", "5cf87264cfac65003eb4c9af71-b6INAHFMMKyFD7M7⟧")],
        &["xkeysib-x"],
    ),
    Detector::shape("facebook-token", "Meta Graph API token", &["EAA"], r#"\b(EAA[A-Za-z0-9]{80,})"#).examples(
        &[concat!(
            "x ⟦EA",
            "A6rxL4L8COmUa1lyBKvFZi108e6BgElSYgONzbwMqUN81boYNCqj7O0Ws5DWR",
            "w6hMQq4hmqyDkslFQyDeZaXRcA05V8Byyfv4N41Xk11aoyoRw1KDhtcHCXkw⟧"
        )],
        &["EAA"],
    ),
];
