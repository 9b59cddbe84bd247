//! What a watch tells.

use std::fmt;
use std::sync::Arc;

use vici_types::Alert;

use super::sa::{Child, Ike};

/// What has changed in the table of a [`Watch`](super::Watch), or about it.
///
/// The table has it already when the change is returned. All changes, applied one after the other to a
/// copy of the table, make the table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The SAs were listed for the first time: the table is whole. It comes once, before all else but
    /// alerts; what was up by then is told in no other way.
    Listed,
    /// An IKE_SA came up.
    IkeUp(Arc<Ike>),
    /// An IKE_SA is not up any more. Its CHILD_SAs were told before.
    IkeDown(Arc<Ike>),
    /// An IKE_SA was replaced by rekeying. Its CHILD_SAs go on under the new one.
    IkeRekeyed {
        /// The one that was replaced.
        old: Arc<Ike>,
        /// The one that is up now.
        new: Arc<Ike>,
    },
    /// An end of an IKE_SA has another address or port. Since 5.9.2; before, it is told with the next
    /// CHILD_SA that comes up.
    IkeMoved {
        /// The IKE_SA with the addresses that it had.
        old: Arc<Ike>,
        /// The same IKE_SA with the addresses that it has.
        new: Arc<Ike>,
    },
    /// A CHILD_SA came up.
    ChildUp {
        /// The IKE_SA that it is of.
        ike: Arc<Ike>,
        /// The CHILD_SA.
        child: Arc<Child>,
    },
    /// A CHILD_SA is not up any more.
    ChildDown {
        /// The IKE_SA that it was of.
        ike: Arc<Ike>,
        /// The CHILD_SA.
        child: Arc<Child>,
    },
    /// A CHILD_SA was replaced by rekeying.
    ChildRekeyed {
        /// The IKE_SA that it is of.
        ike: Arc<Ike>,
        /// The one that was replaced.
        old: Arc<Child>,
        /// The one that is up now.
        new: Arc<Child>,
    },
    /// A CHILD_SA goes on under another IKE_SA. Of IKEv1 only, which rekeys an IKE_SA by making another
    /// one: that is told as up, then its CHILD_SAs as moved, and then the old one as down.
    ChildMoved {
        /// The IKE_SA that it was of.
        from: Arc<Ike>,
        /// The IKE_SA that it is of.
        to: Arc<Ike>,
        /// The CHILD_SA.
        child: Arc<Child>,
    },
    /// Something went wrong, which changes nothing in the table. Since 6.0.3; older daemons have no
    /// alerts.
    Alert(Arc<Alert>),
    /// The connection to the daemon has ended. The table stays as it is until the daemon is there again,
    /// which [`Resynchronised`](Self::Resynchronised) tells.
    Disconnected {
        /// Why.
        reason: String,
    },
    /// The SAs were listed anew, since changes may have been missed. What is different now is told by
    /// the changes that follow: what is down first. Whatever came and went meanwhile is not told, and
    /// what was rekeyed meanwhile may be told as down and up.
    Resynchronised(Why),
}

/// Why the SAs were listed anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The connection to the daemon was made anew.
    Reconnected,
    /// Events were lost: they were not taken in time, or could not be read.
    Lost {
        /// How many.
        events: u64,
    },
}

/// One line, for people.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed => f.write_str("listed"),
            Self::IkeUp(ike) => {
                let (local, remote) = (&ike.local_id, &ike.remote_id);
                write!(f, "{ike} is up: {}, {local} with {remote}", ike.ends)
            }
            Self::IkeDown(ike) => write!(f, "{ike} is down"),
            Self::IkeRekeyed { old, new } => write!(f, "{old} was rekeyed: {new}"),
            Self::IkeMoved { old, new } => write!(f, "{new} moved: {} to {}", old.ends, new.ends),
            Self::ChildUp { ike, child } => {
                write!(f, "{ike} {child} is up: ")?;
                list(f, &child.local_ts)?;
                f.write_str(" === ")?;
                list(f, &child.remote_ts)
            }
            Self::ChildDown { ike, child } => write!(f, "{ike} {child} is down"),
            Self::ChildRekeyed { ike, old, new } => write!(f, "{ike} {old} was rekeyed: {new}"),
            Self::ChildMoved { from, to, child } => write!(f, "{from} {child} goes on: {to}"),
            Self::Alert(alert) => match &alert.ike_sa {
                Some(sa) => {
                    let (name, id) = (&sa.name, sa.ike_sa.uniqueid);
                    write!(f, "{name}[{id}] alert: {}", alert.type_)
                }
                None => write!(f, "alert: {}", alert.type_),
            },
            Self::Disconnected { reason } => write!(f, "disconnected: {reason}"),
            Self::Resynchronised(Why::Reconnected) => f.write_str("connected and listed again"),
            Self::Resynchronised(Why::Lost { events }) => {
                write!(f, "listed again, as {events} events were lost")
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Display]) -> fmt::Result {
    for (number, item) in items.iter().enumerate() {
        let blank = if number == 0 { "" } else { " " };
        write!(f, "{blank}{item}")?;
    }
    Ok(())
}
