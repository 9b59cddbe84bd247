//! A copy of the table that is made of changes alone, each of which must be possible.

use std::collections::{BTreeMap, BTreeSet};

use vici_control::watch::{Change, Table};

/// What is compared of a table: IKE_SAs with the last part of the address of the peer, and the numbers
/// of their CHILD_SAs.
pub(crate) type Sas = BTreeMap<u32, (u16, BTreeSet<u32>)>;

/// The table as it is compared.
pub(crate) fn of_table(table: &Table) -> Sas {
    let sas: Sas = table
        .iter()
        .map(|sa| {
            let children: BTreeSet<u32> = sa.children.iter().map(|child| child.id).collect();
            assert_eq!(children.len(), sa.children.len(), "a child is there twice");
            for child in &children {
                let (owner, found) = table.child(*child).unwrap();
                assert_eq!((owner.id, found.id), (sa.ike.id, *child));
            }
            (sa.ike.id, (sa.ike.ends.remote_port.unwrap_or(0), children))
        })
        .collect();
    let children: usize = sas.values().map(|(_, children)| children.len()).sum();
    assert_eq!((table.len(), table.children()), (sas.len(), children));
    sas
}

/// Follows the changes; panics at one that does not fit what was told before.
#[derive(Default)]
pub(crate) struct Mirror {
    pub(crate) sas: Sas,
}

impl Mirror {
    /// Applies a change. `table` is what the first list has shown.
    pub(crate) fn apply(&mut self, change: &Change, table: &Table) {
        match change {
            Change::Listed => {
                assert!(self.sas.is_empty(), "it is listed for the first time once");
                self.sas = of_table(table);
            }
            Change::IkeUp(ike) => {
                let port = ike.ends.remote_port.unwrap_or(0);
                let before = self.sas.insert(ike.id, (port, BTreeSet::new()));
                assert_eq!(before, None, "{change}");
            }
            Change::IkeDown(ike) => {
                let (_, children) = self.sas.remove(&ike.id).unwrap();
                assert!(children.is_empty(), "{change}, with {children:?}");
            }
            Change::IkeRekeyed { old, new } => {
                let (_, children) = self.sas.remove(&old.id).unwrap();
                let port = new.ends.remote_port.unwrap_or(0);
                let before = self.sas.insert(new.id, (port, children));
                assert_eq!(before, None, "{change}");
            }
            Change::IkeMoved { old, new } => {
                let (port, _) = self.sas.get_mut(&new.id).unwrap();
                assert_eq!(Some(*port), old.ends.remote_port, "{change}");
                assert_ne!(old.ends, new.ends, "{change}");
                *port = new.ends.remote_port.unwrap();
            }
            Change::ChildUp { ike, child } => {
                let (_, children) = self.sas.get_mut(&ike.id).unwrap();
                assert!(children.insert(child.id), "{change}");
            }
            Change::ChildDown { ike, child } => {
                let (_, children) = self.sas.get_mut(&ike.id).unwrap();
                assert!(children.remove(&child.id), "{change}");
            }
            Change::ChildRekeyed { ike, old, new } => {
                let (_, children) = self.sas.get_mut(&ike.id).unwrap();
                assert!(children.remove(&old.id), "{change}");
                assert!(children.insert(new.id), "{change}");
            }
            Change::ChildMoved { from, to, child } => {
                assert_ne!(from.id, to.id, "{change}");
                let (_, children) = self.sas.get_mut(&from.id).unwrap();
                assert!(children.remove(&child.id), "{change}");
                let (_, children) = self.sas.get_mut(&to.id).unwrap();
                assert!(children.insert(child.id), "{change}");
            }
            _ => {}
        }
    }
}
