//! Whether a workload has reason to mind its settings: pods that are not ready, complaints that still hold.

use std::collections::BTreeMap;

use tarbox_model::log::Family;
use tarbox_model::{Context, ObjectRef};

use crate::complaints::{Complaint, complaints};

/// The first complaint of every workload, or pod without one, about connections, log-ins or its own failure.
pub(super) fn complaining<'a>(context: &Context<'a>) -> BTreeMap<ObjectRef, Vec<Complaint<'a>>> {
    let mut all: BTreeMap<ObjectRef, Vec<Complaint<'a>>> = BTreeMap::new();
    let serious = |family: Family| matches!(family, Family::Connection | Family::Authentication | Family::Application);
    for complaint in complaints(context, |hit| serious(hit.family)) {
        all.entry(complaint.client.clone()).or_default().push(complaint);
    }
    all
}
