//! What no event tells.

use std::vec;

use vici_types::{ListSa, Traffic};

use super::sa::is_child_up;

/// The traffic of the CHILD_SAs of a list that are up, by their unique numbers.
#[derive(Default)]
pub(super) struct Traffics(Vec<(u32, Traffic)>);

impl Traffics {
    pub(super) fn add(&mut self, item: &ListSa) {
        let children = item.ike_sa.children();
        let children = children.filter(|child| is_child_up(&child.state));
        let traffics = children.filter_map(|child| Some((child.uniqueid?, child.traffic())));
        self.0.extend(traffics);
    }
}

impl IntoIterator for Traffics {
    type Item = (u32, Traffic);
    type IntoIter = vec::IntoIter<(u32, Traffic)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
