//! The two ways, and what the lists of SAs mean for them.

use vici_types::{
    ChildSa, ChildState, IkeSa, IkeSpi, IkeState, Initiate, ListSa, Task, Terminate, Timeout,
};

use super::outcome::{Down, Up};
use super::run::{Ask, MAX_LINGER, Next, Run, Way};

impl Way for Up {
    const UP: bool = true;

    fn act(run: &Run<Self>) -> Ask {
        let request = Initiate::new()
            .ike(run.ike.as_str())
            .maybe(run.child.as_deref(), Initiate::child)
            .timeout(Timeout::NOT_AT_ALL);
        Ask::Initiate(request)
    }

    fn listed(run: &mut Run<Self>, sas: Vec<ListSa>, noblock: bool) {
        let child = run.child.clone().unwrap_or_default();
        run.unanswered = sas.iter().any(|sa| is_unanswered(&sa.ike_sa));
        let is_going_on = sas.iter().any(|sa| is_in_progress(&sa.ike_sa));
        let up = |sa: &ListSa| {
            let established = matches!(sa.ike_sa.state, IkeState::Established | IkeState::Rekeying);
            established && sa.ike_sa.child(&child).is_some_and(ChildSa::is_up)
        };
        if let Some(sa) = sas.into_iter().find(up) {
            let was_up = !run.acted;
            run.finish(Ok(Self { sa, child, was_up }));
        } else if is_going_on || run.acted && run.has_not_begun() {
            run.wait();
        } else if noblock {
            run.look_at_all();
        } else if run.acted {
            run.give_up_after(MAX_LINGER);
        } else {
            // What was heard so far is about what others do.
            run.story.begin();
            run.next = Next::Act;
        }
    }
}

impl Way for Down {
    const UP: bool = false;

    fn act(run: &Run<Self>) -> Ask {
        let request = Terminate::new()
            .ike(run.ike.as_str())
            .maybe(run.child.as_deref(), Terminate::child)
            .timeout(Timeout::NOT_AT_ALL);
        Ask::Terminate(request)
    }

    fn listed(run: &mut Run<Self>, sas: Vec<ListSa>, noblock: bool) {
        let there = numbers(&sas, run.child.as_deref());
        let left = run.closing.iter().any(|number| there.contains(number));
        if run.acted && !run.refused {
            match (left, noblock) {
                (true, _) => run.wait(),
                (false, true) => run.look_at_all(),
                // What has come up since has another number, and is somebody else's.
                (false, false) => {
                    let closed = run.closing.len();
                    run.finish(Ok(Self { closed }));
                }
            }
        } else if run.refused && left {
            run.give_up_after(MAX_LINGER);
        } else if !there.is_empty() {
            run.story.begin();
            run.closing = there;
            run.refused = false;
            // What is being closed already would be dropped at once if it were asked for again.
            if are_closing(&sas, run.child.as_deref()) {
                run.acted = true;
                run.wait();
            } else {
                run.next = Next::Act;
            }
        } else if run.child.is_some() && sas.iter().any(|sa| is_in_progress(&sa.ike_sa)) {
            // It may be about to come up.
            run.unanswered = sas.iter().any(|sa| is_unanswered(&sa.ike_sa));
            run.wait();
        } else if noblock {
            run.look_at_all();
        } else {
            let closed = run.closing.len();
            run.finish(Ok(Self { closed }));
        }
    }
}

/// The numbers of the CHILD_SAs of a name, or of the IKE_SAs, that have not been replaced.
fn numbers(sas: &[ListSa], child: Option<&str>) -> Vec<u32> {
    let sas = sas.iter().map(|sa| &sa.ike_sa);
    let Some(child) = child else {
        let sas = sas.filter(|sa| sa.state != IkeState::Rekeyed);
        return sas.map(|sa| sa.uniqueid).collect();
    };
    let children = sas.flat_map(IkeSa::children).filter(|sa| {
        let is_named = sa.name.as_ref().is_some_and(|name| name == child);
        is_named && !matches!(sa.state, ChildState::Rekeyed | ChildState::Deleted)
    });
    children.filter_map(|sa| sa.uniqueid).collect()
}

/// Whether all of them are being closed.
fn are_closing(sas: &[ListSa], child: Option<&str>) -> bool {
    let mut sas = sas.iter().map(|sa| &sa.ike_sa);
    let is_closing = |sa: &IkeSa| matches!(sa.state, IkeState::Deleting | IkeState::Rekeyed);
    let Some(child) = child else {
        return sas.all(is_closing);
    };
    sas.filter(|sa| !is_closing(sa))
        .flat_map(IkeSa::children)
        .all(|sa| {
            let is_named = sa.name.as_ref().is_some_and(|name| name == child);
            let is_closing = matches!(
                sa.state,
                ChildState::Deleting | ChildState::Rekeyed | ChildState::Deleted
            );
            !is_named || is_closing
        })
}

/// Whether an IKE_SA, or a CHILD_SA of it, is being established.
fn is_in_progress(sa: &IkeSa) -> bool {
    let creates = |task: &Task| {
        matches!(
            task,
            Task::IkeInit
                | Task::IkeAuth
                | Task::IkeReauth
                | Task::ChildCreate
                | Task::MainMode
                | Task::AggressiveMode
                | Task::Xauth
                | Task::ModeConfig
                | Task::QuickMode
        )
    };
    let tasks = [&sa.tasks_queued, &sa.tasks_active];
    matches!(sa.state, IkeState::Created | IkeState::Connecting)
        || tasks.into_iter().flatten().flatten().any(creates)
}

/// Whether the peer has not answered anything yet.
fn is_unanswered(sa: &IkeSa) -> bool {
    sa.initiator && sa.responder_spi == IkeSpi::default()
}
