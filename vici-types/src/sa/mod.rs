//! IKE_SAs and CHILD_SAs: `list-sas`, and the events about them.

mod child;
mod event;
mod ike;

pub use self::child::{ChildSa, Traffic};
pub use self::event::{
    Alert, ChildRekey, ChildRekeyed, ChildUpdown, IkeRekey, IkeRekeyed, IkeUpdate, IkeUpdown,
    NamedIkeSa,
};
pub use self::ike::IkeSa;

use crate::check::not_zero;
use crate::value::Text;

request! {
    /// `list-sas`: the IKE_SAs with their CHILD_SAs, as [`ListSa`] events.
    ///
    /// What is given must match. `child` and `child_id` hide no IKE_SA, only other CHILD_SAs.
    ///
    /// ```
    /// use vici_types::ListSas;
    ///
    /// let all = ListSas::new().noblock(true);
    /// let one = ListSas { ike: Some("home".into()), ..Default::default() };
    /// assert_eq!(one, ListSas::new().ike("home"));
    /// ```
    ///
    /// A few keys of each as a struct of your own: [`ItemsAs`](crate::ItemsAs). The example
    /// `list_tunnels` of `vici-client` prints them. The example `exporter` of `vici-control` makes metrics
    /// of them.
    ///
    /// Streams [`ListSa`](crate::ListSa), and is answered by [`Empty`](crate::Empty).
    #[doc(alias = "list-sas")]
    pub struct ListSas {
        /// Skip IKE_SAs that are busy instead of waiting for them.
        "noblock" noblock: flag bool,
        /// Only IKE_SAs with this name.
        "ike" ike: opt Text,
        /// `ike-id`: Only the IKE_SA with this unique ID.
        "ike-id" ike_id: num u32,
        /// Only include CHILD_SAs with this name. Since 5.9.6. IKE_SAs without a match
        /// are still reported, with empty child-sas.
        "child" child: opt Text,
        /// `child-id`: Only include the CHILD_SA with this unique ID. Since 5.9.6. IKE_SAs
        /// without a match are still reported, with empty child-sas.
        "child-id" child_id: num u32,
    }
    check(list) {
        not_zero("ike-id", list.ike_id)?;
        not_zero("child-id", list.child_id)?;
    }
}

record! {
    /// `list-sa`: one IKE_SA with its CHILD_SAs.
    ///
    /// Several may have the same name; [`IkeSa::uniqueid`] tells them apart.
    #[doc(alias = "list-sa")]
    #[derive(Default)]
    pub struct ListSa {
        named
        /// The IKE_SA; its section is named after the connection.
        ike_sa: IkeSa,
    }
}
