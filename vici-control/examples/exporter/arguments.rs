//! What both exporters take from their callers, and give to them.

use std::error::Error;
use std::time::{Duration, SystemTime};

use vici_client::Config;

/// Which daemons are asked, for how long at most, and where the answer is served.
pub(crate) struct Arguments {
    pub(crate) daemons: Vec<(String, Config)>,
    pub(crate) limit: Duration,
    pub(crate) listen: Option<String>,
}

impl Arguments {
    pub(crate) fn parse(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut parsed = Self {
            daemons: Vec::new(),
            limit: Duration::from_secs(5),
            listen: None,
        };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--listen" => parsed.listen = Some(arguments.next().ok_or("--listen where?")?),
                "--limit" => {
                    let seconds = arguments.next().ok_or("--limit of how many seconds?")?;
                    parsed.limit = Duration::try_from_secs_f64(seconds.parse()?)?;
                    if parsed.limit.is_zero() {
                        return Err("--limit must be more than zero".into());
                    }
                }
                option if option.starts_with('-') => {
                    return Err(format!("there is no option {option}").into());
                }
                uri => parsed
                    .daemons
                    .push((uri.to_owned(), Config::from_uri(uri)?)),
            }
        }
        if parsed.daemons.is_empty() {
            parsed
                .daemons
                .push(("default".to_owned(), Config::from_env()?));
        }
        Ok(parsed)
    }
}

/// The time, in seconds since 1970.
pub(crate) fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64().round()
}

/// The answer to a request of HTTP: the metrics, or that there is nothing else.
pub(crate) fn response(request: &[u8], metrics: impl FnOnce() -> String) -> String {
    let head = "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n";
    let (status, body) = match is_for_metrics(request) {
        true => ("200 OK", metrics()),
        false => ("404 Not Found", "see /metrics\n".to_owned()),
    };
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\n\r\n{body}")
}

/// Whether it is `GET /metrics`.
pub(crate) fn is_for_metrics(request: &[u8]) -> bool {
    request.starts_with(b"GET /metrics ") || request.starts_with(b"GET /metrics?")
}
