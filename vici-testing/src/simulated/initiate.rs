//! How IKE_SAs and CHILD_SAs come up.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use vici_serde::{Message, Section};

use super::auth::{Auth, Class};
use super::conn::Conn;
use super::exchange::packet;
use super::output::{Output, Refused};
use super::peer::Peer;
use super::proposal::selected;
use super::sa::{Attempt, IkeSa, Moment};
use super::state::State;

impl State {
    /// Initiates a child, or an IKE_SA without one.
    pub(super) fn initiate(
        &mut self,
        ike: Option<&str>,
        child: Option<&str>,
        output: Output<'_>,
    ) -> Result<Attempt, Refused> {
        let conn = match (child, ike) {
            (Some(child), ike) => self
                .find_child(ike, child)
                .map(|(conn, _)| conn)
                .ok_or_else(|| format!("CHILD_SA config '{child}' not found"))?,
            (None, Some(ike)) => self
                .conns
                .iter()
                .find(|conn| conn.name == ike)
                .ok_or_else(|| format!("IKE_SA config '{ike}' not found"))?,
            (None, None) => return Err("missing configuration name".to_owned()),
        };
        let conn = conn.clone();
        let mut sas = self.sas.iter();
        let existing = sas.find(|sa| sa.name == conn.name && sa.is_established());
        let Some(id) = existing.map(|sa| sa.id) else {
            return Ok(self.connect(&conn, child, output));
        };
        let child = child.and_then(|child| conn.child(child));
        Ok(match child {
            Some(child) => self.create_child(id, child, true, output),
            None => Attempt::Exists,
        })
    }

    /// What the peer does by itself: the other side of [`initiate`](Self::initiate).
    pub(super) fn respond(
        &mut self,
        ike: &str,
        child: Option<&str>,
        output: Output<'_>,
    ) -> Option<Attempt> {
        let conn = self.conns.iter().find(|conn| conn.name == ike)?.clone();
        let child = match child {
            Some(child) => Some(conn.child(child)?),
            None => None,
        };
        let mut sas = self.sas.iter();
        let existing = sas.find(|sa| sa.name == ike && sa.is_established());
        if let Some(id) = existing.map(|sa| sa.id) {
            return Some(match child {
                Some(child) => self.create_child(id, child, false, output),
                None => Attempt::Exists,
            });
        }
        let mut sa = self.new_sa(&conn, false);
        sa.wanted = child.map(|child| child.name.clone());
        let about = Some(("(unnamed)", sa.id));
        let msg = format!("{} is initiating an IKE_SA", sa.remote_host);
        output.log("IKE", 0, about, &msg);
        self.counters.count(
            ike,
            &[
                "ike-init-in-req",
                "ike-init-out-resp",
                "ike-auth-in-req",
                "ike-auth-out-resp",
            ],
        );
        let id = sa.id;
        self.sas.push(sa);
        Some(self.establish(id, output))
    }

    /// Sends the first message of a new IKE_SA.
    fn connect(&mut self, conn: &Conn, child: Option<&str>, output: Output<'_>) -> Attempt {
        if conn.is_ikev1() && self.generation.is_6_1() {
            output.log("IKE", 1, None, "IKE version 1 not supported");
            return Attempt::Failed;
        }
        let mut sa = self.new_sa(conn, true);
        sa.wanted = child.map(str::to_owned);
        let (name, id) = (sa.name.clone(), sa.id);
        let about = Some((name.as_str(), id));
        let Some(peer) = conn.peer() else {
            output.log("IKE", 1, about, "unable to resolve %any, initiate aborted");
            self.alert("peer-addr-failed", &sa, output);
            return Attempt::Failed;
        };
        let msg = format!("initiating IKE_SA {name}[{id}] to {}", sa.remote_host);
        output.log("IKE", 0, about, &msg);
        output.log("ENC", 1, about, INIT_REQUEST);
        output.log("NET", 1, about, &packet(&sa, true, 500, 892));
        self.counters.count(&name, &["ike-init-out-req"]);
        let silent = self.peers.get(peer) == Some(&Peer::Silent);
        self.sas.push(sa);
        if silent {
            return Attempt::Waiting(id);
        }
        self.proceed(id, output)
    }

    /// Gives up an attempt whose peer is silent.
    pub(super) fn give_up(&mut self, id: u32, output: Output<'_>) {
        let Some(index) = self.position(id) else {
            return;
        };
        let sa = self.sas.remove(index);
        let about = Some(sa.about());
        output.log("IKE", 1, about, "giving up after 5 retransmits");
        let msg = "establishing IKE_SA failed, peer not responding";
        output.log("IKE", 1, about, msg);
        self.alert("retransmit-send-timeout", &sa, output);
        self.alert("peer-init-unreachable", &sa, output);
    }

    /// Tells what is wrong, where the daemon does that.
    fn alert(&self, kind: &str, sa: &IkeSa, output: Output<'_>) {
        if self.generation.is_6_1() {
            let shown = Section::new().section(&sa.name, sa.shown(Moment::default()));
            let alert = Message::new().key("type", kind).section("ike-sa", shown);
            output.raise("alert", &alert);
        }
    }

    /// Goes on with what the peer answers to the first message.
    pub(super) fn proceed(&mut self, id: u32, output: Output<'_>) -> Attempt {
        let Some(index) = self.position(id) else {
            return Attempt::Failed;
        };
        let Some(sa) = self.sas.get(index).cloned() else {
            return Attempt::Failed;
        };
        let about = Some(sa.about());
        let Some(conn) = self.conns.iter().find(|conn| conn.name == sa.name) else {
            self.sas.remove(index);
            return Attempt::Failed;
        };
        output.log("NET", 1, about, &packet(&sa, false, 500, 248));
        output.log("ENC", 1, about, INIT_RESPONSE);
        let selected = selected("IKE", &conn.proposal());
        output.log("CFG", 1, about, &selected);
        let authenticated = self.authenticate(conn.local.first(), &sa, output);
        let peer = conn.peer().and_then(|peer| self.peers.get(peer));
        let refused = peer == Some(&Peer::Refuses);
        self.counters.count(&sa.name, &["ike-init-in-resp"]);
        if !authenticated {
            self.sas.remove(index);
            return Attempt::Failed;
        }

        if let Some(child) = &sa.wanted {
            let number = self.child_id + 1;
            let msg = format!("establishing CHILD_SA {child}{{{number}}}");
            output.log("IKE", 0, about, &msg);
        }
        output.log(
            "ENC",
            1,
            about,
            &with_child(AUTH_REQUEST, sa.wanted.is_some()),
        );
        output.log("NET", 1, about, &packet(&sa, true, 4500, 416));
        output.log("NET", 1, about, &packet(&sa, false, 4500, 240));
        self.counters
            .count(&sa.name, &["ike-auth-out-req", "ike-auth-in-resp"]);
        if refused {
            output.log(
                "ENC",
                1,
                about,
                "parsed IKE_AUTH response 1 [ N(AUTH_FAILED) ]",
            );
            output.log(
                "IKE",
                1,
                about,
                "received AUTHENTICATION_FAILED notify error",
            );
            self.alert("local-auth-failed", &sa, output);
            self.sas.remove(index);
            return Attempt::Failed;
        }
        output.log(
            "ENC",
            1,
            about,
            &with_child(AUTH_RESPONSE, sa.wanted.is_some()),
        );
        self.establish(id, output)
    }

    /// Finishes what both sides agree on.
    fn establish(&mut self, id: u32, output: Output<'_>) -> Attempt {
        let conn = self.sas.iter().find(|sa| sa.id == id).and_then(|sa| {
            let mut conns = self.conns.iter();
            conns.find(|conn| conn.name == sa.name).cloned()
        });
        let (Some(conn), Some(index)) = (conn, self.position(id)) else {
            return Attempt::Failed;
        };
        let remote_id = self.sas.get(index).map(|sa| sa.remote_id.clone());
        let remote_vips = self
            .pools
            .lease(&conn.pools, &remote_id.unwrap_or_default());
        let spi = self.random.long();
        let rekey_time = Some(conn.rekey_time()).filter(|time| *time != 0);
        let rekey_time = rekey_time.map(|time| self.random.before(time));
        let Some(sa) = self.sas.get_mut(index) else {
            return Attempt::Failed;
        };
        sa.established = Some(Instant::now());
        sa.responder_spi = spi;
        sa.rekey_time = rekey_time;
        sa.reauth_time = Some(conn.reauth_time()).filter(|time| *time != 0);
        sa.message_id = if sa.initiator { 2 } else { 0 };
        sa.remote_vips = remote_vips;
        sa.local_vips = conn.vips.iter().map(|vip| requested(vip)).collect();
        let wanted = sa.wanted.take();
        let sa = sa.clone();

        let about = Some(sa.about());
        let how = match conn.remote.first().and_then(|auth| auth.class) {
            Some(Class::PreShared) => "pre-shared key",
            Some(Class::Eap) => "EAP",
            Some(Class::XAuth) => "XAuth",
            _ => "public key",
        };
        let msg = format!("authentication of '{}' with {how} successful", sa.remote_id);
        output.log("IKE", 1, about, &msg);
        for address in &sa.local_vips {
            let msg = format!("installing new virtual IP {address}");
            output.log("IKE", 1, about, &msg);
        }
        let (name, ends) = (&sa.name, sa.ends());
        let msg = format!("IKE_SA {name}[{id}] established between {ends}");
        output.log("IKE", 0, about, &msg);
        if let Some(time) = sa.rekey_time {
            let msg = format!("scheduling rekeying in {time}s");
            output.log("IKE", 1, about, &msg);
            let longest = time + conn.rekey_time() / 10;
            let msg = format!("maximum IKE_SA lifetime {longest}s");
            output.log("IKE", 1, about, &msg);
        }
        let tasks: &[&str] = match wanted {
            Some(_) => &["IKE_ESTABLISH", "CHILD_CREATE"],
            None => &["IKE_ESTABLISH"],
        };
        let moment = Moment { state: None, tasks };
        let event = sa.updown(true, moment);
        match &wanted {
            Some(_) => output.raise("ike-updown", &event),
            None => output.conclude("ike-updown", &event),
        }
        if let Some(child) = wanted.and_then(|child| conn.child(&child).cloned()) {
            self.install_child(index, &child, true, output);
        }
        Attempt::Established
    }

    fn new_sa(&mut self, conn: &Conn, initiator: bool) -> IkeSa {
        self.ike_id += 1;
        let remote_host = conn
            .peer()
            .map_or(Ipv4Addr::new(192, 0, 2, 253).into(), resolve);
        let local_host = conn.local_address().unwrap_or(match remote_host {
            IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 254).into(),
            IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x254).into(),
        });
        let id = |auth: Option<&Auth>, host: IpAddr| {
            let id = auth.and_then(|auth| auth.id.clone());
            id.filter(|id| id != "%any")
                .unwrap_or_else(|| host.to_string())
        };
        IkeSa {
            name: conn.name.clone(),
            id: self.ike_id,
            version: conn.version(),
            initiator,
            local_host,
            remote_host,
            local_id: id(conn.local.first(), local_host),
            remote_id: id(conn.remote.first(), remote_host),
            initiator_spi: self.random.long(),
            responder_spi: 0,
            proposal: conn.proposal(),
            established: None,
            rekey_time: None,
            reauth_time: None,
            local_vips: Vec::new(),
            remote_vips: Vec::new(),
            message_id: 0,
            wanted: None,
            children: Vec::new(),
        }
    }

    /// Whether we have what it takes to authenticate ourselves.
    fn authenticate(&self, auth: Option<&Auth>, sa: &IkeSa, output: Output<'_>) -> bool {
        let about = Some(sa.about());
        let [local, remote] = [&*sa.local_id, &*sa.remote_id];
        let missing = match auth.and_then(|auth| auth.class) {
            Some(Class::PreShared) => {
                let msg = format!("authentication of '{local}' (myself) with pre-shared key");
                output.log("IKE", 1, about, &msg);
                let found = self.credentials.has_preshared_key([local, remote]);
                (!found).then(|| format!("no shared key found for '{local}' - '{remote}'"))
            }
            Some(Class::PublicKey) | None => {
                let found = self.credentials.has_private_key();
                (!found).then(|| format!("no private key found for '{local}'"))
            }
            Some(Class::Eap | Class::XAuth) => None,
        };
        if let Some(msg) = &missing {
            output.log("IKE", 1, about, msg);
        }
        missing.is_none()
    }
}

/// The address of a peer; that of a name is made up, and is the same each time.
fn resolve(peer: &str) -> IpAddr {
    peer.parse().unwrap_or_else(|_| {
        let sum = peer.bytes().fold(0_u16, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u16::from(byte))
        });
        let [high, low] = sum.to_be_bytes();
        Ipv4Addr::new(198, 18, high, low).into()
    })
}

/// The virtual address that the peer gives us when we ask for this one.
fn requested(vip: &str) -> String {
    match vip {
        "0.0.0.0" => "10.3.0.1".to_owned(),
        "::" => "fec3::1".to_owned(),
        vip => vip.to_owned(),
    }
}

/// What a message holds, without what only a child needs where there is none.
fn with_child(payloads: &str, child: bool) -> String {
    if child {
        payloads.to_owned()
    } else {
        payloads.replace(" SA TSi TSr", "")
    }
}

const INIT_REQUEST: &str = "generating IKE_SA_INIT request 0 [ SA KE No N(NATD_S_IP) \
     N(NATD_D_IP) N(FRAG_SUP) N(HASH_ALG) N(REDIR_SUP) ]";

const INIT_RESPONSE: &str = "parsed IKE_SA_INIT response 0 [ SA KE No N(NATD_S_IP) \
     N(NATD_D_IP) N(FRAG_SUP) N(HASH_ALG) N(CHDLESS_SUP) N(MULT_AUTH) ]";

const AUTH_REQUEST: &str = "generating IKE_AUTH request 1 [ IDi N(INIT_CONTACT) IDr AUTH SA TSi \
     TSr N(MOBIKE_SUP) N(ADD_6_ADDR) N(MULT_AUTH) N(EAP_ONLY) N(MSG_ID_SYN_SUP) ]";

const AUTH_RESPONSE: &str =
    "parsed IKE_AUTH response 1 [ IDr AUTH SA TSi TSr N(MOBIKE_SUP) N(ADD_6_ADDR) ]";
