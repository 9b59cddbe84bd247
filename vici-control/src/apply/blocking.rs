//! The door for the blocking client.

use std::io::{Read, Write};

use vici_client::{Client, Result};
use vici_types::{
    GetAuthorities, GetConns, GetKeys, GetPools, GetShared, ListAuthorities, ListCerts, ListConns,
    StreamingCommand,
};

use super::{Answer, Ask, OnRefusal, Report, Run};
use crate::plan::{Loaded, Memory, Plan};

impl Loaded {
    /// Asks a daemon for all that it tells of what it has.
    ///
    /// # Errors
    ///
    /// Those of [`Client::call`] and [`Client::stream`].
    pub fn ask<S: Read + Write>(client: &mut Client<S>) -> Result<Self> {
        let mut loaded = Self::default();
        loaded.set_conns(&client.call(&GetConns::new())?);
        loaded.conn_infos = list(client, &ListConns::new())?;
        loaded.set_authorities(&client.call(&GetAuthorities::new())?);
        loaded.authority_infos = list(client, &ListAuthorities::new())?;
        loaded.set_pools(client.call(&GetPools::new())?);
        loaded.set_secrets(&client.call(&GetShared::new())?);
        loaded.set_keys(&client.call(&GetKeys::new())?);
        loaded.certs = list(client, &ListCerts::new())?;
        Ok(loaded)
    }
}

fn list<S: Read + Write, R: StreamingCommand>(
    client: &mut Client<S>,
    request: &R,
) -> Result<Vec<R::Event>> {
    let mut stream = client.stream(request)?;
    let items = stream.by_ref().collect::<Result<_>>()?;
    stream.finish()?;
    Ok(items)
}

impl Plan {
    /// Does what the plan says, and remembers what it has done.
    ///
    /// Many connections go into one command, 10,000 take a daemon less than a second. The outcome of each
    /// step is in the report; what a daemon refuses does not keep the other steps from being done, unless
    /// `on_refusal` says so. When the connection is gone the rest is left out.
    pub fn apply<S: Read + Write>(
        &self,
        client: &mut Client<S>,
        memory: &mut Memory,
        on_refusal: OnRefusal,
    ) -> Report {
        let mut run = Run::new(self, memory, on_refusal);
        while let Some(ask) = run.next() {
            run.answer(answer(client, &ask));
        }
        run.finish()
    }
}

fn answer<S: Read + Write>(client: &mut Client<S>, ask: &Ask) -> Result<Answer> {
    match ask {
        Ask::LoadCert(request) => client.call(request).map(|_| Answer::Done),
        Ask::LoadKey(request) => client.call(request).map(Answer::from),
        Ask::LoadToken(request) => client.call(request).map(Answer::from),
        Ask::LoadShared(request) => client.call(request).map(|_| Answer::Done),
        Ask::LoadAuthority(request) => client.call(request).map(|_| Answer::Done),
        Ask::LoadPool(request) => client.call(request).map(|_| Answer::Done),
        Ask::LoadConn(request) => client.call(request).map(|_| Answer::Done),
        Ask::UnloadKey(request) => client.call(request).map(|_| Answer::Done),
        Ask::UnloadShared(request) => client.call(request).map(|_| Answer::Done),
        Ask::UnloadAuthority(request) => client.call(request).map(|_| Answer::Done),
        Ask::UnloadPool(request) => client.call(request).map(|_| Answer::Done),
        Ask::UnloadConn(request) => client.call(request).map(|_| Answer::Done),
        Ask::GetConns(request) => client.call(request).map(Answer::from),
    }
}
