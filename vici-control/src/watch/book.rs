//! What events and lists mean to a table.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::Arc;

use vici_types::{AnyEvent, ChildRekey, ChildUpdown, IkeRekey, IkeUpdate};

use super::change::Change;
use super::sa::{Child, Ike, Sa};
use super::table::Table;

/// A table, and what is known about it.
///
/// Everything may be told twice, and an event later than the list that shows what it has done: what is
/// known already changes nothing, and what is gone comes back only until the event that ends it.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) table: Table,
    /// The IKE_SAs that may have CHILD_SAs which nothing has told of.
    pub(super) partial: BTreeSet<u32>,
    /// What has become of the table, if anybody is to know.
    pub(super) told: Option<VecDeque<Change>>,
    /// Of what nobody was told: from which SA an SA of the table comes by rekeying.
    pub(super) ikes_were: BTreeMap<u32, u32>,
    pub(super) children_were: BTreeMap<u32, u32>,
}

impl Book {
    /// Follows an event.
    pub(super) fn event(&mut self, event: &AnyEvent) {
        match event {
            AnyEvent::IkeUpdown(event) if event.up => {
                let ike = Ike::new(&event.name, &event.ike_sa);
                // All that it gets is told from now on.
                self.partial.remove(&ike.id);
                self.ike_up(Arc::new(ike));
            }
            AnyEvent::IkeUpdown(event) => self.ike_down(event.ike_sa.uniqueid),
            AnyEvent::IkeRekey(event) => self.ike_rekeyed(event),
            AnyEvent::IkeUpdate(event) => self.ike_moved(event),
            AnyEvent::ChildUpdown(event) => self.child_updown(event),
            AnyEvent::ChildRekey(event) => self.child_rekeyed(event),
            _ => {}
        }
    }

    /// Takes over what a list shows of an IKE_SA.
    pub(super) fn replace(&mut self, ike: Arc<Ike>, children: Vec<Arc<Child>>) {
        let id = ike.id;
        self.partial.remove(&id);
        self.ike_up(ike);
        let listed: BTreeSet<u32> = children.iter().map(|child| child.id).collect();
        let known = self.table.get(id).map(|sa| &sa.children);
        let known = known.into_iter().flatten().map(|child| child.id);
        for gone in known.filter(|id| !listed.contains(id)).collect::<Vec<_>>() {
            self.child_down(gone);
        }
        for child in children {
            self.child_up(id, child);
        }
    }

    /// Takes out an IKE_SA with all that it has.
    pub(super) fn ike_down(&mut self, id: u32) {
        self.partial.remove(&id);
        self.ikes_were.remove(&id);
        let Some(sa) = self.table.remove(id) else {
            return;
        };
        for child in &sa.children {
            self.children_were.remove(&child.id);
        }
        if let Some(told) = &mut self.told {
            tell_down(told, sa);
        }
    }

    fn tell(&mut self, change: impl FnOnce() -> Change) {
        if let Some(told) = &mut self.told {
            told.push_back(change());
        }
    }

    /// Adds an IKE_SA, or what is new about it; whether it was not there.
    fn ike_up(&mut self, ike: Arc<Ike>) -> bool {
        match self.table.get_mut(ike.id) {
            Some(sa) if sa.ike.is_same(&ike) => {
                let old = mem::replace(&mut sa.ike, Arc::clone(&ike));
                if old.ends != ike.ends {
                    self.tell(|| Change::IkeMoved { old, new: ike });
                }
                return false;
            }
            Some(_) => self.ike_down(ike.id),
            None => {}
        }
        self.table.insert(Arc::clone(&ike));
        self.tell(|| Change::IkeUp(ike));
        true
    }

    /// Adds an IKE_SA that an event about a CHILD_SA shows.
    fn ike_of_child(&mut self, ike: Ike) -> Arc<Ike> {
        let ike = Arc::new(ike);
        if self.ike_up(Arc::clone(&ike)) {
            self.partial.insert(ike.id);
        }
        ike
    }

    fn ike_moved(&mut self, event: &IkeUpdate) {
        let Some(sa) = self.table.get(event.ike_sa.uniqueid) else {
            return;
        };
        let mut ike = Ike::clone(&sa.ike);
        ike.ends.local_host = event.local_host.clone();
        ike.ends.local_port = Some(event.local_port);
        ike.ends.remote_host = event.remote_host.clone();
        ike.ends.remote_port = Some(event.remote_port);
        self.ike_up(Arc::new(ike));
    }

    fn ike_rekeyed(&mut self, event: &IkeRekey) {
        let new = Arc::new(Ike::new(&event.name, event.new_ike_sa()));
        let (was, id) = (event.old_ike_sa().uniqueid, new.id);
        if was == id {
            return;
        }
        let was_partial = self.partial.remove(&was);
        let old = self.table.remove(was);
        let origin = self.ikes_were.remove(&was).unwrap_or(was);
        let Some(old) = old else {
            if self.ike_up(new) {
                self.partial.insert(id);
            }
            self.remember_ike(id, origin);
            return;
        };
        if self.table.get(id).is_some_and(|sa| !sa.ike.is_same(&new)) {
            self.ike_down(id);
        }
        // Its coming up is told as a rekeying.
        let told = self.told.take();
        if self.ike_up(Arc::clone(&new)) && was_partial {
            self.partial.insert(id);
        }
        self.told = told;
        self.remember_ike(id, origin);
        for child in old.children {
            self.table.insert_child(id, child);
        }
        let old = old.ike;
        self.tell(|| Change::IkeRekeyed { old, new });
    }

    fn remember_ike(&mut self, id: u32, origin: u32) {
        if self.told.is_none() {
            self.ikes_were.insert(id, origin);
        }
    }

    fn child_updown(&mut self, event: &ChildUpdown) {
        let children = event.ike_sa.child_sas.iter().flatten();
        for (section, child) in children {
            let Some(child) = Child::new(section, child) else {
                continue;
            };
            if event.up {
                let ike = self.ike_of_child(Ike::new(&event.name, &event.ike_sa));
                self.child_up(ike.id, Arc::new(child));
            } else {
                self.child_down(child.id);
            }
        }
    }

    /// Adds a CHILD_SA to an IKE_SA that is there.
    fn child_up(&mut self, ike: u32, child: Arc<Child>) {
        if let Some((owner, known)) = self.table.child(child.id) {
            if owner.id == ike && known.is_same(&child) {
                return self.table.insert_child(ike, child);
            }
            self.child_down(child.id);
        }
        self.table.insert_child(ike, Arc::clone(&child));
        if let Some(sa) = self.table.get(ike) {
            let ike = Arc::clone(&sa.ike);
            self.tell(|| Change::ChildUp { ike, child });
        }
    }

    fn child_down(&mut self, id: u32) {
        self.children_were.remove(&id);
        if let Some((ike, child)) = self.table.remove_child(id) {
            self.tell(|| Change::ChildDown { ike, child });
        }
    }

    fn child_rekeyed(&mut self, event: &ChildRekey) {
        let children = event.ike_sa.child_sas.iter().flatten();
        for (section, child) in children {
            let (Some(was), Some(new)) = (child.old.uniqueid, Child::new(section, &child.new))
            else {
                continue;
            };
            let (id, new) = (new.id, Arc::new(new));
            let ike = self.ike_of_child(Ike::new(&event.name, &event.ike_sa));
            let is_known = self.table.child(id).is_some();
            if was == id || is_known {
                if was != id {
                    self.child_down(was);
                }
                self.child_up(ike.id, new);
                continue;
            }
            let origin = self.children_were.remove(&was).unwrap_or(was);
            if self.told.is_none() {
                self.children_were.insert(id, origin);
            }
            let Some((_, old)) = self.table.remove_child(was) else {
                self.child_up(ike.id, new);
                continue;
            };
            self.table.insert_child(ike.id, Arc::clone(&new));
            self.tell(|| Change::ChildRekeyed { ike, old, new });
        }
    }
}

/// Tells that an IKE_SA and all that it had is not up any more.
pub(super) fn tell_down(told: &mut VecDeque<Change>, sa: Sa) {
    for child in sa.children {
        let ike = Arc::clone(&sa.ike);
        told.push_back(Change::ChildDown { ike, child });
    }
    told.push_back(Change::IkeDown(sa.ike));
}
