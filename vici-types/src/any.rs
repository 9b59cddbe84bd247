//! What events have in common.

use std::borrow::Cow;

use crate::sa::IkeSa;
use crate::table::AnyEvent;
use crate::value::Text;

impl AnyEvent {
    /// The name of the connection that the event is about; `(unnamed)` where none was chosen yet.
    ///
    /// None of those that are about something else: certificates, authorities, policies and logs
    /// without one, an alert about the daemon.
    ///
    /// ```
    /// # use vici_types::{AnyEvent, IkeUpdown};
    /// # let mut updown = IkeUpdown::default();
    /// # updown.name = "home".into();
    /// # updown.ike_sa.uniqueid = 7;
    /// # let event = AnyEvent::from(updown);
    /// if let Some(sa) = event.ike_sa() {
    ///     println!("{}: {} {:?}", event.name(), sa.remote_host, event.connection());
    /// }
    /// # assert_eq!(event.connection().unwrap(), "home");
    /// # assert_eq!(event.ike_id(), Some(7));
    /// ```
    pub fn connection(&self) -> Option<&Text> {
        match self {
            Self::ListSa(event) => Some(&event.name),
            Self::ListPolicy(event) => event.policy.ike.as_ref(),
            Self::ListConn(event) => Some(&event.name),
            Self::ListCert(_) | Self::ListAuthority(_) => None,
            Self::Log(event) => event.ikesa_name.as_ref(),
            Self::ControlLog(event) => event.ikesa_name.as_ref(),
            Self::IkeUpdown(event) => Some(&event.name),
            Self::IkeRekey(event) => Some(&event.name),
            Self::IkeUpdate(event) => Some(&event.name),
            Self::ChildUpdown(event) => Some(&event.name),
            Self::ChildRekey(event) => Some(&event.name),
            Self::Alert(event) => event.ike_sa.as_ref().map(|named| &named.name),
        }
    }

    /// The IKE_SA that the event is about, with what it tells of its CHILD_SAs; of a rekeying the
    /// new ones.
    ///
    /// It is borrowed but for `child-rekey`.
    pub fn ike_sa(&self) -> Option<Cow<'_, IkeSa>> {
        match self {
            Self::ListSa(event) => Some(Cow::Borrowed(&event.ike_sa)),
            Self::IkeUpdown(event) => Some(Cow::Borrowed(&event.ike_sa)),
            Self::IkeRekey(event) => Some(Cow::Borrowed(event.new_ike_sa())),
            Self::IkeUpdate(event) => Some(Cow::Borrowed(&event.ike_sa)),
            Self::ChildUpdown(event) => Some(Cow::Borrowed(&event.ike_sa)),
            Self::ChildRekey(event) => {
                let ike_sa = event.ike_sa.clone();
                Some(Cow::Owned(ike_sa.map_children(|child| child.new)))
            }
            Self::Alert(event) => {
                let named = event.ike_sa.as_ref();
                named.map(|named| Cow::Borrowed(&named.ike_sa))
            }
            Self::ListPolicy(_)
            | Self::ListConn(_)
            | Self::ListCert(_)
            | Self::ListAuthority(_)
            | Self::Log(_)
            | Self::ControlLog(_) => None,
        }
    }

    /// The unique number of the IKE_SA that the event is about, as `ike-id` takes it; of a rekeying
    /// that of the new one.
    pub fn ike_id(&self) -> Option<u32> {
        match self {
            Self::Log(event) => event.ikesa_uniqueid,
            Self::ControlLog(event) => event.ikesa_uniqueid,
            Self::ChildRekey(event) => Some(event.ike_sa.uniqueid),
            event => event.ike_sa().map(|sa| sa.uniqueid),
        }
    }
}
