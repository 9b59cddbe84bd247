//! How CHILD_SAs come up.

use core::net::IpAddr;
use std::time::Instant;

use super::child::{Child, written};
use super::exchange::Exchange;
use super::output::Output;
use super::proposal::selected;
use super::sa::{Attempt, ChildSa, Moment};
use super::selector::Selector;
use super::state::State;

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
        let message = sa.message_id;
        let existing = sa.child(&child.name).cloned();
        if existing.is_none() && ours {
            sa.message_id += 1;
        }
        let sa = sa.clone();
        let about = Some(sa.about());
        if let Some(existing) = existing {
            self.child_id += 1;
            let [name, number] = [child.name.clone(), self.child_id.to_string()];
            let (spis, selectors) = (existing.spis(), existing.selectors());
            let msg = format!(
                "not establishing CHILD_SA {name}{{{number}}} due to existing duplicate {{{}}} with {spis} and {selectors}",
                existing.id
            );
            output.log("IKE", 1, about, &msg);
            return Attempt::Failed;
        }
        if ours {
            let number = self.child_id + 1;
            let msg = format!("establishing CHILD_SA {}{{{number}}}", child.name);
            output.log("IKE", 0, about, &msg);
        }
        let create = Exchange {
            name: "CREATE_CHILD_SA",
            payloads: "[ SA No TSi TSr ]",
            lengths: [320, 192],
            counter: "create-child",
        };
        self.exchange(&sa, message, ours, &create, output);
        self.install_child(index, child, false, output);
        Attempt::Established
    }

    pub(super) fn install_child(
        &mut self,
        index: usize,
        child: &Child,
        first: bool,
        output: Output<'_>,
    ) {
        self.child_id += 1;
        let id = self.child_id;
        let reqid = self.reqid(child.reqid);
        let (protocol, proposal) = child.proposal();
        // The keys of the first child come from the key exchange of the IKE_SA.
        let proposal = if first {
            proposal.without_key_exchange()
        } else {
            proposal
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
            bytes_in: 0,
            packets_in: 0,
            used_in: None,
            bytes_out: 0,
            packets_out: 0,
            used_out: None,
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
        let (name, spis, selectors) = (&new.name, new.spis(), new.selectors());
        let msg = format!("CHILD_SA {name}{{{id}}} established with {spis} and {selectors}");
        output.log("IKE", 0, about, &msg);
        let moment = Moment {
            state: None,
            tasks: &["CHILD_CREATE"],
        };
        let event = sa.child_updown(true, moment, &new, "INSTALLED");
        output.conclude("child-updown", &event);
    }

    fn reqid(&self, configured: u32) -> u32 {
        if configured != 0 {
            return configured;
        }
        let used = |reqid: u32| {
            let mut children = self.sas.iter().flat_map(|sa| &sa.children);
            children.any(|child| child.reqid == reqid)
        };
        (1..).find(|reqid| !used(*reqid)).unwrap_or(1)
    }
}
