//! The events that tell of SAs.

use vici_types::{Alert, ChildRekey, ChildUpdown, Event as _, IkeRekey, IkeUpdate, IkeUpdown};

/// The events that are watched. A daemon need not know the last two.
pub const EVENTS: &[&str] = &[
    IkeUpdown::NAME,
    ChildUpdown::NAME,
    IkeRekey::NAME,
    ChildRekey::NAME,
    IkeUpdate::NAME,
    Alert::NAME,
];

pub(super) fn is_optional(event: &str) -> bool {
    event == IkeUpdate::NAME || event == Alert::NAME
}
