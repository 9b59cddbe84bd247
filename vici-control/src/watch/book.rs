//! What events and lists mean to a table.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::Arc;

use vici_types::{AnyEvent, ChildRekey, ChildUpdown, IkeRekey, IkeUpdate, IkeVersion};

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
    /// Of what nobody was told: from which IKE_SA one of the table comes by rekeying.
    pub(super) ikes_were: BTreeMap<u32, u32>,
    /// From which CHILD_SA one of the table comes by rekeying.
    pub(super) children_were: BTreeMap<u32, Origin>,
    /// IKE_SAs of IKEv1 that are down, while it is not known where their CHILD_SAs are.
    closing: BTreeSet<u32>,
}

/// Where a CHILD_SA comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// What was rekeyed last.
    last: u32,
    /// What was rekeyed first.
    pub(super) first: u32,
}

impl Book {
    /// Follows an event.
    pub(super) fn event(&mut self, event: &AnyEvent) {
        match event {
            AnyEvent::IkeUpdown(event) if event.up => {
                let ike = Arc::new(Ike::new(&event.name, &event.ike_sa));
                if ike.version != IkeVersion::V1 {
                    // All that it gets is told from now on.
                    self.partial.remove(&ike.id);
                }
                self.ike_up(ike);
            }
            AnyEvent::IkeUpdown(event) => {
                self.ike_goes_down(&Ike::new(&event.name, &event.ike_sa));
            }
            AnyEvent::IkeRekey(event) => self.ike_rekeyed(event),
            AnyEvent::IkeUpdate(event) => self.ike_moved(event),
            AnyEvent::ChildUpdown(event) => self.child_updown(event),
            AnyEvent::ChildRekey(event) => self.child_rekeyed(event),
            _ => {}
        }
        self.settle();
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

    /// Takes out the IKE_SAs that are down, when it is known where all that they had is.
    pub(super) fn settle(&mut self) {
        let all_known = self.partial.is_empty();
        let is_empty = |id: &u32| self.table.get(*id).is_none_or(|sa| sa.children.is_empty());
        let closed = self.closing.iter().copied();
        let closed: Vec<u32> = closed.filter(|id| all_known || is_empty(id)).collect();
        for id in closed {
            self.ike_down(id);
        }
    }

    /// Takes out an IKE_SA. Where IKEv1 has made a new one in its place, the CHILD_SAs have gone there
    /// without an event: the new one has to be listed.
    pub(super) fn ike_goes_down(&mut self, old: &Ike) {
        let successors = self.table.iter().map(|sa| &sa.ike);
        let successors = successors.filter(|new| replaces(new, old));
        let successors: Vec<u32> = successors.map(|ike| ike.id).collect();
        if successors.is_empty() {
            return self.ike_down(old.id);
        }
        self.partial.remove(&old.id);
        self.partial.extend(successors);
        self.closing.insert(old.id);
    }

    /// A list of one IKE_SA has not shown it as up.
    pub(super) fn is_not_listed(&mut self, id: u32) {
        self.partial.remove(&id);
        if !self.closing.contains(&id) {
            self.ike_down(id);
        }
    }

    /// Takes out an IKE_SA with all that it has.
    pub(super) fn ike_down(&mut self, id: u32) {
        self.partial.remove(&id);
        self.closing.remove(&id);
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
            if known.is_same(&child) {
                let from = Arc::clone(owner);
                // It has never gone to an older one: that was before it was listed.
                let is_v1 = from.version == IkeVersion::V1;
                let to = if is_v1 { ike.max(from.id) } else { ike };
                self.table.insert_child(to, Arc::clone(&child));
                return self.child_moved(from, to, child);
            }
            self.child_down(child.id);
        }
        self.table.insert_child(ike, Arc::clone(&child));
        if let Some(sa) = self.table.get(ike) {
            let ike = Arc::clone(&sa.ike);
            self.tell(|| Change::ChildUp { ike, child });
        }
    }

    fn child_moved(&mut self, from: Arc<Ike>, to: u32, child: Arc<Child>) {
        let to = self.table.get(to).filter(|to| to.ike.id != from.id);
        if let Some(to) = to.map(|to| Arc::clone(&to.ike)) {
            self.tell(|| Change::ChildMoved { from, to, child });
        }
    }

    fn child_down(&mut self, id: u32) {
        self.children_were.remove(&id);
        if let Some((ike, child)) = self.table.remove_child(id) {
            self.tell(|| Change::ChildDown { ike, child });
        }
    }

    /// Which CHILD_SA is replaced by one that comes from this one.
    ///
    /// When both ends rekey at once 5.9 tells of each new one, and of the end of none: the last one holds.
    fn replaced(&self, ike: u32, was: u32, new: &Child) -> u32 {
        if self.table.child(was).is_some() {
            return was;
        }
        let others = self.table.get(ike).map(|sa| &sa.children);
        let others = || others.into_iter().flatten().map(|child| (child, child.id));
        let others = || others().filter(|(_, id)| *id != new.id);
        let origin = |id: &u32| self.children_were.get(id);
        let mut rivals = others().filter(|(_, id)| origin(id).is_some_and(|of| of.last == was));
        if let Some((_, rival)) = rivals.next() {
            return rival;
        }
        // One that was listed, so that nothing has told where it comes from.
        let mut alike = others().filter(|(child, id)| {
            origin(id).is_none() && (&child.name, child.reqid) == (&new.name, new.reqid)
        });
        match (alike.next(), alike.next()) {
            (Some((_, rival)), None) => rival,
            _ => was,
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
            if was == id {
                self.child_up(ike.id, new);
                continue;
            }
            let replaced = self.replaced(ike.id, was, &new);
            let first = self.children_were.remove(&replaced);
            let first = first.map_or(was, |origin| origin.first);
            self.children_were.insert(id, Origin { last: was, first });
            if self.table.child(id).is_some() {
                self.child_down(replaced);
                self.child_up(ike.id, new);
                continue;
            }
            let Some((owner, old)) = self.table.remove_child(replaced) else {
                self.child_up(ike.id, new);
                continue;
            };
            self.table.insert_child(ike.id, Arc::clone(&new));
            self.child_moved(owner, ike.id, Arc::clone(&old));
            self.tell(|| Change::ChildRekeyed { ike, old, new });
        }
    }
}

/// Whether the first may have been made in the place of the other one, as IKEv1 does.
fn replaces(new: &Ike, old: &Ike) -> bool {
    new.id > old.id
        && [&new.version, &old.version] == [&IkeVersion::V1; 2]
        && (&new.name, &new.local_id, &new.remote_id) == (&old.name, &old.local_id, &old.remote_id)
        && new.ends.remote_host == old.ends.remote_host
}

/// Tells that an IKE_SA and all that it had is not up any more.
pub(super) fn tell_down(told: &mut VecDeque<Change>, sa: Sa) {
    for child in sa.children {
        let ike = Arc::clone(&sa.ike);
        told.push_back(Change::ChildDown { ike, child });
    }
    told.push_back(Change::IkeDown(sa.ike));
}
