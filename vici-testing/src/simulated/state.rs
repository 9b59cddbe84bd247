//! What a simulated daemon has.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use super::authority::Authorities;
use super::child::Child;
use super::conn::Conn;
use super::counters::Counters;
use super::credential::Credentials;
use super::generation::Generation;
use super::peer::Peer;
use super::policy::Policies;
use super::pool::Pools;
use super::random::Random;
use super::reqid::Reqids;
use super::sa::IkeSa;

/// All that a simulated daemon has.
#[derive(Debug)]
pub(super) struct State {
    pub(super) generation: Generation,
    pub(super) version: String,
    pub(super) started: Instant,
    pub(super) since: SystemTime,
    pub(super) conns: Vec<Conn>,
    pub(super) authorities: Authorities,
    pub(super) pools: Pools,
    pub(super) credentials: Credentials,
    pub(super) policies: Policies,
    pub(super) sas: Vec<IkeSa>,
    pub(super) peers: BTreeMap<String, Peer>,
    pub(super) counters: Counters,
    /// The numbers that were given last.
    pub(super) ike_id: u32,
    pub(super) child_id: u32,
    pub(super) reqids: Reqids,
    pub(super) random: Random,
    /// Whether attempts are concluded before they are answered.
    pub(super) concludes_early: bool,
    /// How often it was started anew.
    pub(super) restarts: u32,
    /// Whether nothing is worth waiting for any more.
    pub(super) over: bool,
}

impl State {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            generation,
            version: generation.version().to_owned(),
            started: Instant::now(),
            since: SystemTime::now(),
            conns: Vec::new(),
            authorities: Authorities::default(),
            pools: Pools::default(),
            credentials: Credentials::default(),
            policies: Policies::default(),
            sas: Vec::new(),
            peers: BTreeMap::new(),
            counters: Counters::default(),
            ike_id: 0,
            child_id: 0,
            reqids: Reqids::default(),
            random: Random::default(),
            concludes_early: false,
            restarts: 0,
            over: false,
        }
    }

    /// Forgets all but what it is and what its peers are like.
    pub(super) fn restart(&mut self) {
        *self = Self {
            version: core::mem::take(&mut self.version),
            peers: core::mem::take(&mut self.peers),
            concludes_early: self.concludes_early,
            restarts: self.restarts + 1,
            // No SPI comes twice.
            random: core::mem::take(&mut self.random),
            ..Self::new(self.generation)
        };
    }

    /// The first child of this name, in this connection or in any.
    pub(super) fn find_child(&self, ike: Option<&str>, child: &str) -> Option<(&Conn, &Child)> {
        let conns = self.conns.iter();
        let mut conns = conns.filter(|conn| ike.is_none_or(|ike| conn.name == ike));
        conns.find_map(|conn| Some((conn, conn.child(child)?)))
    }

    /// The place of the IKE_SA of this number.
    pub(super) fn position(&self, id: u32) -> Option<usize> {
        self.sas.iter().position(|sa| sa.id == id)
    }
}
