//! What changes are called in the tests.

use vici_control::watch::{Change, Why};

/// A change in short.
pub(crate) fn word(change: &Change) -> String {
    match change {
        Change::Listed => "listed".to_owned(),
        Change::IkeUp(ike) => format!("{ike} up"),
        Change::IkeDown(ike) => format!("{ike} down"),
        Change::IkeRekeyed { old, new } => format!("{old} is {new}"),
        Change::IkeMoved { new, .. } => format!("{new} moved"),
        Change::ChildUp { child, .. } => format!("{child} up"),
        Change::ChildDown { child, .. } => format!("{child} down"),
        Change::ChildRekeyed { old, new, .. } => format!("{old} is {new}"),
        Change::ChildMoved { child, .. } => format!("{child} goes on"),
        Change::Alert(alert) => alert.type_.to_string(),
        Change::Disconnected { .. } => "disconnected".to_owned(),
        Change::Resynchronised(Why::Reconnected) => "connected again".to_owned(),
        Change::Resynchronised(Why::Lost { events }) => format!("{events} lost"),
        other => panic!("{other:?}"),
    }
}
