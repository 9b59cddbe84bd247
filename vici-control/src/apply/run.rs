//! Which command comes next, and what its answer means.

use std::collections::VecDeque;

use vici_client::vici_serde::to_vec;
use vici_types::{
    GetConns, GetConnsResponse, LoadAuthority, LoadCert, LoadConn, LoadKey, LoadKeyResponse,
    LoadPool, LoadShared, LoadToken, UnloadAuthority, UnloadConn, UnloadKey, UnloadPool,
    UnloadShared,
};

use super::report::{OnRefusal, Outcome, Report};
use super::request::Request;
use crate::plan::item::{Flat, flatten};
use crate::plan::memory::{cert_keys, cert_name, secret_name};
use crate::plan::{Action, Kind, Memory, Plan};
use crate::table::{AUTHORITY, CONN};

/// A command to be sent.
pub(crate) enum Ask {
    LoadCert(LoadCert),
    LoadKey(LoadKey),
    LoadToken(LoadToken),
    LoadShared(LoadShared),
    LoadAuthority(LoadAuthority),
    LoadPool(LoadPool),
    LoadConn(LoadConn),
    UnloadKey(UnloadKey),
    UnloadShared(UnloadShared),
    UnloadAuthority(UnloadAuthority),
    UnloadPool(UnloadPool),
    UnloadConn(UnloadConn),
    GetConns(GetConns),
}

/// What a daemon answered.
pub(crate) enum Answer {
    Done,
    /// What it calls the key.
    Key(Option<String>),
    Names(Vec<String>),
}

/// How many connections, and how many bytes of them, go into one command.
const MAX_CONNS: usize = 100;
const MAX_BYTES: usize = 128 << 10;

/// What is being done: steps of the plan, by their numbers.
enum Work {
    /// These together; all but connections come alone.
    Load(Vec<usize>),
    /// Which of these connections, that were not there before, a failed command has loaded.
    WhichAreLoaded(Vec<usize>),
}

/// The doing of a plan.
pub(crate) struct Run<'a> {
    plan: &'a Plan,
    memory: &'a mut Memory,
    on_refusal: OnRefusal,
    outcomes: Vec<Option<Outcome>>,
    queue: VecDeque<Work>,
    /// What was asked and is not answered.
    asked: Option<Work>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(plan: &'a Plan, memory: &'a mut Memory, on_refusal: OnRefusal) -> Self {
        let mut queue: VecDeque<Work> = VecDeque::new();
        let mut bytes = 0;
        for (number, step) in plan.steps.iter().enumerate() {
            let Request::LoadConn(_, conn) = &step.request else {
                queue.push_back(Work::Load(vec![number]));
                bytes = MAX_BYTES;
                continue;
            };
            // What has no encoding is found out when it is sent.
            let size = to_vec(conn).map_or(MAX_BYTES, |bytes| bytes.len());
            match queue.back_mut() {
                Some(Work::Load(numbers))
                    if numbers.len() < MAX_CONNS && bytes + size <= MAX_BYTES =>
                {
                    numbers.push(number);
                    bytes += size;
                }
                _ => {
                    queue.push_back(Work::Load(vec![number]));
                    bytes = size;
                }
            }
        }
        Self {
            plan,
            memory,
            on_refusal,
            outcomes: plan.steps.iter().map(|_| None).collect(),
            queue,
            asked: None,
        }
    }

    /// The next command, if there is one.
    pub(crate) fn next(&mut self) -> Option<Ask> {
        let work = self.queue.pop_front()?;
        let ask = match &work {
            Work::WhichAreLoaded(_) => Ask::GetConns(GetConns::new()),
            Work::Load(numbers) => self.ask(numbers),
        };
        self.asked = Some(work);
        Some(ask)
    }

    fn ask(&self, numbers: &[usize]) -> Ask {
        let mut conns = LoadConn::default();
        for number in numbers {
            match &self.plan.steps[*number].request {
                Request::LoadConn(name, conn) => conns.conns.push(name, (**conn).clone()),
                Request::LoadCert(request) => return Ask::LoadCert((**request).clone()),
                Request::LoadKey(request) => return Ask::LoadKey((**request).clone()),
                Request::LoadToken(request) => return Ask::LoadToken((**request).clone()),
                Request::LoadShared(request) => return Ask::LoadShared((**request).clone()),
                Request::LoadAuthority(name, authority) => {
                    return Ask::LoadAuthority(LoadAuthority::new(name, (**authority).clone()));
                }
                Request::LoadPool(name, pool) => {
                    return Ask::LoadPool(LoadPool::new(name, (**pool).clone()));
                }
                Request::UnloadKey(id) => return Ask::UnloadKey(UnloadKey::new(id)),
                Request::UnloadShared(id) => return Ask::UnloadShared(UnloadShared::new(id)),
                Request::UnloadAuthority(name) => {
                    return Ask::UnloadAuthority(UnloadAuthority::new(name));
                }
                Request::UnloadPool(name) => return Ask::UnloadPool(UnloadPool::new(name)),
                Request::UnloadConn(name) => return Ask::UnloadConn(UnloadConn::new(name)),
            }
        }
        Ask::LoadConn(conns)
    }

    /// What became of the command that [`next`](Self::next) gave.
    pub(crate) fn answer(&mut self, answer: vici_client::Result<Answer>) {
        let Some(work) = self.asked.take() else {
            return;
        };
        match (work, answer) {
            (Work::Load(numbers), Ok(answer)) => {
                let id = match answer {
                    Answer::Key(id) => id,
                    _ => None,
                };
                for number in numbers {
                    self.done(number, id.clone());
                }
            }
            (Work::Load(numbers), Err(error)) => self.failed(numbers, error),
            (Work::WhichAreLoaded(numbers), Ok(Answer::Names(names))) => {
                let (loaded, rest): (Vec<_>, Vec<_>) = numbers.into_iter().partition(|number| {
                    let step = &self.plan.steps[*number];
                    step.action == Action::Load && names.contains(&step.name)
                });
                for number in loaded {
                    self.done(number, None);
                }
                for number in rest.into_iter().rev() {
                    self.queue.push_front(Work::Load(vec![number]));
                }
            }
            (Work::WhichAreLoaded(numbers), Ok(_)) => self.one_by_one(numbers),
            (Work::WhichAreLoaded(numbers), Err(error)) => self.failed(numbers, error),
        }
    }

    pub(crate) fn finish(self) -> Report {
        let outcomes = self.outcomes.into_iter();
        Report {
            outcomes: outcomes
                .map(|outcome| outcome.unwrap_or(Outcome::LeftOut))
                .collect(),
        }
    }

    fn failed(&mut self, numbers: Vec<usize>, error: vici_client::Error) {
        let refused = matches!(
            error,
            vici_client::Error::CommandFailed { .. }
                | vici_client::Error::InvalidRequest { .. }
                | vici_client::Error::Encode { .. }
                | vici_client::Error::UnknownCommand { .. }
        );
        if !refused {
            // Nothing that comes after it would get through, or in order.
            self.queue.clear();
        } else if numbers.len() > 1 {
            // A daemon does not tell which of them it refused, and has loaded those before it.
            self.queue.push_front(Work::WhichAreLoaded(numbers));
            return;
        } else if self.on_refusal == OnRefusal::Stop {
            self.queue.clear();
        }
        // The others of a command that was cut off may be done or not.
        if let Some(first) = numbers.first() {
            self.outcomes[*first] = Some(Outcome::Failed(error));
        }
    }

    fn one_by_one(&mut self, numbers: Vec<usize>) {
        for number in numbers.into_iter().rev() {
            self.queue.push_front(Work::Load(vec![number]));
        }
    }

    fn done(&mut self, number: usize, id: Option<String>) {
        self.outcomes[number] = Some(Outcome::Done);
        let plan = self.plan;
        let step = &plan.steps[number];
        let memory = &mut *self.memory;
        match &step.request {
            Request::LoadCert(cert) => {
                memory.remember(Kind::Certificate, &cert_name(cert), cert_keys(cert), None);
            }
            Request::LoadKey(key) => {
                let name = memory.key_name(key);
                memory.remember(Kind::Key, &name, Flat::new(), id);
            }
            Request::LoadToken(token) => {
                let keys = memory.token_keys(token);
                memory.remember(Kind::Token, &step.name, keys, id);
            }
            Request::LoadShared(secret) => {
                let keys = memory.secret_keys(secret);
                memory.remember(Kind::Secret, &secret_name(secret), keys, None);
            }
            Request::LoadAuthority(_, authority) => {
                let keys = flatten(authority, Some(&AUTHORITY));
                memory.remember(Kind::Authority, &step.name, keys, None);
            }
            Request::LoadPool(_, pool) => {
                memory.remember(Kind::Pool, &step.name, flatten(pool, None), None);
            }
            Request::LoadConn(_, conn) => {
                let keys = flatten(conn, Some(&CONN));
                memory.remember(Kind::Connection, &step.name, keys, None);
            }
            Request::UnloadKey(_)
            | Request::UnloadShared(_)
            | Request::UnloadAuthority(_)
            | Request::UnloadPool(_)
            | Request::UnloadConn(_) => {
                memory.forget(step.kind, &step.name);
                if step.kind == Kind::Key {
                    memory.forget(Kind::Token, &step.name);
                }
            }
        }
    }
}

impl From<LoadKeyResponse> for Answer {
    fn from(response: LoadKeyResponse) -> Self {
        Self::Key(response.id.map(|id| id.to_string()))
    }
}

impl From<GetConnsResponse> for Answer {
    fn from(response: GetConnsResponse) -> Self {
        Self::Names(response.conns.iter().map(ToString::to_string).collect())
    }
}
