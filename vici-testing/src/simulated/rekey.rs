//! How IKE_SAs and CHILD_SAs are replaced by the like with new keys.

use std::time::Instant;

use vici_serde::{Message, Section};

use super::exchange::Exchange;
use super::install::{create_payloads, establishing};
use super::output::Output;
use super::proposal::selected;
use super::sa::{ChildSa, IkeSa, Moment};
use super::state::State;
use super::terminate::Selected;
use super::traffic::Traffic;

impl State {
    /// Rekeys what is selected.
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
        let rekey_time = old.rekey_limit.map(|limit| self.random.before(limit));
        let new = IkeSa {
            id: self.ike_id,
            initiator: true,
            initiator_spi,
            responder_spi,
            established: Some(Instant::now()),
            rekey_time,
            message_ids: [0, 0],
            children: core::mem::take(&mut old.children),
            ..old.clone()
        };
        let [create, delete] = [(); 2].map(|()| old.next_message(true));
        let about = Some(old.about());
        let (name, number) = (&new.name, new.id);
        let msg = format!("initiating IKE_SA {name}[{number}] to {}", new.remote_host);
        output.log("IKE", 0, about, &msg);
        let create = Exchange::create(create, true, "[ SA No KE ]");
        self.request(&old, &create, output);
        self.response(&old, &create, output);
        let msg = selected("IKE", &new.proposal);
        let by = if self.generation.is_6() { &new } else { &old };
        output.log("CFG", 1, Some(by.about()), &msg);
        new.log_times(about, output);
        let msg = format!("IKE_SA {name}[{number}] rekeyed between {}", new.ends());
        output.log("IKE", 0, about, &msg);
        let moment = Moment::of(true, &["IKE_REKEY"]).in_state("REKEYING");
        let both = Section::new()
            .section("old", old.shown(moment))
            .section("new", new.shown(Moment::default()));
        output.raise("ike-rekey", &Message::new().section(name, both));
        let delete = Exchange::delete(delete, true, "[ ]");
        self.delete(&old, Some(false), &delete, output);
        self.counters.count(Some(name), &["ike-rekey-init"]);
        if let Some(place) = self.sas.get_mut(index) {
            *place = new;
        }
    }

    fn rekey_child(&mut self, id: u32, child: u32, output: Output<'_>) {
        let [spi_in, spi_out] = [self.random.spi(), self.random.spi()];
        let sa = self.sas.iter_mut().find(|sa| sa.id == id);
        let Some(sa) = sa else { return };
        let Some(index) = sa.children.iter().position(|other| other.id == child) else {
            return;
        };
        self.child_id += 1;
        let number = self.child_id;
        let old = sa.children.remove(index);
        let new = ChildSa {
            id: number,
            spi_in,
            spi_out,
            proposal: old.later_proposal.clone(),
            received: Traffic::default(),
            sent: Traffic::default(),
            installed: Instant::now(),
            ..old.clone()
        };
        // The last one, as the newest.
        sa.children.push(new.clone());
        let [create, delete] = [(); 2].map(|()| sa.next_message(true));
        let sa = sa.clone();
        self.replace_child(&sa, &old, &new, create, output);
        self.delete_child(&sa, &old, delete, output);
        if self.generation.is_6() {
            let msg = format!(
                "delay closing of inbound CHILD_SA {} for 5s",
                old.numbered()
            );
            output.log("IKE", 1, Some(sa.about()), &msg);
        }
        self.closed(&sa, &old, output);
        self.counters.count(Some(&sa.name), &["child-rekey"]);
    }

    /// The exchange that replaces a child, with this identifier.
    fn replace_child(
        &mut self,
        sa: &IkeSa,
        old: &ChildSa,
        new: &ChildSa,
        message: u32,
        output: Output<'_>,
    ) {
        let about = Some(sa.about());
        let msg = establishing(&new.name, new.id, new.reqid);
        output.log("IKE", 0, about, &msg);
        let payloads = create_payloads(&new.proposal);
        let request = payloads.replace("[ SA", "[ N(REKEY_SA) SA");
        let create = Exchange {
            payloads: [&request, payloads],
            ..Exchange::create(message, true, payloads)
        };
        self.request(sa, &create, output);
        self.response(sa, &create, output);
        output.log("CFG", 1, about, &selected("ESP", &new.proposal));
        let (name, spis) = (new.numbered(), new.spis());
        for direction in ["inbound", "outbound"] {
            let selectors = new.selectors();
            let msg =
                format!("{direction} CHILD_SA {name} established with {spis} and {selectors}");
            output.log("IKE", 0, about, &msg);
        }
        let replaced = if self.generation.is_6() {
            let (old, old_spis) = (old.numbered(), old.spis());
            let msg = format!("rekeyed CHILD_SA {old} with {old_spis} with {name} with {spis}");
            output.log("IKE", 0, about, &msg);
            "REKEYING"
        } else {
            "REKEYED"
        };
        let moment = Moment::of(true, &["CHILD_REKEY"]);
        let both = Section::new()
            .section("old", old.shown(replaced))
            .section("new", new.shown("INSTALLED"));
        let children = Section::new().section(&new.name, both);
        let shown = sa.shown(moment).section("child-sas", children);
        output.raise("child-rekey", &Message::new().section(&sa.name, shown));
    }
}
