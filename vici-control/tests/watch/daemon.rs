//! A daemon that does what comes: SAs are set up, come up, are rekeyed, move, go down, and linger.

use std::collections::{BTreeMap, VecDeque};

use vici_types::{
    AnyEvent, ChildRekey, ChildRekeyed, ChildSa, ChildState, ChildUpdown, IkeRekey, IkeSa, IkeSpi,
    IkeState, IkeUpdate, IkeUpdown, IkeVersion, ListSa, Named, Spi,
};

use crate::mirror::Sas;

/// Numbers that look random, and are the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = (mixed ^ (mixed >> 31)) >> 33;
        usize::try_from(number).unwrap() % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())])
    }
}

/// An event, and what is to be told of it where nothing is listed.
pub(crate) struct Raised {
    pub(crate) event: AnyEvent,
    /// Nothing, if it takes a list to know.
    pub(crate) told: Option<Vec<String>>,
}

#[derive(Clone)]
struct Sa {
    name: &'static str,
    version: IkeVersion,
    state: IkeState,
    port: u16,
    spi: u64,
    children: BTreeMap<u32, Child>,
}

#[derive(Clone)]
struct Child {
    state: ChildState,
    spi: u32,
    reqid: u32,
}

#[derive(Default)]
pub(crate) struct Daemon {
    sas: BTreeMap<u32, Sa>,
    last_ike: u32,
    last_child: u32,
    /// Which is never the same again, over restarts.
    last_spi: u32,
    /// IKE_SAs of IKEv1 that are about to be replaced, and by which.
    adopted: Vec<(u32, u32)>,
    /// CHILD_SAs that both ends rekey at once: the IKE_SA, the old one, and the first new one.
    crossing: Vec<(u32, u32, u32)>,
    /// What goes to whoever has subscribed.
    pub(crate) raised: VecDeque<Raised>,
}

/// No more than so many IKE_SAs, and CHILD_SAs of each.
const MOST: usize = 6;

impl Daemon {
    /// One thing happens.
    pub(crate) fn act(&mut self, random: &mut Random) {
        let with = |state: fn(&IkeState) -> bool| {
            let sas = self.sas.iter().filter(|(_, sa)| state(&sa.state));
            sas.map(|(id, _)| *id).collect::<Vec<_>>()
        };
        let up = with(|state| matches!(state, IkeState::Established | IkeState::Rekeying));
        match random.below(16) {
            0 | 1 if self.sas.len() < MOST => {
                let name = random.pick(&["home", "away"]).unwrap();
                let (id, mut sa) = self.new_ike(name, IkeState::Connecting, 500);
                if random.below(4) == 0 {
                    sa.version = IkeVersion::V1;
                }
                self.sas.insert(id, sa);
            }
            2..5 => {
                let connecting = with(|state| *state == IkeState::Connecting);
                let Some(id) = random.pick(&connecting) else {
                    return;
                };
                match random.below(4) {
                    // Of that nobody is told.
                    0 => drop(self.sas.remove(&id)),
                    // On its way to port 4500.
                    1 => self.moves(id, 4500),
                    _ => self.comes_up(id, random),
                }
            }
            5 | 6 => {
                if let Some(id) = random.pick(&up) {
                    if self.sas[&id].children.len() < MOST {
                        self.child_comes_up(id);
                    }
                }
            }
            7 => {
                if let Some(id) = random.pick(&up) {
                    self.child_goes_down(id, random);
                }
            }
            8 => {
                if let Some(id) = random.pick(&up) {
                    self.child_is_rekeyed(id, random);
                }
            }
            9 => {
                if let Some(id) = random.pick(&up) {
                    self.is_rekeyed(id, random);
                }
            }
            10 => {
                if let Some(id) = random.pick(&up) {
                    let port = 4500 + u16::try_from(random.below(4)).unwrap();
                    self.moves(id, port);
                }
            }
            11 => {
                // What was replaced is gone, without a word.
                let old = with(|state| *state == IkeState::Rekeyed);
                if let Some(id) = random.pick(&old) {
                    self.sas.remove(&id);
                }
                for sa in self.sas.values_mut() {
                    sa.children
                        .retain(|_, child| child.state == ChildState::Installed);
                }
            }
            12 => {
                let Some(id) = random.pick(&up) else { return };
                if random.below(2) == 0 {
                    self.goes_down(id);
                } else {
                    self.sas.get_mut(&id).unwrap().state = IkeState::Deleting;
                }
            }
            13 => {
                if let Some(place) = random.pick(&(0..self.adopted.len()).collect::<Vec<_>>()) {
                    self.is_adopted(place);
                }
            }
            14 => {
                if let Some(place) = random.pick(&(0..self.crossing.len()).collect::<Vec<_>>()) {
                    self.is_crossed(place);
                }
            }
            _ => {
                let deleting = with(|state| *state == IkeState::Deleting);
                if let Some(id) = random.pick(&deleting) {
                    self.goes_down(id);
                }
            }
        }
    }

    /// Nothing is under way any more.
    pub(crate) fn settle(&mut self) {
        while !self.adopted.is_empty() {
            self.is_adopted(0);
        }
        while !self.crossing.is_empty() {
            self.is_crossed(0);
        }
        let deleting = |(_, sa): &(&u32, &Sa)| sa.state == IkeState::Deleting;
        let deleting = self.sas.iter().filter(deleting).map(|(id, _)| *id);
        for id in deleting.collect::<Vec<_>>() {
            self.goes_down(id);
        }
    }

    /// It is another process.
    pub(crate) fn restart(&mut self) {
        *self = Self {
            last_spi: self.last_spi,
            ..Self::default()
        };
    }

    /// What is up.
    pub(crate) fn sas(&self) -> Sas {
        let up = |sa: &Sa| matches!(sa.state, IkeState::Established | IkeState::Rekeying);
        let up = self.sas.iter().filter(|(_, sa)| up(sa));
        up.map(|(id, sa)| {
            let children = sa.children.iter();
            let children = children.filter(|(_, child)| child.state == ChildState::Installed);
            (*id, (sa.port, children.map(|(id, _)| *id).collect()))
        })
        .collect()
    }

    /// The next item of a list behind this place, as it is now: charon goes through its buckets.
    pub(crate) fn item_behind(&self, place: Option<u32>) -> Option<(u32, ListSa)> {
        let bucket = |id: &u32| id.wrapping_mul(0x9e37_79b1);
        let behind = self.sas.keys().filter(|id| Some(bucket(id)) > place);
        let id = *behind.min_by_key(|id| bucket(id))?;
        let mut item = ListSa::default();
        item.name = self.sas[&id].name.into();
        item.ike_sa = self.shown(id, &self.sas[&id], true);
        Some((bucket(&id), item))
    }

    /// One IKE_SA as it is listed.
    pub(crate) fn item(&self, id: u32) -> Option<ListSa> {
        let mut item = ListSa::default();
        let sa = self.sas.get(&id)?;
        item.name = sa.name.into();
        item.ike_sa = self.shown(id, sa, true);
        Some(item)
    }

    fn raise(&mut self, event: impl Into<AnyEvent>, told: Vec<String>) {
        let event: AnyEvent = event.into();
        // What an IKE_SA of IKEv1 has may be elsewhere.
        let is_clear = event
            .ike_sa()
            .is_some_and(|sa| sa.version == IkeVersion::V2);
        let told = is_clear.then_some(told);
        self.raised.push_back(Raised { event, told });
    }

    fn new_ike(&mut self, name: &'static str, state: IkeState, port: u16) -> (u32, Sa) {
        self.last_ike += 1;
        self.last_spi += 1;
        let sa = Sa {
            name,
            version: IkeVersion::V2,
            state,
            port,
            spi: u64::from(self.last_spi),
            children: BTreeMap::new(),
        };
        (self.last_ike, sa)
    }

    fn new_child(&mut self) -> (u32, Child) {
        self.last_child += 1;
        self.last_spi += 1;
        let child = Child {
            state: ChildState::Installed,
            spi: self.last_spi,
            reqid: self.last_child,
        };
        (self.last_child, child)
    }

    fn comes_up(&mut self, id: u32, random: &mut Random) {
        let sa = self.sas.get_mut(&id).unwrap();
        (sa.state, sa.port) = (IkeState::Established, 4500);
        let mut event = IkeUpdown::default();
        (event.up, event.name) = (true, self.sas[&id].name.into());
        event.ike_sa = self.shown(id, &self.sas[&id], false);
        self.raise(event, vec![format!("up {id}")]);
        if random.below(4) > 0 {
            self.child_comes_up(id);
        }
    }

    fn goes_down(&mut self, id: u32) {
        let sa = self.sas.remove(&id).unwrap();
        let mut told = Vec::new();
        let mut event = IkeUpdown::default();
        event.name = sa.name.into();
        event.ike_sa = self.shown(id, &sa, false);
        let installed = sa.children.iter();
        let installed = installed.filter(|(_, child)| child.state == ChildState::Installed);
        let installed: Vec<u32> = installed.map(|(id, _)| *id).collect();
        told.extend(installed.iter().map(|child| format!("down {id} {child}")));
        told.push(format!("down {id}"));
        self.raise(event, told);
        for child in installed {
            let mut event = ChildUpdown::default();
            event.name = sa.name.into();
            event.ike_sa = self.shown(id, &sa, false);
            event.ike_sa.child_sas = Some(one(child, &sa.children[&child]));
            self.raise(event, vec![]);
        }
    }

    fn is_rekeyed(&mut self, id: u32, random: &mut Random) {
        let sa = self.sas.get_mut(&id).unwrap();
        let (name, port) = (sa.name, sa.port);
        if sa.version == IkeVersion::V1 {
            let (new_id, mut new) = self.new_ike(name, IkeState::Established, port);
            new.version = IkeVersion::V1;
            self.sas.insert(new_id, new);
            let mut event = IkeUpdown::default();
            (event.up, event.name) = (true, name.into());
            event.ike_sa = self.shown(new_id, &self.sas[&new_id], false);
            self.raise(event, vec![format!("up {new_id}")]);
            self.adopted.push((id, new_id));
            return;
        }
        sa.state = IkeState::Rekeying;
        if random.below(3) == 0 {
            // It goes on later, or never.
            return;
        }
        let (new_id, mut new) = self.new_ike(name, IkeState::Established, port);
        let old = self.sas.get_mut(&id).unwrap();
        old.state = IkeState::Rekeyed;
        new.children = std::mem::take(&mut old.children);
        let mut event = IkeRekey::default();
        event.name = name.into();
        event.ike_sa.old = self.shown(id, &self.sas[&id], false);
        event.ike_sa.new = self.shown(new_id, &new, false);
        self.sas.insert(new_id, new);
        self.raise(event, vec![format!("rekeyed {id} {new_id}")]);
        if random.below(2) == 0 {
            self.sas.remove(&id);
        }
    }

    /// The new one has what the old one had, of which nobody is told; the old one is closed.
    fn is_adopted(&mut self, place: usize) {
        let (old_id, new_id) = self.adopted.swap_remove(place);
        let is_up = |id: &u32| {
            let sa = self.sas.get(id);
            sa.is_some_and(|sa| sa.state == IkeState::Established)
        };
        if !is_up(&old_id) || !is_up(&new_id) {
            return;
        }
        let old = self.sas.get_mut(&old_id).unwrap();
        old.state = IkeState::Deleting;
        let children = std::mem::take(&mut old.children);
        self.sas.get_mut(&new_id).unwrap().children.extend(children);
    }

    /// The rekeying of the peer was first, and ours is the one that holds; the CHILD_SA of the peer is
    /// closed, of which nobody is told.
    fn is_crossed(&mut self, place: usize) {
        let (id, old_id, rival_id) = self.crossing.swap_remove(place);
        let Some(sa) = self.sas.get(&id) else { return };
        let is_up = matches!(sa.state, IkeState::Established | IkeState::Rekeying);
        let rival = sa.children.get(&rival_id);
        let Some(rival) = rival.filter(|rival| is_up && rival.state == ChildState::Installed)
        else {
            return;
        };
        let (reqid, told) = (rival.reqid, Some(rival_id));
        self.child_is_replaced(id, old_id, reqid, told);
        let sa = self.sas.get_mut(&id).unwrap();
        sa.children.get_mut(&rival_id).unwrap().state = ChildState::Deleting;
    }

    fn moves(&mut self, id: u32, port: u16) {
        let sa = &self.sas[&id];
        let mut event = IkeUpdate::default();
        event.name = sa.name.into();
        event.local_host = "192.0.2.1".into();
        event.local_port = 4500;
        event.remote_host = "192.0.2.2".into();
        event.remote_port = port;
        event.ike_sa = self.shown(id, sa, false);
        let is_told = sa.port != port && sa.state != IkeState::Connecting;
        let told = is_told.then(|| format!("moved {id}"));
        self.sas.get_mut(&id).unwrap().port = port;
        self.raise(event, told.into_iter().collect());
    }

    fn child_comes_up(&mut self, id: u32) {
        let (child_id, child) = self.new_child();
        let mut event = ChildUpdown::default();
        (event.up, event.name) = (true, self.sas[&id].name.into());
        event.ike_sa = self.shown(id, &self.sas[&id], false);
        event.ike_sa.child_sas = Some(one(child_id, &child));
        self.raise(event, vec![format!("up {id} {child_id}")]);
        let sa = self.sas.get_mut(&id).unwrap();
        sa.children.insert(child_id, child);
    }

    fn installed(&self, id: u32, random: &mut Random) -> Option<u32> {
        let children = self.sas[&id].children.iter();
        let children = children.filter(|(_, child)| child.state == ChildState::Installed);
        random.pick(&children.map(|(id, _)| *id).collect::<Vec<_>>())
    }

    fn child_goes_down(&mut self, id: u32, random: &mut Random) {
        let Some(child_id) = self.installed(id, random) else {
            return;
        };
        let sa = self.sas.get_mut(&id).unwrap();
        let mut child = sa.children.remove(&child_id).unwrap();
        child.state = ChildState::Deleting;
        let mut event = ChildUpdown::default();
        event.name = self.sas[&id].name.into();
        event.ike_sa = self.shown(id, &self.sas[&id], false);
        event.ike_sa.child_sas = Some(one(child_id, &child));
        self.raise(event, vec![format!("down {id} {child_id}")]);
    }

    fn child_is_rekeyed(&mut self, id: u32, random: &mut Random) {
        let Some(old_id) = self.installed(id, random) else {
            return;
        };
        let reqid = self.sas[&id].children[&old_id].reqid;
        let new_id = self.child_is_replaced(id, old_id, reqid, None);
        let sa = self.sas.get_mut(&id).unwrap();
        sa.children.get_mut(&old_id).unwrap().state = ChildState::Rekeyed;
        if random.below(4) == 0 {
            self.crossing.push((id, old_id, new_id));
        }
    }

    /// A CHILD_SA takes the place of another one, or of what is told to be another one.
    fn child_is_replaced(&mut self, id: u32, old_id: u32, reqid: u32, told: Option<u32>) -> u32 {
        let (new_id, mut new) = self.new_child();
        new.reqid = reqid;
        let sa = self.sas.get_mut(&id).unwrap();
        let gone = Child {
            state: ChildState::Rekeyed,
            ..new.clone()
        };
        let old = sa.children.get(&old_id).unwrap_or(&gone);
        let mut both = ChildRekeyed::default();
        (both.old, both.new) = (child(old_id, old), child(new_id, &new));
        let mut event = ChildRekey::default();
        event.name = sa.name.into();
        sa.children.insert(new_id, new);
        let shown = self.shown(id, &self.sas[&id], false);
        event.ike_sa = shown.map_children(|_| ChildRekeyed::default());
        event.ike_sa.child_sas = Some(Named::from([("net", both)]));
        let was = told.unwrap_or(old_id);
        self.raise(event, vec![format!("rekeyed {id} {was} {new_id}")]);
        new_id
    }

    fn shown(&self, id: u32, sa: &Sa, with_children: bool) -> IkeSa {
        let mut shown = IkeSa::default();
        shown.uniqueid = id;
        shown.version = sa.version.clone();
        shown.state = sa.state.clone();
        shown.local_host = "192.0.2.1".into();
        shown.local_port = Some(4500);
        shown.remote_host = "192.0.2.2".into();
        shown.remote_port = Some(sa.port);
        shown.initiator_spi = IkeSpi::new(sa.spi);
        if with_children {
            let children = sa.children.iter();
            let children = children.map(|(id, sa)| (format!("net-{id}"), child(*id, sa)));
            shown.child_sas = Some(children.collect());
        }
        shown
    }
}

fn child(id: u32, sa: &Child) -> ChildSa {
    let mut shown = ChildSa::default();
    shown.name = Some("net".into());
    shown.uniqueid = Some(id);
    shown.reqid = sa.reqid;
    shown.state = sa.state.clone();
    shown.spi_in = Some(Spi::new(sa.spi));
    shown.spi_out = Some(Spi::new(sa.spi));
    shown
}

fn one(id: u32, sa: &Child) -> Named<ChildSa> {
    Named::from([(format!("net-{id}"), child(id, sa))])
}
