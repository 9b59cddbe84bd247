//! How IKE_SAs and CHILD_SAs come up.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use vici_serde::{Message, Section};

use super::auth::{Auth, Class};
use super::conn::Conn;
use super::exchange::Exchange;
use super::install::establishing;
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
        let init = init(false);
        self.request(&sa, &init, output);
        let (id, remote) = (sa.id, sa.remote_host);
        let msg = if self.generation.is_6_1() {
            format!("{remote} is initiating IKE_SA (unnamed)[{id}]")
        } else {
            format!("{remote} is initiating an IKE_SA")
        };
        output.log("IKE", 0, Some(sa.about()), &msg);
        let msg = selected("IKE", &sa.proposal);
        output.log("CFG", 1, Some(sa.about()), &msg);
        self.response(&sa, &init, output);
        sa.met = true;

        let payloads = auth_payloads(&sa);
        let auth = auth(false, &payloads);
        self.request(&sa, &auth, output);
        let msg = format!("looking for peer configs matching {}", sa.ends());
        output.log("CFG", 1, Some(sa.about()), &msg);
        sa.chosen = true;
        let msg = format!("selected peer config '{ike}'");
        output.log("CFG", 1, Some(sa.about()), &msg);
        self.sas.push(sa.clone());
        let attempt = self.establish(id, output);
        self.response(&sa, &auth, output);
        Some(attempt)
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
            self.alert("peer-addr-failed", &sa, Moment::default(), output);
            return Attempt::Failed;
        };
        let msg = format!("initiating IKE_SA {name}[{id}] to {}", sa.remote_host);
        output.log("IKE", 0, about, &msg);
        self.request(&sa, &init(true), output);
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
        self.alert("retransmit-send-timeout", &sa, Moment::default(), output);
        self.alert("peer-init-unreachable", &sa, Moment::default(), output);
    }

    /// Tells what is wrong, where the daemon does that.
    fn alert(&self, kind: &str, sa: &IkeSa, moment: Moment<'_>, output: Output<'_>) {
        if self.generation.is_6_1() {
            let shown = Section::new().section(&sa.name, sa.shown(moment));
            let alert = Message::new().key("type", kind).section("ike-sa", shown);
            output.raise("alert", &alert);
        }
    }

    /// Goes on with what the peer answers to the first message.
    pub(super) fn proceed(&mut self, id: u32, output: Output<'_>) -> Attempt {
        let Some(index) = self.position(id) else {
            return Attempt::Failed;
        };
        let Some(sa) = self.sas.get_mut(index) else {
            return Attempt::Failed;
        };
        sa.met = true;
        let sa = sa.clone();
        let about = Some(sa.about());
        let Some(conn) = self.conns.iter().find(|conn| conn.name == sa.name).cloned() else {
            self.sas.remove(index);
            return Attempt::Failed;
        };
        self.response(&sa, &init(true), output);
        output.log("CFG", 1, about, &selected("IKE", &sa.proposal));
        if !self.authenticate(conn.local.first(), &sa, output) {
            let tasks = sa.tasks_of_auth();
            let moment = Moment::of(true, &tasks);
            self.alert("local-auth-failed", &sa, moment, output);
            self.sas.remove(index);
            return Attempt::Failed;
        }

        if let Some(child) = &sa.wanted {
            let reqid = conn.child(child).map_or(0, |child| child.reqid);
            let msg = establishing(child, self.child_id + 1, reqid);
            output.log("IKE", 0, about, &msg);
        }
        let peer = conn.peer().and_then(|peer| self.peers.get(peer));
        let refused = peer == Some(&Peer::Refuses);
        let [request, response] = auth_payloads(&sa);
        let response = if refused {
            "[ N(AUTH_FAILED) ]".to_owned()
        } else {
            response
        };
        let payloads = [request, response];
        let auth = auth(true, &payloads);
        self.request(&sa, &auth, output);
        self.response(&sa, &auth, output);
        if !refused {
            return self.establish(id, output);
        }
        let msg = "received AUTHENTICATION_FAILED notify error";
        output.log("IKE", 1, about, msg);
        let mut tasks = sa.tasks_of_auth();
        // There is nothing to ask for.
        tasks.retain(|task| *task != "IKE_CONFIG");
        let moment = Moment::of(true, &tasks);
        self.alert("local-auth-failed", &sa, moment, output);
        output.raise("ike-updown", &sa.updown(false, moment));
        self.sas.remove(index);
        Attempt::Failed
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
        let rekey_limit = Some(conn.rekey_time()).filter(|time| *time != 0);
        let rekey_time = rekey_limit.map(|limit| self.random.before(limit));
        let Some(sa) = self.sas.get_mut(index) else {
            return Attempt::Failed;
        };
        sa.established = Some(Instant::now());
        sa.responder_spi = spi;
        sa.rekey_limit = rekey_limit;
        sa.rekey_time = rekey_time;
        sa.reauth_time = Some(conn.reauth_time()).filter(|time| *time != 0);
        sa.message_ids = if sa.initiator { [2, 0] } else { [0, 2] };
        sa.remote_vips = remote_vips;
        sa.local_vips = conn.vips.iter().map(|vip| requested(vip)).collect();
        let wanted = sa.wanted.take();
        let sa = sa.clone();

        let about = Some(sa.about());
        let remote = conn.remote.first().and_then(|auth| auth.class);
        let (id, how) = (&sa.remote_id, method(remote));
        let msg = format!("authentication of '{id}' with {how} successful");
        output.log("IKE", 1, about, &msg);
        for address in &sa.local_vips {
            let msg = format!("installing new virtual IP {address}");
            output.log("IKE", 1, about, &msg);
        }
        if sa.mobike {
            output.log("IKE", 1, about, "peer supports MOBIKE");
        }
        if !sa.initiator {
            let local = conn.local.first().and_then(|auth| auth.class);
            let (id, how) = (&sa.local_id, method(local));
            let msg = format!("authentication of '{id}' (myself) with {how}");
            output.log("IKE", 1, about, &msg);
        }
        let (name, id, ends) = (&sa.name, sa.id, sa.ends());
        let msg = format!("IKE_SA {name}[{id}] established between {ends}");
        output.log("IKE", 0, about, &msg);
        sa.log_times(about, output);
        let tasks: &[&str] = match (sa.initiator, &wanted) {
            (true, Some(_)) => &["IKE_ESTABLISH", "CHILD_CREATE"],
            (true, None) => &["IKE_ESTABLISH"],
            (false, _) => &["IKE_ESTABLISH", "IKE_AUTH_LIFETIME", "CHILD_CREATE"],
        };
        let (ours, moment) = (sa.initiator, Moment::of(sa.initiator, tasks));
        let event = sa.updown(true, moment);
        match &wanted {
            Some(_) => output.raise("ike-updown", &event),
            None => output.conclude("ike-updown", &event),
        }
        if let Some(child) = wanted.and_then(|child| conn.child(&child).cloned()) {
            self.install_child(index, &child, true, ours, output);
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
            rekey_limit: None,
            rekey_time: None,
            reauth_time: None,
            local_vips: Vec::new(),
            remote_vips: Vec::new(),
            message_ids: [0, 0],
            met: false,
            chosen: initiator,
            mobike: conn.mobike,
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

/// How somebody authenticates, in the words of the log.
fn method(class: Option<Class>) -> &'static str {
    match class {
        Some(Class::PreShared) => "pre-shared key",
        Some(Class::Eap) => "EAP",
        Some(Class::XAuth) => "XAuth",
        Some(Class::PublicKey) | None => "public key",
    }
}

/// The first exchange, which agrees on keys.
fn init(ours: bool) -> Exchange<'static> {
    Exchange {
        name: "IKE_SA_INIT",
        id: 0,
        ours,
        payloads: [
            "[ SA KE No N(NATD_S_IP) N(NATD_D_IP) N(FRAG_SUP) N(HASH_ALG) N(REDIR_SUP) ]",
            "[ SA KE No N(NATD_S_IP) N(NATD_D_IP) N(FRAG_SUP) N(HASH_ALG) N(CHDLESS_SUP) N(MULT_AUTH) ]",
        ],
        lengths: [892, 248],
        port: 500,
        counter: "ike-init",
    }
}

/// The second exchange, which authenticates both sides.
fn auth(ours: bool, payloads: &[String; 2]) -> Exchange<'_> {
    Exchange {
        name: "IKE_AUTH",
        id: 1,
        ours,
        payloads: payloads.each_ref().map(String::as_str),
        lengths: [416, 240],
        port: 4500,
        counter: "ike-auth",
    }
}

/// What its messages hold.
fn auth_payloads(sa: &IkeSa) -> [String; 2] {
    let child = if sa.wanted.is_some() {
        " SA TSi TSr"
    } else {
        ""
    };
    let mobike = if sa.mobike {
        " N(MOBIKE_SUP) N(ADD_6_ADDR)"
    } else {
        ""
    };
    let last = "N(MULT_AUTH) N(EAP_ONLY) N(MSG_ID_SYN_SUP)";
    [
        format!("[ IDi N(INIT_CONTACT) IDr AUTH{child}{mobike} {last} ]"),
        format!("[ IDr AUTH{child}{mobike} ]"),
    ]
}
