//! The SAs that are up.

use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;

use super::sa::{Child, Ike, Sa};

/// The SAs of a daemon that are up, by their unique numbers.
///
/// What is being set up, and what is being closed or was replaced and only waits for its peer, is not
/// here, though a daemon lists it. Several SAs may have the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    sas: BTreeMap<u32, Sa>,
    /// The IKE_SA of each CHILD_SA.
    owners: BTreeMap<u32, u32>,
}

impl Table {
    /// The IKE_SAs with their CHILD_SAs, by their unique numbers.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.sas.values())
    }

    /// The IKE_SA of this unique number.
    pub fn get(&self, id: u32) -> Option<&Sa> {
        self.sas.get(&id)
    }

    /// The CHILD_SA of this unique number, and its IKE_SA.
    pub fn child(&self, id: u32) -> Option<(&Arc<Ike>, &Arc<Child>)> {
        let sa = self.get(*self.owners.get(&id)?)?;
        Some((&sa.ike, sa.child(id)?))
    }

    /// The IKE_SAs of a connection.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Sa> {
        self.iter().filter(move |sa| sa.ike.name == name)
    }

    /// Whether a child of a connection is up.
    pub fn is_up(&self, ike: &str, child: &str) -> bool {
        self.named(ike).any(|sa| sa.has_child(child))
    }

    /// How many IKE_SAs are up.
    pub fn len(&self) -> usize {
        self.sas.len()
    }

    /// How many CHILD_SAs are up.
    pub fn children(&self) -> usize {
        self.owners.len()
    }

    /// Whether no IKE_SA is up.
    pub fn is_empty(&self) -> bool {
        self.sas.is_empty()
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Sa> {
        self.sas.get_mut(&id)
    }

    /// Adds an IKE_SA of a number that is not there.
    pub(super) fn insert(&mut self, ike: Arc<Ike>) {
        let children = Vec::new();
        self.sas.insert(ike.id, Sa { ike, children });
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<Sa> {
        let sa = self.sas.remove(&id)?;
        for child in &sa.children {
            self.owners.remove(&child.id);
        }
        Some(sa)
    }

    /// Adds a CHILD_SA to an IKE_SA that is there; what there was of its number is replaced.
    pub(super) fn insert_child(&mut self, ike: u32, child: Arc<Child>) {
        if self
            .owners
            .get(&child.id)
            .is_some_and(|owner| *owner != ike)
        {
            self.remove_child(child.id);
        }
        let Some(sa) = self.sas.get_mut(&ike) else {
            return;
        };
        let id = child.id;
        match sa.position(id) {
            Ok(index) => sa.children[index] = child,
            Err(index) => {
                if sa.children.is_empty() {
                    // Most have one.
                    sa.children.reserve_exact(1);
                }
                sa.children.insert(index, child);
            }
        }
        self.owners.insert(id, ike);
    }

    pub(super) fn remove_child(&mut self, id: u32) -> Option<(Arc<Ike>, Arc<Child>)> {
        let sa = self.sas.get_mut(&self.owners.remove(&id)?)?;
        let index = sa.position(id).ok()?;
        Some((Arc::clone(&sa.ike), sa.children.remove(index)))
    }
}

/// The IKE_SAs of a [`Table`], with their CHILD_SAs.
#[derive(Clone, Debug)]
pub struct Iter<'a>(btree_map::Values<'a, u32, Sa>);

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Sa;

    fn next(&mut self) -> Option<&'a Sa> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Table {
    type Item = &'a Sa;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
