//! How IKE_SAs and CHILD_SAs go down, or are replaced.

use std::time::Instant;

use vici_serde::{Message, Section};

use super::exchange::{Exchange, packet};
use super::output::{Output, Refused};
use super::request::Request;
use super::sa::{ChildSa, IkeSa, Moment};
use super::state::State;

/// What a request selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selected {
    /// IKE_SAs, by their numbers.
    Ike(Vec<u32>),
    /// CHILD_SAs, by the numbers of their IKE_SAs and their own.
    Children(Vec<(u32, u32)>),
}

impl Selected {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Ike(ids) => ids.len(),
            Self::Children(ids) => ids.len(),
        }
    }
}

impl State {
    /// What `terminate` and `rekey` are about; nothing where there is no selector.
    ///
    /// With a child all that is given must match, else any of the two.
    pub(super) fn select(&self, request: &Request) -> Option<Selected> {
        let [child, ike] = ["child", "ike"].map(|name| request.text(name));
        let [child_id, ike_id] =
            ["child-id", "ike-id"].map(|name| request.number(name).filter(|id| *id != 0));
        if child.is_none() && child_id.is_none() {
            if ike.is_none() && ike_id.is_none() {
                return None;
            }
            let sas = self
                .sas
                .iter()
                .filter(|sa| ike == Some(sa.name.as_str()) || ike_id == Some(i64::from(sa.id)));
            return Some(Selected::Ike(sas.map(|sa| sa.id).collect()));
        }
        let sas = self.sas.iter().filter(|sa| {
            ike.is_none_or(|name| name == sa.name) && ike_id.is_none_or(|id| id == i64::from(sa.id))
        });
        let children = sas.flat_map(|sa| sa.children.iter().map(move |child| (sa, child)));
        let children = children.filter(|(_, sa)| {
            child.is_none_or(|name| name == sa.name)
                && child_id.is_none_or(|id| id == i64::from(sa.id))
        });
        let ids = children.map(|(sa, child)| (sa.id, child.id));
        Some(Selected::Children(ids.collect()))
    }

    /// Closes what is selected.
    pub(super) fn terminate(&mut self, selected: &Selected, force: bool, output: Output<'_>) {
        match selected {
            Selected::Ike(ids) => {
                for id in ids {
                    self.close(*id, Some(force), output);
                }
            }
            Selected::Children(ids) => {
                for (id, child) in ids {
                    self.close_child(*id, *child, true, output);
                }
            }
        }
    }

    /// Closes the IKE_SA of this number: by us, forced or not, or by the peer.
    pub(super) fn close(&mut self, id: u32, by_us: Option<bool>, output: Output<'_>) {
        let Some(index) = self.position(id) else {
            return;
        };
        let sa = self.sas.remove(index);
        let about = Some(sa.about());
        if !sa.is_established() {
            let msg = "destroying IKE_SA in state CONNECTING without notification";
            output.log("IKE", 1, about, msg);
            return;
        }
        let message = sa.message_id;
        let msg = format!("deleting IKE_SA {}[{id}] between {}", sa.name, sa.ends());
        output.log("IKE", 0, about, &msg);
        if by_us.is_some() {
            let msg = format!("sending DELETE for IKE_SA {}[{id}]", sa.name);
            output.log("IKE", 1, about, &msg);
            let msg = format!("generating INFORMATIONAL request {message} [ D ]");
            output.log("ENC", 1, about, &msg);
            output.log("NET", 1, about, &packet(&sa, true, 4500, 80));
        }
        let counted: &[&str] = match by_us {
            Some(true) => &["info-out-req"],
            Some(false) => &["info-out-req", "info-in-resp"],
            None => &["info-in-req", "info-out-resp"],
        };
        self.counters.count(&sa.name, counted);
        if by_us == Some(false) {
            output.log("NET", 1, about, &packet(&sa, false, 4500, 80));
            let msg = format!("parsed INFORMATIONAL response {message} [ ]");
            output.log("ENC", 1, about, &msg);
        }
        if by_us != Some(true) {
            output.log("IKE", 0, about, "IKE_SA deleted");
        }
        let moment = Moment {
            state: Some("DELETING"),
            tasks: &["IKE_DELETE"],
        };
        output.raise("ike-updown", &sa.updown(false, moment));
        for child in &sa.children {
            let event = sa.child_updown(false, moment, child, "INSTALLED");
            output.raise("child-updown", &event);
        }
        self.pools.release(&sa.remote_vips);
    }

    /// Closes a child: by us or by the peer. Its IKE_SA stays.
    pub(super) fn close_child(&mut self, id: u32, child: u32, ours: bool, output: Output<'_>) {
        let sa = self.sas.iter_mut().find(|sa| sa.id == id);
        let Some(sa) = sa else { return };
        let Some(index) = sa.children.iter().position(|other| other.id == child) else {
            return;
        };
        let child = sa.children.remove(index);
        let message = sa.message_id;
        sa.message_id += 1;
        let sa = sa.clone();
        let about = Some(sa.about());
        let msg = format!(
            "closing CHILD_SA {}{{{}}} with SPIs {:08x}_i ({} bytes) {:08x}_o ({} bytes) and {}",
            child.name,
            child.id,
            child.spi_in,
            child.bytes_in,
            child.spi_out,
            child.bytes_out,
            child.selectors()
        );
        output.log("IKE", 0, about, &msg);
        if ours {
            let msg = format!(
                "sending DELETE for ESP CHILD_SA with SPI {:08x}",
                child.spi_in
            );
            output.log("IKE", 1, about, &msg);
        }
        let delete = Exchange {
            name: "INFORMATIONAL",
            payloads: "[ D ]",
            lengths: [80, 80],
            counter: "info",
        };
        self.exchange(&sa, message, ours, &delete, output);
        let name = &child.name;
        if ours {
            let msg = format!(
                "received DELETE for ESP CHILD_SA with SPI {:08x}",
                child.spi_out
            );
            output.log("IKE", 1, about, &msg);
        }
        let moment = Moment {
            state: None,
            tasks: &["CHILD_DELETE"],
        };
        let event = sa.child_updown(false, moment, &child, "DELETED");
        if self.generation.is_6() {
            output.raise("child-updown", &event);
            let msg = format!("CHILD_SA {name}{{{}}} closed", child.id);
            output.log("IKE", 1, about, &msg);
        } else {
            output.log("IKE", 1, about, "CHILD_SA closed");
            output.raise("child-updown", &event);
        }
    }

    /// Closes the children that a connection has started, and IKE_SAs that have no others.
    pub(super) fn close_children(&mut self, ike: &str, child: &str, output: Output<'_>) {
        let sas = self.sas.iter().filter(|sa| sa.name == ike);
        let own: Vec<(u32, Vec<u32>, bool)> = sas
            .map(|sa| {
                let named = sa.children.iter().filter(|other| other.name == child);
                let ids: Vec<u32> = named.map(|child| child.id).collect();
                let alone = ids.len() == sa.children.len();
                (sa.id, ids, alone)
            })
            .collect();
        for (id, children, alone) in own {
            if alone {
                self.close(id, Some(false), output);
            } else {
                for child in children {
                    self.close_child(id, child, true, output);
                }
            }
        }
    }

    /// Replaces what is selected by the like with new keys.
    pub(super) fn rekey(&mut self, selected: &Selected, output: Output<'_>) {
        match selected {
            Selected::Ike(ids) => {
                for id in ids {
                    self.rekey_ike(*id, output);
                }
            }
            Selected::Children(ids) => {
                for (id, child) in ids {
                    self.rekey_child(*id, *child, output);
                }
            }
        }
    }

    fn rekey_ike(&mut self, id: u32, output: Output<'_>) {
        let [initiator_spi, responder_spi] = [self.random.long(), self.random.long()];
        let Some(index) = self.position(id) else {
            return;
        };
        let Some(old) = self.sas.get(index).filter(|sa| sa.is_established()) else {
            return;
        };
        let mut old = old.clone();
        self.ike_id += 1;
        let new = IkeSa {
            id: self.ike_id,
            initiator: true,
            initiator_spi,
            responder_spi,
            established: Some(Instant::now()),
            message_id: 0,
            children: core::mem::take(&mut old.children),
            ..old.clone()
        };
        let moment = Moment {
            state: Some("REKEYING"),
            tasks: &["IKE_REKEY"],
        };
        let both = Section::new()
            .section("old", old.shown(moment))
            .section("new", new.shown(Moment::default()));
        output.raise("ike-rekey", &Message::new().section(&new.name, both));
        let msg = format!(
            "IKE_SA {}[{}] rekeyed between {}",
            new.name,
            new.id,
            new.ends()
        );
        output.log("IKE", 0, Some(old.about()), &msg);
        self.counters.count(
            &new.name,
            &[
                "ike-rekey-init",
                "create-child-out-req",
                "create-child-in-resp",
                "info-out-req",
                "info-in-resp",
            ],
        );
        if let Some(place) = self.sas.get_mut(index) {
            *place = new;
        }
    }

    fn rekey_child(&mut self, id: u32, child: u32, output: Output<'_>) {
        let [spi_in, spi_out] = [self.random.spi(), self.random.spi()];
        self.child_id += 1;
        let number = self.child_id;
        let sa = self.sas.iter_mut().find(|sa| sa.id == id);
        let Some(sa) = sa else { return };
        let Some(index) = sa.children.iter().position(|other| other.id == child) else {
            return;
        };
        let old = sa.children.remove(index);
        let replaced = if self.generation.is_6() {
            "REKEYING"
        } else {
            "REKEYED"
        };
        let new = ChildSa {
            id: number,
            spi_in,
            spi_out,
            bytes_in: 0,
            packets_in: 0,
            used_in: None,
            bytes_out: 0,
            packets_out: 0,
            used_out: None,
            installed: Instant::now(),
            ..old.clone()
        };
        // The last one, as the newest.
        sa.children.push(new.clone());
        sa.message_id += 2;
        let moment = Moment {
            state: None,
            tasks: &["CHILD_REKEY"],
        };
        let both = Section::new()
            .section("old", old.shown(replaced))
            .section("new", new.shown("INSTALLED"));
        let children = Section::new().section(&new.name, both);
        let shown = sa.shown(moment).section("child-sas", children);
        output.raise("child-rekey", &Message::new().section(&sa.name, shown));
        let msg = format!(
            "CHILD_SA {}{{{number}}} established with {} and {}",
            new.name,
            new.spis(),
            new.selectors()
        );
        output.log("IKE", 0, Some(sa.about()), &msg);
        let name = sa.name.clone();
        self.counters.count(
            &name,
            &[
                "child-rekey",
                "create-child-out-req",
                "create-child-in-resp",
                "info-out-req",
                "info-in-resp",
            ],
        );
    }

    /// Sends clients to another gateway: they leave.
    pub(super) fn redirect(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<usize, Refused> {
        let gateway = request.text("gateway").ok_or("missing target gateway")?;
        if gateway.is_empty() || gateway.contains(['@', '=', '*']) {
            return Err("unsupported gateway identity".to_owned());
        }
        let [ike, peer_ip, peer_id] = ["ike", "peer-ip", "peer-id"].map(|name| request.text(name));
        let ike_id = request.number("ike-id").filter(|id| *id != 0);
        let subnet = match peer_ip {
            Some(text) => {
                let parsed = super::selector::Selector::parse(text);
                Some(parsed.ok_or("invalid peer IP selector")?)
            }
            None => None,
        };
        if ike.is_none() && subnet.is_none() && peer_id.is_none() && ike_id.is_none() {
            return Err("missing redirect selector".to_owned());
        }
        let sas = self.sas.iter().filter(|sa| {
            ike.is_none_or(|name| name == sa.name)
                && ike_id.is_none_or(|id| id == i64::from(sa.id))
                && peer_id.is_none_or(|pattern| matches(pattern, &sa.remote_id))
                && (subnet.as_ref()).is_none_or(|subnet| subnet.contains(sa.remote_host))
        });
        let ids: Vec<u32> = sas.map(|sa| sa.id).collect();
        for id in &ids {
            self.close(*id, None, output);
        }
        Ok(ids.len())
    }
}

/// Whether an identity fits a pattern, which may begin with an asterisk.
fn matches(pattern: &str, identity: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => identity.ends_with(end),
        None => pattern == "%any" || pattern == identity,
    }
}
