//! The ways, step by step: what comes in, and what is asked for then.

use serde::Serialize;
use vici_client::vici_serde::to_vec;
use vici_client::{Error, RawEvent};
use vici_types::{
    Alert, AlertType, ChildSa, ChildState, Event, IkeState, ListSa, Log, LogGroup, NamedIkeSa, Text,
};

use super::outcome::{Down, Up};
use super::reason::Reason;
use super::run::{Ask, MAX_LINGER, Run, Way};

const NO_PROPOSAL: &str = "received NO_PROPOSAL_CHOSEN notify error";

fn run<T: Way>() -> Run<T> {
    Run::new("home", Some("net"))
}

fn event<E: Event + Serialize>(event: &E) -> RawEvent {
    RawEvent::new(E::NAME, to_vec(event).unwrap())
}

fn line(name: &str, msg: &str) -> RawEvent {
    let mut log = Log::default();
    log.group = LogGroup::Ike;
    log.ikesa_name = Some(name.into());
    log.msg = msg.into();
    event(&log)
}

/// An IKE_SA in this state, with the child `net` in that one.
fn sa(state: IkeState, child: Option<ChildState>) -> ListSa {
    sa_with(state, child.map(|state| (3, state)))
}

fn sa_with(state: IkeState, child: Option<(u32, ChildState)>) -> ListSa {
    let mut sa = ListSa::default();
    sa.name = "home".into();
    sa.ike_sa.uniqueid = 7;
    sa.ike_sa.initiator = true;
    sa.ike_sa.state = state;
    sa.ike_sa.child_sas = child.map(|(number, state)| {
        let mut child = ChildSa::default();
        child.name = Some("net".into());
        child.uniqueid = Some(number);
        child.state = state;
        [(Text::from("net-3"), child)].into_iter().collect()
    });
    sa
}

fn connecting() -> Vec<ListSa> {
    vec![sa(IkeState::Connecting, None)]
}

fn up() -> Vec<ListSa> {
    vec![sa(IkeState::Established, Some(ChildState::Installed))]
}

/// What it asks for, in short.
fn asks<T: Way>(run: &Run<T>) -> &'static str {
    match run.next() {
        Some(Ask::List(request)) if request.noblock => "look",
        Some(Ask::List(_)) => "look at all",
        Some(Ask::Initiate(_)) => "initiate",
        Some(Ask::Terminate(_)) => "terminate",
        Some(Ask::Event(_)) => "wait",
        None => "nothing",
    }
}

/// Begun, and not up yet.
fn begun() -> Run<Up> {
    let mut run = run();
    run.listed(Ok(Vec::new()));
    assert_eq!(asks(&run), "initiate");
    run.answered(Ok(()));
    assert_eq!(asks(&run), "look");
    run.listed(Ok(vec![answered()]));
    run.event(&line("home", "initiating IKE_SA home[7] to 192.0.2.1"));
    assert_eq!(asks(&run), "wait");
    run
}

/// The peer has said something.
fn answered() -> ListSa {
    let mut sa = sa(IkeState::Connecting, None);
    sa.ike_sa.responder_spi = "0000000000000001".parse().unwrap();
    sa
}

#[test]
fn what_is_up_is_left_alone() {
    let mut run: Run<Up> = run();
    assert_eq!(asks(&run), "look at all");
    run.listed(Ok(up()));
    assert_eq!(asks(&run), "nothing");
    assert!(run.end().unwrap().was_up);
    // It is rekeyed, which is up as well.
    let mut run: Run<Up> = self::run();
    run.listed(Ok(vec![sa(IkeState::Rekeying, Some(ChildState::Rekeying))]));
    assert!(run.end().unwrap().was_up);
    // This one is not, and its child neither.
    for sa in [
        sa(IkeState::Rekeyed, Some(ChildState::Installed)),
        sa(IkeState::Established, Some(ChildState::Deleted)),
    ] {
        let mut run: Run<Up> = self::run();
        run.listed(Ok(vec![sa]));
        assert_eq!(asks(&run), "initiate");
    }
}

#[test]
fn an_attempt_of_others_is_waited_for_and_is_none_of_its_own() {
    let mut run: Run<Up> = run();
    run.listed(Ok(connecting()));
    assert_eq!(asks(&run), "wait");
    run.event(&line("home", NO_PROPOSAL));
    assert_eq!(asks(&run), "look");
    // Busy ones may be left out.
    run.listed(Ok(Vec::new()));
    assert_eq!(asks(&run), "look at all");
    run.listed(Ok(Vec::new()));
    assert_eq!(asks(&run), "initiate");
    run.answered(Ok(()));
    run.listed(Ok(up()));
    assert!(!run.end().unwrap().was_up);
}

#[test]
fn the_reason_may_come_behind_the_end() {
    let mut run = begun();
    run.nothing_came();
    run.listed(Ok(Vec::new()));
    run.listed(Ok(Vec::new()));
    assert_eq!(asks(&run), "wait");
    run.event(&line("home", "parsed IKE_SA_INIT response 0"));
    run.event(&line(
        "other",
        "received AUTHENTICATION_FAILED notify error",
    ));
    assert_eq!(asks(&run), "wait");
    run.event(&line("home", NO_PROPOSAL));
    assert_eq!(asks(&run), "nothing");
    let failure = run.end().unwrap_err();
    assert_eq!(
        (failure.reason, failure.words.as_str()),
        (Reason::NoProposal, NO_PROPOSAL)
    );
    assert_eq!(failure.log.len(), 3);

    // It does not wait for ever.
    let mut run = begun();
    run.nothing_came();
    run.listed(Ok(Vec::new()));
    run.listed(Ok(Vec::new()));
    for _ in 0..=MAX_LINGER {
        assert_eq!(asks(&run), "wait");
        run.event(&line("home", "something"));
    }
    assert_eq!(run.end().unwrap_err().reason, Reason::Other);
}

#[test]
fn an_alert_is_a_hint_and_the_log_has_the_words() {
    let alert = |type_: AlertType| {
        let mut named = NamedIkeSa::default();
        named.name = "home".into();
        event(&Alert::new(type_, Some(named)))
    };
    let mut run = begun();
    run.event(&alert(AlertType::ProposalMismatchChild));
    run.listed(Ok(connecting()));
    run.event(&line("home", NO_PROPOSAL));
    run.listed(Ok(Vec::new()));
    run.listed(Ok(Vec::new()));
    let failure = run.end().unwrap_err();
    assert_eq!(failure.words, NO_PROPOSAL);

    // Where no line is known, it is all there is.
    let mut run = begun();
    run.event(&alert(AlertType::LocalAuthFailed));
    run.listed(Ok(Vec::new()));
    run.listed(Ok(Vec::new()));
    run.nothing_came();
    let failure = run.end().unwrap_err();
    assert_eq!(failure.reason, Reason::AuthenticationFailed);
    assert_eq!(failure.words, "local-auth-failed");
}

#[test]
fn a_peer_that_answers_at_last_is_heard() {
    let mut run = begun();
    run.event(&line("home", "retransmit 1 of request with message ID 0"));
    run.event(&line("home", "received AUTHENTICATION_FAILED notify error"));
    run.listed(Ok(Vec::new()));
    run.listed(Ok(Vec::new()));
    assert_eq!(run.end().unwrap_err().reason, Reason::AuthenticationFailed);
}

#[test]
fn the_end_of_the_time_is_told_apart() {
    let over = |mut run: Run<Up>| {
        run.time_is_over();
        run.end().unwrap_err().reason
    };
    assert_eq!(over(begun()), Reason::TimeOver);
    let mut silent = begun();
    silent.nothing_came();
    silent.listed(Ok(connecting()));
    assert_eq!(over(silent), Reason::NoAnswer);
    let mut busy = begun();
    busy.nothing_came();
    busy.listed(Err(Error::Timeout));
    assert_eq!(busy.end().unwrap_err().reason, Reason::DaemonBusy);
    let mut gone: Run<Up> = run();
    gone.listed(Err(Error::Closed));
    assert_eq!(gone.end().unwrap_err().reason, Reason::Disconnected);
}

#[test]
fn what_goes_down_is_what_was_there() {
    let mut run: Run<Down> = run();
    run.listed(Ok(up()));
    assert_eq!(asks(&run), "terminate");
    run.answered(Ok(()));
    assert_eq!(asks(&run), "look");
    run.listed(Ok(vec![sa(
        IkeState::Established,
        Some(ChildState::Deleting),
    )]));
    assert_eq!(asks(&run), "wait");
    run.nothing_came();
    // It has come up again, as another one.
    run.listed(Ok(vec![sa_with(
        IkeState::Established,
        Some((4, ChildState::Installed)),
    )]));
    assert_eq!(asks(&run), "look at all");
    run.listed(Ok(vec![sa_with(
        IkeState::Established,
        Some((4, ChildState::Installed)),
    )]));
    assert_eq!(run.end().unwrap().closed, 1);
}

#[test]
fn what_can_come_up_is_not_down() {
    let mut run: Run<Down> = run();
    run.listed(Ok(connecting()));
    assert_eq!(asks(&run), "wait");
    run.nothing_came();
    run.listed(Ok(up()));
    assert_eq!(asks(&run), "terminate");

    let mut all: Run<Down> = Run::new("home", None);
    all.listed(Ok(connecting()));
    assert_eq!(asks(&all), "terminate");
}

#[test]
fn what_a_busy_daemon_has_not_begun_is_waited_for() {
    let mut run: Run<Up> = run();
    run.listed(Ok(Vec::new()));
    run.answered(Ok(()));
    for _ in 0..3 {
        assert_eq!(asks(&run), "look");
        run.listed(Ok(Vec::new()));
        assert_eq!(asks(&run), "wait");
        run.nothing_came();
    }
    run.event(&line("home", NO_PROPOSAL));
    run.listed(Ok(Vec::new()));
    run.listed(Ok(Vec::new()));
    assert_eq!(run.end().unwrap_err().reason, Reason::NoProposal);
}

#[test]
fn what_is_going_down_is_not_asked_for_again() {
    for (child, sa) in [
        (None, sa(IkeState::Deleting, None)),
        (
            Some("net"),
            sa(IkeState::Established, Some(ChildState::Deleting)),
        ),
    ] {
        let mut run: Run<Down> = Run::new("home", child);
        run.listed(Ok(vec![sa]));
        assert_eq!(asks(&run), "wait");
        run.nothing_came();
        run.listed(Ok(Vec::new()));
        run.listed(Ok(Vec::new()));
        assert_eq!(run.end().unwrap().closed, 1);
    }
}
