//! Keys of payment services and shops, card numbers.

use super::{Detector, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "stripe-key",
        "Stripe secret or restricted key",
        &["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
        r#"\b([sr]k_(?:live|test)_[A-Za-z0-9]{16,})"#,
    )
    .examples(&[concat!("x ⟦sk", "_live_uGobkqlPb", "5y9pgZb11m4L6C1⟧")], &["pk_live_public", "sk_live_"]),
    Detector::shape("webhook-secret", "Stripe or Standard Webhooks signing secret", &["whsec_"], r#"\b(whsec_[A-Za-z0-9+/=]{24,})"#)
        .examples(&[concat!("x ⟦wh", "sec_PJCR8sPs930mKa", "ku183aFPXdyTVKJXqr⟧")], &["whsec_x"]),
    Detector::shape(
        "square-token",
        "Square token",
        &["sq0atp-", "sq0csp-", "EAAAE"],
        r#"\b(sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|EAAAE[A-Za-z0-9_-]{59})"#,
    )
    .examples(&[concat!("x ⟦sq", "0atp-cfzvyrNc0", "8tYTBkYgk4o6H⟧")], &["sq0idp-x"]),
    Detector::shape(
        "braintree-token",
        "Braintree access token",
        &["access_token$"],
        r#"(access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32})"#,
    )
    .examples(&[concat!("x ⟦ac", "cess_token$production$sqysepkwxlltgs", "nn$3e02e648ae9ae9941e58e2c541081377⟧")], &["access_token$x"]),
    Detector::shape(
        "shopify-token",
        "Shopify token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r#"\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})\b"#,
    )
    .examples(&[concat!("x ⟦sh", "pat_b7c3f16c6db28f", "c197b770d4fa43eb50⟧")], &["shpat_x"]),
    Detector::shape("razorpay-key", "Razorpay key", &["rzp_live_", "rzp_test_"], r#"\b(rzp_(?:live|test)_[A-Za-z0-9]{14,})"#)
        .examples(&[concat!("x ⟦rz", "p_live_Pw1mIFUJhlULsK⟧")], &["rzp_live_"]),
    Detector::shape(
        "plaid-token",
        "Plaid access token",
        &["access-production-", "access-sandbox-", "access-development-"],
        r#"\b(access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"#,
    )
    .examples(&[concat!("x ⟦ac", "cess-production-3f2504e0-4", "f89-11d3-9a0c-0305e82c3301⟧")], &["access-production-logs"]),
    Detector::shape("flutterwave-key", "Flutterwave secret key", &["FLWSECK"], r#"\b(FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?)\b"#)
        .examples(&[concat!("x ⟦FL", "WSECK_TEST-1f5cd4097be3", "96c40cd17ec0555811fd-X⟧")], &["FLWSECK"]),
    Detector::shape(
        "card-number",
        "number of a payment card, with a valid check digit",
        &[],
        concat!(
            r"(?:^|[^0-9A-Za-z.:_-])((?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|5\d{2}|4[4-9]\d))",
            r"[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})(?:[^0-9A-Za-z:_-]|$)"
        ),
    )
    .checked(validate::luhn)
    .examples(
        &[concat!("paid with ⟦42", "42424242424242⟧ today"), concat!("pan=⟦37", "82-822463-10005⟧")],
        &["4242424242424241", "id 1714550000000000", "4111 reasons"],
    ),
    Detector::context(
        "card-number-named",
        "number of a payment card in groups of four, near its name",
        &["card", "visa", "amex", "mastercard"],
        r"(?i)(?:card|visa|amex)[^\n]{0,40}?[^0-9.:_-]((?:[2-6]\d{3} \d{4} \d{4} \d{4}|3[47]\d{2} \d{6} \d{5}))(?:[^0-9A-Za-z:_-]|$)",
    )
    .checked(validate::luhn)
    .examples(&[concat!("charged Visa ⟦42", "42 4242 4242 4242⟧ today")], &["card 4242 4242 4242 4241", "cardinality 4000 5000"]),
];
