//! Where servers listen.

use vici_client::Client;
use vici_testing::SimulatedDaemon;
use vici_types::Version;

fn call(uri: &str) -> vici_client::Result<String> {
    let mut client = Client::connect_uri(uri)?;
    Ok(client.call(&Version::new())?.version)
}

#[test]
fn server_listens_in_a_folder_of_its_own() {
    let daemon = SimulatedDaemon::new();
    let first = daemon.server().listen().unwrap();
    let second = daemon.server().listen().unwrap();
    assert_ne!(first, second);
    assert_eq!(call(&first).unwrap(), "5.9.8");
    daemon.set_version("6.0.6");
    assert_eq!(call(&second).unwrap(), "6.0.6");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let socket = std::path::PathBuf::from(first.strip_prefix("unix://").unwrap());
        let folder = socket.parent().unwrap();
        let mode = std::fs::metadata(folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(daemon);
        assert!(!folder.exists());
    }
}

#[test]
fn server_listens_on_tcp() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen_tcp().unwrap();
    assert!(uri.starts_with("tcp://127.0.0.1:"), "{uri}");
    assert_eq!(call(&uri).unwrap(), "5.9.8");
    let other = daemon.server().listen_uri("tcp://127.0.0.1:0").unwrap();
    assert_ne!(other, uri);
    assert_eq!(call(&other).unwrap(), "5.9.8");
    drop(daemon);
    assert!(call(&uri).is_err());
}

#[cfg(unix)]
#[test]
fn only_a_socket_that_nobody_listens_on_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    // Left by a daemon that crashed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let daemon = SimulatedDaemon::new();
    assert_eq!(daemon.server().listen_uri(&uri).unwrap(), uri);
    assert_eq!(call(&uri).unwrap(), "5.9.8");

    let other = SimulatedDaemon::new();
    let error = other.server().listen_unix(&path).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert_eq!(call(&uri).unwrap(), "5.9.8");
    drop(daemon);
    assert!(!path.exists());

    std::fs::write(&path, "not a socket").unwrap();
    assert!(other.server().listen_unix(&path).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"not a socket");
}

#[cfg(unix)]
#[test]
fn socket_that_somebody_removes_does_not_hold_up_the_end() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen().unwrap();
    let path = uri.strip_prefix("unix://").unwrap();
    std::fs::remove_file(path).unwrap();
    drop(daemon);
    assert!(call(&uri).is_err());
    assert!(!std::path::Path::new(path).parent().unwrap().exists());
}

#[cfg(unix)]
#[test]
fn server_that_lost_its_path_leaves_it_to_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("charon.vici");
    let first = SimulatedDaemon::new();
    first.server().listen_unix(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let second = SimulatedDaemon::new();
    let uri = second.server().listen_unix(&path).unwrap();
    drop(first);
    assert_eq!(call(&uri).unwrap(), "5.9.8");
}

#[test]
fn addresses_of_other_kinds_are_refused() {
    let daemon = SimulatedDaemon::new();
    for (uri, reason) in [
        (
            "charon.vici",
            "expected unix:///path, tcp://host:port or an absolute path",
        ),
        ("unix://relative", "the path of a Unix socket is absolute"),
        ("http://localhost", "expected unix:///path"),
        ("tcp://nowhere", "a port is missing"),
    ] {
        let error = daemon.server().listen_uri(uri).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{uri}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

/// What clients take, servers take as well.
#[cfg(target_os = "linux")]
#[test]
fn addresses_of_clients_are_listened_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("charon.vici").display().to_string();
    let name = format!("unix://@{path}");
    let daemon = SimulatedDaemon::new();
    for (given, printed) in [(&path, format!("unix://{path}")), (&name, name.clone())] {
        let uri = daemon.server().listen_uri(given).unwrap();
        assert_eq!(uri, printed);
        assert_eq!(call(&uri).unwrap(), "5.9.8");
    }
    let uri = daemon.server().listen_uri("tcp://localhost:0").unwrap();
    assert_eq!(call(&uri).unwrap(), "5.9.8");
    // Not every machine has IPv6.
    if std::net::UdpSocket::bind("[::1]:0").is_ok() {
        let uri = daemon.server().listen_uri("tcp://[::1]:0").unwrap();
        assert!(uri.starts_with("tcp://[::1]:"), "{uri}");
        assert_eq!(call(&uri).unwrap(), "5.9.8");
    } else {
        crate::leave_out("IPv6", "there is none on this machine");
    }
    drop(daemon);
    assert!(call(&name).is_err());
}

#[test]
fn port_is_free_when_the_server_is_dropped() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen_tcp().unwrap();
    drop(daemon);
    for _ in 0..300 {
        let daemon = SimulatedDaemon::new();
        assert_eq!(daemon.server().listen_uri(&uri).unwrap(), uri);
        assert_eq!(call(&uri).unwrap(), "5.9.8");
    }
}
