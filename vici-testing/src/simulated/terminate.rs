//! How IKE_SAs and CHILD_SAs go down.

use super::exchange::Exchange;
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
                    self.close_child(*id, *child, output);
                }
            }
        }
    }

    /// Closes the IKE_SA of this number: by us, forced or not, or by the peer.
    pub(super) fn close(&mut self, id: u32, by_us: Option<bool>, output: Output<'_>) {
        let Some(index) = self.position(id) else {
            return;
        };
        let mut sa = self.sas.remove(index);
        if !sa.is_established() {
            let msg = "destroying IKE_SA in state CONNECTING without notification";
            output.log("IKE", 1, Some(sa.about()), msg);
            return;
        }
        let ours = by_us.is_some();
        let message = sa.next_message(ours);
        let delete = Exchange::delete(message, ours, "[ ]");
        if !ours {
            self.request(&sa, &delete, output);
            let msg = format!("received DELETE for IKE_SA {}[{id}]", sa.name);
            output.log("IKE", 1, Some(sa.about()), &msg);
        }
        self.delete(&sa, by_us, &delete, output);
        let moment = Moment::of(ours, &["IKE_DELETE"]).in_state("DELETING");
        output.raise("ike-updown", &sa.updown(false, moment));
        for child in &sa.children {
            let event = sa.child_updown(false, moment, child, "INSTALLED");
            output.raise("child-updown", &event);
        }
        for child in &sa.children {
            self.reqids.release(child.reqid);
        }
        if !ours {
            self.response(&sa, &delete, output);
        }
        self.pools.release(&sa.remote_vips);
    }

    /// The deletion of an IKE_SA in the log, all of it where we begin.
    pub(super) fn delete(
        &mut self,
        sa: &IkeSa,
        by_us: Option<bool>,
        delete: &Exchange<'_>,
        output: Output<'_>,
    ) {
        let about = Some(sa.about());
        let (name, id) = (&sa.name, sa.id);
        let msg = format!("deleting IKE_SA {name}[{id}] between {}", sa.ends());
        output.log("IKE", 0, about, &msg);
        if by_us.is_some() {
            let msg = format!("sending DELETE for IKE_SA {name}[{id}]");
            output.log("IKE", 1, about, &msg);
            self.request(sa, delete, output);
        }
        if by_us == Some(false) {
            self.response(sa, delete, output);
        }
        if by_us != Some(true) {
            output.log("IKE", 0, about, "IKE_SA deleted");
        }
    }

    /// Closes a child, whose IKE_SA stays.
    pub(super) fn close_child(&mut self, id: u32, child: u32, output: Output<'_>) {
        let sa = self.sas.iter_mut().find(|sa| sa.id == id);
        let Some(sa) = sa else { return };
        let Some(index) = sa.children.iter().position(|other| other.id == child) else {
            return;
        };
        let child = sa.children.remove(index);
        let message = sa.next_message(true);
        let sa = sa.clone();
        self.delete_child(&sa, &child, message, output);
        let moment = Moment::of(true, &["CHILD_DELETE"]);
        let event = sa.child_updown(false, moment, &child, "DELETED");
        if self.generation.is_6() {
            output.raise("child-updown", &event);
            self.closed(&sa, &child, output);
        } else {
            self.closed(&sa, &child, output);
            output.raise("child-updown", &event);
        }
        self.reqids.release(child.reqid);
    }

    /// The deletion of a child in the log, by an exchange with this identifier.
    pub(super) fn delete_child(
        &mut self,
        sa: &IkeSa,
        child: &ChildSa,
        message: u32,
        output: Output<'_>,
    ) {
        let about = Some(sa.about());
        let (name, selectors) = (child.numbered(), child.selectors());
        let ChildSa {
            spi_in, spi_out, ..
        } = child;
        let [bytes_in, bytes_out] = [child.received.bytes, child.sent.bytes];
        let msg = format!(
            "closing CHILD_SA {name} with SPIs {spi_in:08x}_i ({bytes_in} bytes) \
             {spi_out:08x}_o ({bytes_out} bytes) and {selectors}"
        );
        output.log("IKE", 0, about, &msg);
        let msg = format!("sending DELETE for ESP CHILD_SA with SPI {spi_in:08x}");
        output.log("IKE", 1, about, &msg);
        let delete = Exchange::delete(message, true, "[ D ]");
        self.request(sa, &delete, output);
        self.response(sa, &delete, output);
        let msg = format!("received DELETE for ESP CHILD_SA with SPI {spi_out:08x}");
        output.log("IKE", 1, about, &msg);
    }

    pub(super) fn closed(&self, sa: &IkeSa, child: &ChildSa, output: Output<'_>) {
        let msg = if self.generation.is_6() {
            format!("CHILD_SA {} closed", child.numbered())
        } else {
            "CHILD_SA closed".to_owned()
        };
        output.log("IKE", 1, Some(sa.about()), &msg);
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
                    self.close_child(id, child, output);
                }
            }
        }
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
