//! The doors: the blocking client, and with the feature `tokio` the async one.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

#[cfg(feature = "tokio")]
use vici_client::AsyncClient;
#[cfg(feature = "tokio")]
use vici_client::RawEvent;
use vici_client::{Client, Error, Result};

use super::outcome::{Down, Failure, Up};
use super::run::{Ask, EVENTS, Run, Way};
use crate::apply::list;

/// Brings up a child of a connection, unless it is up, and waits until it is.
///
/// It ends when the CHILD_SA carries traffic, when the attempt has failed, or at the end of `limit`; the
/// daemon goes on with an attempt that was begun. One that is under way already, whoever began it, is
/// waited for, so that it can be called again and again. Meanwhile no thread of the daemon waits with it.
///
/// Two connections that differ in their names only are one for the daemon, which builds the child of one
/// upon the IKE_SA of the other; such a child is not found here.
///
/// Give it a client of its own: it takes all events that come, subscribes `log`, `child-updown`,
/// `ike-updown` and `alert`, and ends these subscriptions. The timeouts of the client are as before when it
/// returns.
///
/// ```no_run
/// use std::time::Duration;
/// use vici_client::Client;
/// use vici_control::{Reason, bring_up};
///
/// let mut client = Client::connect()?;
/// match bring_up(&mut client, "home", "net", Duration::from_secs(30)) {
///     Ok(up) => println!("{:?}", up.child_sa()),
///     Err(failure) if failure.reason == Reason::NoAnswer => println!("later, perhaps"),
///     Err(failure) => return Err(failure.into()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What tells which reason
///
/// A daemon has no codes for reasons. These are the words by which they are recognised, in its answer, or in
/// the log of the IKE_SA; an `alert` (since 6.0.3) is taken where no line is known. Each was brought about
/// on charon 5.9.8, 6.0.1 and 6.1.0, which say the same unless it is noted.
///
/// | reason | what the daemon says |
/// | --- | --- |
/// | `NoSuchConfiguration` | `CHILD_SA config '..' not found` |
/// | `NoAnswer` | `giving up after .. retransmits`; until then `retransmit .. of request`, or nothing |
/// | `NoAddress` | `unable to resolve ..` |
/// | `NoProposal` | `received NO_PROPOSAL_CHOSEN notify`; IKEv1 (not in 6.1.0) `.. error notify` |
/// | `NoSecret` | `no shared key found for ..`, `no private key found for ..` |
/// | `AuthenticationFailed` | `received AUTHENTICATION_FAILED notify error`, whatever the peer's reason |
/// | `Certificate` | `subject certificate invalid`, `certificate was revoked`, `no issuer certificate found`, `constraint check failed` |
/// | `TrafficSelectors` | `received TS_UNACCEPTABLE notify`; IKEv1 (not in 6.1.0) `received INVALID_ID_INFORMATION error notify` |
/// | `Duplicate` | `due to existing duplicate` |
/// | `DaemonBusy` | nothing, in the given time |
/// | `Other` | anything else, such as `received INTERNAL_ADDRESS_FAILURE notify`; the log has it |
///
/// # Errors
///
/// [`Failure`] has the [`Reason`](crate::Reason), the words that tell it, and the log.
pub fn bring_up<S: Read + Write>(
    client: &mut Client<S>,
    ike: &str,
    child: &str,
    limit: Duration,
) -> std::result::Result<Up, Failure> {
    drive(client, Run::new(ike, Some(child)), limit)
}

/// Takes down a child of a connection, or without one all IKE_SAs of the connection, and waits until they
/// are gone.
///
/// It ends when none of those that were there is left, or at the end of `limit`; the daemon goes on with
/// what was begun. Nothing to close is no error. What comes up again since its configuration says so
/// (`close_action`) is another SA, and is left alone. An attempt that is under way is waited for, since it
/// may bring the child up. A peer that does not answer keeps an IKE_SA for as long as the daemon tries.
///
/// As [`bring_up`], it needs a client of its own.
///
/// # Errors
///
/// [`Failure`] has the [`Reason`](crate::Reason), the words that tell it, and the log.
pub fn take_down<S: Read + Write>(
    client: &mut Client<S>,
    ike: &str,
    child: Option<&str>,
    limit: Duration,
) -> std::result::Result<Down, Failure> {
    drive(client, Run::new(ike, child), limit)
}

/// [`bring_up`], async. Other users of the client are not disturbed; dropping the future gives it up, and
/// the daemon goes on.
///
/// # Errors
///
/// As [`bring_up`].
#[cfg(feature = "tokio")]
pub async fn bring_up_async(
    client: &AsyncClient,
    ike: &str,
    child: &str,
    limit: Duration,
) -> std::result::Result<Up, Failure> {
    drive_async(client, Run::new(ike, Some(child)), limit).await
}

/// [`take_down`], async. Other users of the client are not disturbed; dropping the future gives it up, and
/// the daemon goes on.
///
/// # Errors
///
/// As [`take_down`].
#[cfg(feature = "tokio")]
pub async fn take_down_async(
    client: &AsyncClient,
    ike: &str,
    child: Option<&str>,
    limit: Duration,
) -> std::result::Result<Down, Failure> {
    drive_async(client, Run::new(ike, child), limit).await
}

/// What is left of the time.
fn left(deadline: Option<Instant>) -> Duration {
    let now = Instant::now();
    deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(now))
}

/// How long the end of a subscription may take when the time is over.
const GRACE: Duration = Duration::from_millis(100);

fn drive<S: Read + Write, T: Way>(
    client: &mut Client<S>,
    mut run: Run<T>,
    limit: Duration,
) -> std::result::Result<T, Failure> {
    let deadline = Instant::now().checked_add(limit);
    let before = (client.timeout(), client.stream_timeout());
    let mut subscribed = Vec::new();
    if let Err(error) = steps(client, &mut run, deadline, &mut subscribed) {
        run.failed(error);
    }
    for event in subscribed {
        let ended = set_limit(client, left(deadline).max(GRACE))
            .and_then(|()| client.unsubscribe_raw(event));
        if ended.is_err() {
            break;
        }
    }
    // They were set before.
    let _ = client.set_timeout(before.0);
    let _ = client.set_stream_timeout(before.1);
    run.end()
}

fn steps<S: Read + Write, T: Way>(
    client: &mut Client<S>,
    run: &mut Run<T>,
    deadline: Option<Instant>,
    subscribed: &mut Vec<&'static str>,
) -> Result<()> {
    for event in EVENTS {
        match set_limit(client, left(deadline)).and_then(|()| client.subscribe_raw(event)) {
            Ok(()) => subscribed.push(event),
            Err(Error::UnknownEvent { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    while let Some(ask) = run.next() {
        let left = left(deadline);
        if left.is_zero() {
            run.time_is_over();
            break;
        }
        set_limit(client, left)?;
        match ask {
            Ask::List(request) => {
                let sas = list(client, &request);
                take_events(client, run)?;
                run.listed(sas);
            }
            Ask::Initiate(request) => run.answered(client.call(&request).map(drop)),
            Ask::Terminate(request) => run.answered(client.call(&request).map(drop)),
            Ask::Event(pause) => match client.next_event(Some(pause.min(left)))? {
                Some(event) => run.event(&event),
                None => run.nothing_came(),
            },
        }
    }
    Ok(())
}

/// What the daemon said before it answered.
fn take_events<S: Read + Write, T: Way>(client: &mut Client<S>, run: &mut Run<T>) -> Result<()> {
    while let Some(event) = client.next_event(Some(Duration::ZERO))? {
        run.event(&event);
    }
    Ok(())
}

fn set_limit<S: Read + Write>(client: &mut Client<S>, left: Duration) -> Result<()> {
    // No time at all is no timeout.
    let left = Some(left.max(Duration::from_millis(1)));
    client.set_timeout(left)?;
    client.set_stream_timeout(left)
}

#[cfg(feature = "tokio")]
async fn drive_async<T: Way>(
    client: &AsyncClient,
    mut run: Run<T>,
    limit: Duration,
) -> std::result::Result<T, Failure> {
    let mut open = false;
    let ended = tokio::time::timeout(limit, steps_async(client, &mut run, &mut open)).await;
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => run.failed(error),
        Err(_) if open => run.failed(Error::Timeout),
        Err(_) => run.time_is_over(),
    }
    run.end()
}

/// `open` tells whether the daemon is asked something and has not answered.
#[cfg(feature = "tokio")]
async fn steps_async<T: Way>(
    client: &AsyncClient,
    run: &mut Run<T>,
    open: &mut bool,
) -> Result<()> {
    *open = true;
    let mut events = match client.subscribe_names(&EVENTS).await {
        Err(Error::UnknownEvent { .. }) => client.subscribe_names(&EVENTS[..3]).await?,
        events => events?,
    };
    while let Some(ask) = run.next() {
        *open = !matches!(ask, Ask::Event(_));
        match ask {
            Ask::List(request) => {
                let sas = client.list(&request).await;
                while let Ok(event) = tokio::time::timeout(Duration::ZERO, events.next()).await {
                    take(run, event)?;
                }
                run.listed(sas);
            }
            Ask::Initiate(request) => run.answered(client.call(&request).await.map(drop)),
            Ask::Terminate(request) => run.answered(client.call(&request).await.map(drop)),
            Ask::Event(pause) => match tokio::time::timeout(pause, events.next()).await {
                Ok(event) => take(run, event)?,
                Err(_) => run.nothing_came(),
            },
        }
    }
    Ok(())
}

/// An event of the subscription, if it goes on.
#[cfg(feature = "tokio")]
fn take<T: Way>(run: &mut Run<T>, event: Option<Result<RawEvent>>) -> Result<()> {
    match event {
        Some(Ok(event)) => run.event(&event),
        // What was lost is a reason to look.
        Some(Err(Error::Lagged { .. })) => run.nothing_came(),
        Some(Err(error)) => return Err(error),
        None => return Err(Error::Closed),
    }
    Ok(())
}
