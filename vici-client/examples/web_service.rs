//! A web service: tunnels as JSON, up and down, and what happens as server-sent events.
//!
//! ```sh
//! cargo run --example web_service -- 127.0.0.1:0  # in a terminal of its own
//! ```
//!
//! It prints where it is, and then takes these, and what a browser makes of them:
//!
//! ```text
//! curl http://127.0.0.1:PORT/tunnels
//! curl -X POST http://127.0.0.1:PORT/tunnels/net/up
//! curl -X POST http://127.0.0.1:PORT/tunnels/net/down
//! curl -N http://127.0.0.1:PORT/events
//! ```
//!
//! All requests of all browsers share one connection. None of them makes the daemon wait for a peer:
//! a tunnel is asked for and not waited for, its coming up is an event. A browser that leaves takes
//! its call and its subscription with it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::timeout;
use vici_client::{AsyncClient, Config, Error};
use vici_types::{Initiate, ListSa, ListSas, Terminate, Timeout};

/// How long a browser waits for the daemon.
const PATIENCE: Duration = Duration::from_secs(5);

/// The connection that all requests share, made anew when it has ended.
struct Daemon {
    config: Config,
    client: Mutex<Option<AsyncClient>>,
}

impl Daemon {
    /// The connection, which a task uses without holding up others.
    async fn client(&self) -> Result<AsyncClient, Error> {
        let mut client = self.client.lock().await;
        match client.as_ref().filter(|client| !client.is_closed()) {
            Some(client) => Ok(client.clone()),
            None => Ok(client.insert(self.config.connect_async().await?).clone()),
        }
    }
}

/// An error as the status that it is to a browser.
struct Failure(StatusCode, String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = match &error {
            error if error.is_not_found() => StatusCode::NOT_FOUND,
            error if error.is_refused() => StatusCode::CONFLICT,
            Error::InvalidRequest { .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

/// Gives up after a time: what was not sent by then never is.
async fn within<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(PATIENCE, future).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Failure(
            StatusCode::GATEWAY_TIMEOUT,
            "the daemon does not answer".to_owned(),
        )),
    }
}

async fn tunnels(State(daemon): State<Arc<Daemon>>) -> Result<Json<Vec<ListSa>>, Failure> {
    let client = within(daemon.client()).await?;
    // What a thread of the daemon works on at the moment is left out instead of waited for.
    Ok(Json(
        within(client.list(&ListSas::new().noblock(true))).await?,
    ))
}

async fn up(
    State(daemon): State<Arc<Daemon>>,
    Path(child): Path<String>,
) -> Result<StatusCode, Failure> {
    let client = within(daemon.client()).await?;
    within(client.call(&Initiate::new().child(child).timeout(Timeout::NOT_AT_ALL))).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn down(
    State(daemon): State<Arc<Daemon>>,
    Path(child): Path<String>,
) -> Result<StatusCode, Failure> {
    let client = within(daemon.client()).await?;
    within(client.call(&Terminate::new().child(child).timeout(Timeout::NOT_AT_ALL))).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn events(State(daemon): State<Arc<Daemon>>) -> Result<Response, Failure> {
    let client = within(daemon.client()).await?;
    let names = ["ike-updown", "child-updown"];
    let events = within(client.subscribe_names(&names)).await?;
    // It ends with the connection to the daemon; browsers ask again by themselves.
    let events = events.map(|event| {
        let sent = match event {
            Ok(event) => Event::default()
                .event(event.name())
                .json_data(event.message().ok()),
            // Too slow: it has to look anew.
            Err(error) => Ok(Event::default().event("missed").data(error.to_string())),
        };
        Ok::<_, Infallible>(sent.unwrap_or_default())
    });
    Ok(Sse::new(events).into_response())
}

fn service(config: Config) -> Router {
    let daemon = Daemon {
        config: config.connect_limit(PATIENCE),
        client: Mutex::new(None),
    };
    Router::new()
        .route("/tunnels", get(tunnels))
        .route("/tunnels/{child}/up", post(up))
        .route("/tunnels/{child}/down", post(down))
        .route("/events", get(events))
        .with_state(Arc::new(daemon))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8080");
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/tunnels", listener.local_addr()?);
    axum::serve(listener, service(Config::from_env()?)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpStream;
    use tokio::task::JoinSet;
    use vici_testing::SimulatedDaemon;
    use vici_types::{Conn, ConnAuth, ConnChild, LoadConn, LoadShared, SharedType};

    use super::*;

    type Test = Result<(), Box<dyn std::error::Error>>;

    /// The service, on a port of its own, before a simulated daemon with one connection.
    async fn start(daemon: &SimulatedDaemon) -> Result<SocketAddr, Box<dyn std::error::Error>> {
        let config = Config::from_uri(&daemon.server().listen()?)?;
        let conn = Conn::new()
            .version(2)
            .remote_addrs(["192.0.2.7"])
            .local(ConnAuth::new().auth("psk"))
            .remote(ConnAuth::new().auth("psk"))
            .child("net", ConnChild::new());
        let client = config.connect_async().await?;
        client
            .call(&LoadShared::new(SharedType::Ike, "secret"))
            .await?;
        client.call(&LoadConn::new("home", conn)).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, service(config)).await });
        Ok(address)
    }

    /// Asks, as a browser does, and returns the status and the body.
    async fn ask(address: SocketAddr, request: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        Ok((status.unwrap_or_default(), body.to_owned()))
    }

    #[tokio::test]
    async fn tunnels_go_up_and_down_and_everybody_is_told() -> Test {
        let daemon = SimulatedDaemon::new();
        let address = start(&daemon).await?;
        assert_eq!(ask(address, "GET /tunnels").await?, (200, "[]".to_owned()));

        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
            .await?;
        let mut lines = BufReader::new(stream).lines();
        while lines
            .next_line()
            .await?
            .is_some_and(|line| !line.is_empty())
        {}

        assert_eq!(ask(address, "POST /tunnels/net/up").await?.0, 202);
        let mut told = Vec::new();
        while told.len() < 2 {
            let line = timeout(PATIENCE, lines.next_line()).await??;
            let line = line.ok_or("no more events")?;
            told.extend(line.strip_prefix("event: ").map(str::to_owned));
        }
        told.sort();
        assert_eq!(told, ["child-updown", "ike-updown"]);
        let (_, tunnels) = ask(address, "GET /tunnels").await?;
        assert!(tunnels.contains("ESTABLISHED"), "{tunnels}");

        assert_eq!(ask(address, "POST /tunnels/net/down").await?.0, 202);
        let refused = ask(address, "POST /tunnels/none/up").await?;
        assert_eq!(refused.0, 404, "{}", refused.1);
        Ok(())
    }

    #[tokio::test]
    async fn fifty_browsers_share_one_connection() -> Test {
        let daemon = SimulatedDaemon::new();
        let address = start(&daemon).await?;
        let mut browsers = JoinSet::new();
        for _ in 0..50 {
            browsers.spawn(async move { ask(address, "GET /tunnels").await });
        }
        while let Some(answer) = browsers.join_next().await {
            assert_eq!(answer??.0, 200);
        }
        // One of the service, and the one that has loaded what there is may still be there.
        assert!(daemon.server().connections() <= 2);
        Ok(())
    }
}
