//! What the strategy of a rolling update allows.

use tarbox_model::object::{Deployment, PortName};

/// How many pods may be missing: percentages are rounded down, and both bounds must not be nothing.
pub(super) fn allowed(deployment: &Deployment, wanted: i32) -> i32 {
    let rolling = &deployment.spec.strategy.rolling_update;
    let percent = |text: &str| text.strip_suffix('%').and_then(|p| p.trim().parse::<f64>().ok()).map(|p| f64::from(wanted) * p / 100.0);
    let resolve = |bound: &Option<PortName>, up: bool| match bound {
        Some(PortName::Number(n)) => f64::from(*n),
        Some(PortName::Name(text)) => percent(text).map_or(0.0, |p| if up { p.ceil() } else { p.floor() }),
        None => {
            if up {
                (f64::from(wanted) / 4.0).ceil()
            } else {
                (f64::from(wanted) / 4.0).floor()
            }
        }
    };
    let (missing, more) = (resolve(&rolling.max_unavailable, false), resolve(&rolling.max_surge, true));
    // Kubernetes takes one for granted when both come to nothing.
    if missing < 1.0 && more >= 1.0 { 0 } else { 1 }
}
