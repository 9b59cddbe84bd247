//! The doors: the blocking client, and with the feature `tokio` the async one. Both do the same, one with
//! `.await`.

use std::io::{Read, Write};

#[cfg(feature = "tokio")]
use vici_client::AsyncClient;
use vici_client::{Client, Result};
use vici_types::{
    GetAuthorities, GetConns, GetKeys, GetPools, GetShared, ListAuthorities, ListCerts, ListConns,
    StreamingCommand,
};

use super::report::{OnRefusal, Report};
use super::run::{Answer, Ask, Run};
use crate::plan::{Loaded, Memory, Plan};

/// All that a daemon tells of what it has.
macro_rules! loaded {
    ($client:expr, $list:ident $(, $await:tt)?) => {{
        let mut loaded = Loaded::default();
        loaded.set_conns(&$client.call(&GetConns::new())$(.$await)??);
        loaded.conn_infos = $list($client, &ListConns::new())$(.$await)??;
        loaded.set_authorities(&$client.call(&GetAuthorities::new())$(.$await)??);
        loaded.authority_infos = $list($client, &ListAuthorities::new())$(.$await)??;
        loaded.set_pools($client.call(&GetPools::new())$(.$await)??);
        loaded.set_secrets(&$client.call(&GetShared::new())$(.$await)??);
        loaded.set_keys(&$client.call(&GetKeys::new())$(.$await)??);
        loaded.certs = $list($client, &ListCerts::new())$(.$await)??;
        Ok(loaded)
    }};
}

/// What a daemon answers to a command.
macro_rules! answer {
    ($client:expr, $ask:expr $(, $await:tt)?) => {
        match &$ask {
            Ask::LoadCert(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::LoadKey(request) => $client.call(request)$(.$await)?.map(Answer::from),
            Ask::LoadToken(request) => $client.call(request)$(.$await)?.map(Answer::from),
            Ask::LoadShared(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::LoadAuthority(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::LoadPool(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::LoadConn(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::UnloadKey(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::UnloadShared(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::UnloadAuthority(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::UnloadPool(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::UnloadConn(request) => $client.call(request)$(.$await)?.map(|_| Answer::Done),
            Ask::GetConns(request) => $client.call(request)$(.$await)?.map(Answer::from),
        }
    };
}

impl Loaded {
    /// Asks a daemon for all that it tells of what it has.
    ///
    /// # Errors
    ///
    /// Those of [`Client::call`] and [`Client::stream`].
    pub fn ask<S: Read + Write>(client: &mut Client<S>) -> Result<Self> {
        loaded!(client, list)
    }

    /// [`ask`](Self::ask), async.
    ///
    /// # Errors
    ///
    /// Those of [`AsyncClient::call`] and [`AsyncClient::list`].
    #[cfg(feature = "tokio")]
    pub async fn ask_async(client: &AsyncClient) -> Result<Self> {
        loaded!(client, list_async, await)
    }
}

/// All items of a stream.
pub(crate) fn list<S: Read + Write, R: StreamingCommand>(
    client: &mut Client<S>,
    request: &R,
) -> Result<Vec<R::Event>> {
    let mut stream = client.stream(request)?;
    let items = stream.by_ref().collect::<Result<_>>()?;
    stream.finish()?;
    Ok(items)
}

#[cfg(feature = "tokio")]
async fn list_async<R: StreamingCommand>(
    client: &AsyncClient,
    request: &R,
) -> Result<Vec<R::Event>> {
    client.list(request).await
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
            run.answer(answer!(client, ask));
        }
        run.finish()
    }

    /// [`apply`](Self::apply), async. What was done before the future is dropped is remembered; what was
    /// being done is not.
    #[cfg(feature = "tokio")]
    pub async fn apply_async(
        &self,
        client: &AsyncClient,
        memory: &mut Memory,
        on_refusal: OnRefusal,
    ) -> Report {
        let mut run = Run::new(self, memory, on_refusal);
        while let Some(ask) = run.next() {
            run.answer(answer!(client, ask, await));
        }
        run.finish()
    }
}
