//! What has changed between two tables, where nobody saw it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::book::{Book, tell_down};
use super::change::Change;
use super::sa::{Child, Sa};
use super::table::Table;

/// Tells what is different in the new table: first what is down, then what has changed, then what is up.
pub(super) fn tell(told: &mut VecDeque<Change>, mut old: Table, new: &Book) {
    // What each IKE_SA was.
    let mut were = BTreeMap::new();
    let mut continued = BTreeMap::new();
    for sa in &new.table {
        if let Some(was) = origin(&old, new, sa) {
            if continued.insert(was, sa.ike.id).is_none() {
                were.insert(sa.ike.id, was);
            }
        }
    }
    let gone = old.iter().map(|sa| sa.ike.id);
    let gone: Vec<u32> = gone.filter(|id| !continued.contains_key(id)).collect();
    for id in gone {
        if let Some(sa) = old.remove(id) {
            tell_down(told, sa);
        }
    }
    let mut fresh = Vec::new();
    for sa in &new.table {
        let was = were.get(&sa.ike.id).and_then(|was| old.remove(*was));
        match was {
            Some(was) => tell_continued(told, was, sa, new),
            None => fresh.push(sa),
        }
    }
    for sa in fresh {
        told.push_back(Change::IkeUp(Arc::clone(&sa.ike)));
        for child in &sa.children {
            tell_up(told, sa, child);
        }
    }
}

/// What an IKE_SA was in the old table: itself, or one from which it comes by rekeying, as events have
/// told, or as it has a CHILD_SA of it.
///
/// None with the number of another one comes from any: what is told in between would have both.
fn origin(old: &Table, new: &Book, sa: &Sa) -> Option<u32> {
    let id = sa.ike.id;
    if let Some(old) = old.get(id) {
        return old.ike.is_same(&sa.ike).then_some(id);
    }
    let is_gone = |was: &u32| {
        let now = new.table.get(*was);
        let old = old.get(*was);
        old.is_some_and(|old| now.is_none_or(|now| !now.ike.is_same(&old.ike)))
    };
    if let Some(was) = new.ikes_were.get(&id).filter(|was| is_gone(was)) {
        return Some(*was);
    }
    sa.children.iter().find_map(|child| {
        let (ike, was) = old.child(child.id)?;
        Some(ike.id).filter(|id| was.spi_in.is_some() && was.is_same(child) && is_gone(id))
    })
}

fn tell_continued(told: &mut VecDeque<Change>, was: Sa, sa: &Sa, new: &Book) {
    if !was.ike.is_same(&sa.ike) {
        told.push_back(Change::IkeRekeyed {
            old: was.ike,
            new: Arc::clone(&sa.ike),
        });
    } else if was.ike.ends != sa.ike.ends {
        told.push_back(Change::IkeMoved {
            old: was.ike,
            new: Arc::clone(&sa.ike),
        });
    }
    // The CHILD_SA of which each is the same, or comes by rekeying.
    let mut rest = BTreeMap::new();
    for child in was.children {
        rest.insert(child.id, child);
    }
    let (mut others, mut rekeyed, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    for child in &sa.children {
        match rest.get(&child.id) {
            Some(old) if old.is_same(child) => drop(rest.remove(&child.id)),
            Some(_) => fresh.push(child),
            None => others.push(child),
        }
    }
    for child in others {
        let was = new.children_were.get(&child.id);
        match was.and_then(|was| rest.remove(&was.first)) {
            Some(old) => rekeyed.push((old, Arc::clone(child))),
            None => fresh.push(child),
        }
    }
    for child in rest.into_values() {
        let ike = Arc::clone(&sa.ike);
        told.push_back(Change::ChildDown { ike, child });
    }
    for (old, new) in rekeyed {
        let ike = Arc::clone(&sa.ike);
        told.push_back(Change::ChildRekeyed { ike, old, new });
    }
    for child in fresh {
        tell_up(told, sa, child);
    }
}

fn tell_up(told: &mut VecDeque<Change>, sa: &Sa, child: &Arc<Child>) {
    told.push_back(Change::ChildUp {
        ike: Arc::clone(&sa.ike),
        child: Arc::clone(child),
    });
}
