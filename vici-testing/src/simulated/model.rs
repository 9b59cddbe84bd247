//! The commands of a simulated daemon.

use core::fmt;
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use vici_serde::Message;

use super::credential::Credentials;
use super::generation::Generation;
use super::output::{Output, Refused, done};
use super::request::Request;
use super::sa::{self, Attempt};
use super::state::State;
use crate::server::{Call, Reply, Service};

/// What answers for a simulated daemon.
pub(super) struct Model {
    state: Mutex<State>,
    /// Notified when an attempt that waits may be over.
    pub(super) changed: Condvar,
    generation: Generation,
}

impl Model {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            state: Mutex::new(State::new(generation)),
            changed: Condvar::new(),
            generation,
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for a command whose connection is open: a restart has not come before it.
    fn open(&self, output: Output<'_>) -> Result<MutexGuard<'_, State>, Refused> {
        let state = self.state();
        if output.is_closed() {
            return Err("the daemon was restarted".to_owned());
        }
        Ok(state)
    }

    fn initiate(&self, request: &Request, output: Output<'_>) -> Result<(), Refused> {
        let [child, ike] = ["child", "ike"].map(|name| request.text(name));
        let what = match (child, ike) {
            (Some(child), _) => format!("CHILD_SA '{child}'"),
            (None, Some(ike)) => format!("IKE_SA '{ike}'"),
            (None, None) => return Err("missing configuration name".to_owned()),
        };
        let timeout = request.number("timeout").unwrap_or(0);
        output.config(&format!("vici initiate {what}"));
        let failed = Err(format!("establishing {what} failed"));
        let late = Err(format!("{what} not established after {timeout}ms"));

        let mut state = self.open(output)?;
        let output = if state.concludes_early {
            output
        } else {
            output.concluding_late()
        };
        let restarts = state.restarts;
        let attempt = state.initiate(ike, child, with_log(request, timeout, output))?;
        match attempt {
            Attempt::Established => Ok(()),
            // Nobody waits for what comes of it.
            _ if timeout < 0 => Ok(()),
            Attempt::Failed => failed,
            // It was up already.
            Attempt::Exists if self.generation.is_6() => Ok(()),
            Attempt::Exists if timeout > 0 => late,
            Attempt::Exists => failed,
            Attempt::Waiting(id) if timeout > 0 => {
                let limit = Duration::from_millis(timeout.unsigned_abs());
                let pending = |state: &mut State| {
                    let mut sas = state.sas.iter();
                    let there = !state.over && state.restarts == restarts;
                    there && sas.any(|sa| sa.id == id && !sa.is_established())
                };
                let waited = self.changed.wait_timeout_while(state, limit, pending);
                let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                if timeout.timed_out() {
                    return late;
                }
                state.position(id).map_or(failed, |_| Ok(()))
            }
            Attempt::Waiting(id) => {
                state.give_up(id, with_log(request, timeout, output));
                failed
            }
        }
    }

    fn terminate(&self, request: &Request, output: Output<'_>) -> Message {
        log_selected("terminate", request, output);
        let timeout = request.number("timeout").unwrap_or(0);
        let force = request.flag("force") && timeout <= 0;
        let Ok(mut state) = self.open(output) else {
            return Message::new();
        };
        let Some(selected) = state.select(request) else {
            return failure(Message::new(), "missing terminate selector");
        };
        state.terminate(&selected, force, with_log(request, timeout, output));
        drop(state);
        self.changed.notify_all();
        let count = selected.len();
        let message = Message::new().key("success", count > 0);
        let message = message.key("matches", count).key("terminated", count);
        if count > 0 {
            return message;
        }
        message.key("errmsg", "no matching SAs to terminate found")
    }

    fn rekey(&self, request: &Request, output: Output<'_>) -> Message {
        log_selected("rekey", request, output);
        let Ok(mut state) = self.open(output) else {
            return Message::new();
        };
        let Some(selected) = state.select(request) else {
            return failure(Message::new(), "missing rekey selector");
        };
        state.rekey(&selected, output);
        matches(selected.len(), "rekey")
    }
}

/// The line of the log about a command that selects SAs.
fn log_selected(verb: &str, request: &Request, output: Output<'_>) {
    let [child, ike] = ["child", "ike"].map(|name| request.text(name));
    let [child_id, ike_id] =
        ["child-id", "ike-id"].map(|name| request.number(name).filter(|id| *id != 0));
    let what = match (child, child_id, ike, ike_id) {
        (Some(child), ..) => format!("CHILD_SA '{child}'"),
        (None, Some(id), ..) => format!("CHILD_SA #{id}"),
        (None, None, Some(ike), _) => format!("IKE_SA '{ike}'"),
        (None, None, None, Some(id)) => format!("IKE_SA #{id}"),
        (None, None, None, None) => return,
    };
    output.config(&format!("vici {verb} {what}"));
}

/// The answer of a command that only selects.
fn matches(count: usize, verb: &str) -> Message {
    let message = Message::new().key("success", count > 0);
    let message = message.key("matches", count);
    if count > 0 {
        return message;
    }
    message.key("errmsg", format!("no matching SAs to {verb} found"))
}

fn failure(message: Message, errmsg: &str) -> Message {
    message.key("success", false).key("errmsg", errmsg)
}

/// With the messages that a command asks for, unless it does not wait for them.
fn with_log<'a>(request: &Request, timeout: i64, output: Output<'a>) -> Output<'a> {
    if timeout < 0 {
        return output;
    }
    output.with_control_log(request.number("loglevel").unwrap_or(1))
}

impl Service for Model {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        let request = Request::parse(call.message());
        let output = Output::of_call(call);
        match call.command() {
            "initiate" => return done(self.initiate(&request, output)),
            "terminate" => return Reply::encoded(&self.terminate(&request, output)),
            "rekey" => return Reply::encoded(&self.rekey(&request, output)),
            _ => {}
        }
        let Ok(mut state) = self.open(output) else {
            return Reply::Close;
        };
        let generation = self.generation;
        match call.command() {
            "version" => Reply::encoded(&state.version()),
            "stats" => Reply::encoded(&state.stats()),
            "get-algorithms" => Reply::encoded(&state.get_algorithms()),
            "reload-settings" => {
                output.config("loaded 0 entries for attr plugin configuration");
                Reply::success()
            }
            "get-counters" => Reply::encoded(&state.counters.get(&request)),
            "reset-counters" => {
                state.counters.reset(&request);
                Reply::success()
            }
            "load-conn" => done(state.load_conn(&request, output)),
            "unload-conn" => done(state.unload_conn(&request, output)),
            "get-conns" => Reply::encoded(&state.get_conns()),
            "load-authority" => done(state.authorities.load(&request, output)),
            "unload-authority" => done(state.authorities.unload(&request)),
            "get-authorities" => Reply::encoded(&state.authorities.names()),
            "load-pool" => done(state.pools.load(&request, generation, output)),
            "unload-pool" => done(state.pools.unload(&request, output)),
            "get-pools" => Reply::encoded(&state.pools.get(&request)),
            "load-shared" => done(state.credentials.load_shared(&request, output)),
            "unload-shared" => done(state.credentials.unload_shared(&request, output)),
            "get-shared" => Reply::encoded(&state.credentials.get_shared()),
            "load-key" => match state.credentials.load_key(&request, generation, output) {
                Ok(id) => Reply::encoded(&Message::new().key("success", true).key("id", id)),
                Err(errmsg) => Reply::failure(&errmsg),
            },
            "unload-key" => done(state.credentials.unload_key(&request, output)),
            "get-keys" => Reply::encoded(&state.credentials.get_keys()),
            "load-token" => done(Credentials::load_token(&request, output)),
            "load-cert" => done(state.credentials.load_cert(&request, generation, output)),
            "flush-certs" => done(state.credentials.flush_certs(&request)),
            "clear-creds" => {
                state.credentials.clear();
                Reply::success()
            }
            "install" => done(state.install(&request, output)),
            "uninstall" => done(state.policies.uninstall(&request, output)),
            "redirect" => match state.redirect(&request, output) {
                Ok(count) => Reply::encoded(&matches(count, "redirect")),
                Err(errmsg) => Reply::failure(&errmsg),
            },
            list => {
                match list {
                    "list-sas" => sa::list(&state.sas, &request, output),
                    "list-conns" => state.list_conns(&request, output),
                    "list-authorities" => state.authorities.list(&request, output),
                    "list-certs" => {
                        let authorities = state.authorities.certificates();
                        state.credentials.list_certs(&request, authorities, output);
                    }
                    "list-policies" => state.policies.list(&request, output),
                    _ => {
                        let client = call.connection();
                        output.config(&format!("vici client {client} invalid request: {list}"));
                        return Reply::Unknown;
                    }
                }
                Reply::encoded(&Message::new())
            }
        }
    }

    fn has_event(&self, name: &str) -> bool {
        (self.generation.is_6_1() || name != "alert") && vici_types::EVENTS.contains(&name)
    }

    fn invalid_registration(&self, call: &mut Call<'_>) {
        let (client, event) = (call.connection(), call.command());
        let msg = format!("vici client {client} invalid registration: {event}");
        Output::of_call(call).config(&msg);
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").finish_non_exhaustive()
    }
}
