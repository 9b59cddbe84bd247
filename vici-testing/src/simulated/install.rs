//! How CHILD_SAs come up.

use core::net::IpAddr;
use std::time::Instant;

use super::child::{Child, written};
use super::exchange::Exchange;
use super::output::Output;
use super::proposal::{Agreed, selected};
use super::sa::{Attempt, ChildSa, Moment};
use super::selector::Selector;
use super::state::State;
use super::traffic::Traffic;

impl State {
    /// One more child of an IKE_SA.
    pub(super) fn create_child(
        &mut self,
        id: u32,
        child: &Child,
        ours: bool,
        output: Output<'_>,
    ) -> Attempt {
        let Some(index) = self.position(id) else {
            return Attempt::Failed;
        };
        let Some(sa) = self.sas.get_mut(index) else {
            return Attempt::Failed;
        };
        let existing = sa.child(&child.name).cloned();
        if let Some(existing) = existing {
            self.child_id += 1;
            let [name, number] = [child.name.clone(), self.child_id.to_string()];
            let (spis, selectors) = (existing.spis(), existing.selectors());
            let msg = format!(
                "not establishing CHILD_SA {name}{{{number}}} due to existing duplicate {{{}}} with {spis} and {selectors}",
                existing.id
            );
            output.log("IKE", 1, Some(sa.about()), &msg);
            return Attempt::Failed;
        }
        let message = sa.next_message(ours);
        let sa = sa.clone();
        if ours {
            let msg = establishing(&child.name, self.child_id + 1, child.reqid);
            output.log("IKE", 0, Some(sa.about()), &msg);
        }
        let (_, proposal) = child.proposal();
        let create = Exchange::create(message, ours, create_payloads(&proposal));
        self.request(&sa, &create, output);
        if ours {
            self.response(&sa, &create, output);
        }
        self.install_child(index, child, false, ours, output);
        if !ours {
            self.response(&sa, &create, output);
        }
        Attempt::Established
    }

    pub(super) fn install_child(
        &mut self,
        index: usize,
        child: &Child,
        first: bool,
        ours: bool,
        output: Output<'_>,
    ) {
        self.child_id += 1;
        let id = self.child_id;
        let reqid = match child.reqid {
            0 => self.reqids.take(),
            configured => configured,
        };
        let (protocol, later_proposal) = child.proposal();
        // The keys of the first child come from the key exchange of the IKE_SA.
        let proposal = if first {
            later_proposal.clone().without_key_exchange()
        } else {
            later_proposal.clone()
        };
        let [spi_in, spi_out] = [self.random.spi(), self.random.spi()];
        let rekey_time = self.random.before(child.rekey_time());
        let Some(sa) = self.sas.get_mut(index) else {
            return;
        };
        let host = |host: IpAddr, vips: &[String]| {
            let mut addresses = vips.iter().filter_map(|vip| vip.parse().ok());
            addresses.next().unwrap_or(host)
        };
        let resolve = |selectors: &[Selector], host: IpAddr| {
            let resolved = selectors.iter().map(|selector| selector.resolve(host));
            written(&resolved.collect::<Vec<_>>())
        };
        let local_ts = resolve(&child.local_ts, host(sa.local_host, &sa.local_vips));
        let remote_ts = resolve(&child.remote_ts, host(sa.remote_host, &sa.remote_vips));
        let new = ChildSa {
            name: child.name.clone(),
            id,
            reqid,
            mode: child.mode(),
            protocol,
            spi_in,
            spi_out,
            proposal,
            later_proposal,
            received: Traffic::default(),
            sent: Traffic::default(),
            installed: Instant::now(),
            rekey_time,
            life_time: child.life_time(),
            local_ts,
            remote_ts,
        };
        sa.children.push(new.clone());
        let sa = &*sa;
        let about = Some(sa.about());
        output.log("CFG", 1, about, &selected("ESP", &new.proposal));
        let (name, spis, selectors) = (new.numbered(), new.spis(), new.selectors());
        let msg = format!("CHILD_SA {name} established with {spis} and {selectors}");
        output.log("IKE", 0, about, &msg);
        let moment = Moment::of(ours, &["CHILD_CREATE"]);
        let event = sa.child_updown(true, moment, &new, "INSTALLED");
        output.conclude("child-updown", &event);
    }
}

/// The line of the log that begins to make a child.
pub(super) fn establishing(name: &str, number: u32, reqid: u32) -> String {
    let reqid = match reqid {
        0 => String::new(),
        reqid => format!(" reqid {reqid}"),
    };
    format!("establishing CHILD_SA {name}{{{number}}}{reqid}")
}

/// What the messages hold that make one more child.
pub(super) fn create_payloads(proposal: &Agreed) -> &'static str {
    match proposal.key_exchange {
        Some(_) => "[ SA No KE TSi TSr ]",
        None => "[ SA No TSi TSr ]",
    }
}
