//! Files on the disk that should not be there: each is an error, or left out, and nothing waits for ever.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../../vici-testing/tests/shared/outside.rs"]
mod outside;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use vici_control::Config;

use crate::outside::{leave_out, test_name};

fn read(folder: &Path) -> Result<Config, String> {
    let shown = folder.display().to_string();
    Config::read(folder.join("swanctl.conf"))
        .map_err(|error| error.to_string().replace(&shown, "/d"))
}

#[test]
fn what_is_no_file_is_an_error_or_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let conf = folder.join("swanctl.conf");

    assert_eq!(
        read(folder).unwrap_err(),
        "/d/swanctl.conf: can't be read: No such file or directory (os error 2)"
    );
    fs::create_dir(&conf).unwrap();
    assert_eq!(
        read(folder).unwrap_err(),
        "/d/swanctl.conf: can't be read: it is a folder"
    );
    fs::remove_dir(&conf).unwrap();
    symlink("swanctl.conf", &conf).unwrap();
    let error = read(folder).unwrap_err();
    assert!(
        error.starts_with("/d/swanctl.conf: can't be read: Too many levels"),
        "{error}"
    );
    fs::remove_file(&conf).unwrap();
    // What is read from it would never end.
    symlink("/dev/zero", &conf).unwrap();
    assert_eq!(
        read(folder).unwrap_err(),
        "/d/swanctl.conf: can't be read: it is not a regular file"
    );
    fs::remove_file(&conf).unwrap();

    // A socket, as a pipe, is not opened.
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    fs::write(&conf, "a = 1\ninclude socket\n").unwrap();
    assert_eq!(
        read(folder).unwrap_err(),
        "/d/swanctl.conf:2: can't read /d/socket: it is not a regular file"
    );

    // Folders that hold themselves: each file is found by one more path.
    fs::create_dir(folder.join("loop")).unwrap();
    symlink("..", folder.join("loop/up")).unwrap();
    fs::write(folder.join("loop/a.conf"), "include up/loop/*.conf\n").unwrap();
    fs::write(&conf, "include loop/*.conf\n").unwrap();
    let error = read(folder).unwrap_err();
    assert!(
        error.ends_with("files include each other deeper than 32, include them from fewer"),
        "{error}"
    );

    // In the folders of certificates only regular files are looked at, of a size that can be sent.
    fs::write(&conf, "").unwrap();
    fs::create_dir(folder.join("x509")).unwrap();
    let _socket = UnixListener::bind(folder.join("x509/socket")).unwrap();
    symlink("/dev/zero", folder.join("x509/zero")).unwrap();
    symlink("nowhere", folder.join("x509/dangling")).unwrap();
    symlink("..", folder.join("x509/folder")).unwrap();
    assert_eq!(read(folder).unwrap().certs, []);
    let large = fs::File::create(folder.join("x509/large")).unwrap();
    large.set_len(1 << 40).unwrap();
    assert_eq!(
        read(folder).unwrap_err(),
        "/d/x509/large: can't be read: it has more than 65535 bytes"
    );
    fs::remove_file(folder.join("x509/large")).unwrap();
    let large = fs::File::create(&conf).unwrap();
    large.set_len(1 << 40).unwrap();
    assert_eq!(
        read(folder).unwrap_err(),
        "/d/swanctl.conf: can't be read: it has more than 67108864 bytes"
    );
    fs::remove_file(&conf).unwrap();

    // A file in place of a folder.
    fs::write(&conf, "").unwrap();
    fs::write(folder.join("private"), "").unwrap();
    assert_eq!(
        read(folder).unwrap_err(),
        "/d/private: can't be read: Not a directory (os error 20)"
    );
}

/// Set in the process that reads as somebody who may not.
const FOLDER: &str = "VICI_TEST_FOLDER";

/// Files that the reader may not read: each is told, none is left out as if it were not there. Root may
/// read all, so that it has somebody else do it.
#[test]
fn what_may_not_be_read_is_told() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return assert_may_not_be_read(Path::new(&folder));
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(folder, 0o755);
    for (file, text) in [
        ("swanctl.conf", "include more.conf\n"),
        ("more.conf", ""),
        ("pattern.conf", "include hidden/*.conf\n"),
        ("hidden/a.conf", ""),
        ("closed/swanctl.conf", ""),
        (
            "keys/swanctl.conf",
            "connections { c { local { certs = a.pem\n } } }\n",
        ),
        ("keys/private/a.pem", ""),
        ("keys/x509/a.pem", ""),
        ("keys/rsa/a.pem", ""),
    ] {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    for (path, mode) in [
        ("more.conf", 0o600),
        ("hidden", 0o700),
        ("closed/swanctl.conf", 0o600),
        ("keys/private/a.pem", 0o600),
        // Can't be listed; can be listed, but nothing in it be opened.
        ("keys/rsa", 0o700),
        ("keys/x509", 0o744),
    ] {
        allow(&folder.join(path), mode);
    }
    let this = folder.join("this");
    fs::copy(std::env::current_exe().unwrap(), &this).unwrap();
    allow(&this, 0o755);
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(&this)
        .args(["--exact", "what_may_not_be_read_is_told", "--nocapture"])
        .env(FOLDER, folder)
        .output();
    match output {
        Ok(output) if output.status.code() == Some(127) => {
            let reason = String::from_utf8_lossy(&output.stderr);
            leave_out(
                &test_name(),
                &format!("nobody else can be made of this user: {}", reason.trim()),
            );
        }
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(
                output.status.success() && said.contains("1 passed"),
                "{said}"
            );
        }
        Err(error) => leave_out(&test_name(), &format!("no setpriv: {error}")),
    }
}

fn assert_may_not_be_read(folder: &Path) {
    let denied = "Permission denied (os error 13)";
    let read = |path: &str| {
        let shown = folder.display().to_string();
        let error = Config::read(folder.join(path)).map(|config| {
            let ignored: Vec<String> = config.ignored().iter().map(ToString::to_string).collect();
            ignored.join("\n").replace(&shown, "/d")
        });
        error.map_err(|error| error.to_string().replace(&shown, "/d"))
    };
    assert_eq!(
        read("swanctl.conf").unwrap_err(),
        format!("/d/swanctl.conf:1: can't read /d/more.conf: {denied}")
    );
    assert_eq!(
        read("pattern.conf").unwrap_err(),
        format!("/d/pattern.conf:1: can't read /d/hidden: {denied}")
    );
    assert_eq!(
        read("closed/swanctl.conf").unwrap_err(),
        format!("/d/closed/swanctl.conf: can't be read: {denied}")
    );
    assert_eq!(
        read("keys/swanctl.conf").unwrap_err(),
        format!(
            "/d/keys/x509/a.pem: can't be read: {denied}\n\
             /d/keys/private/a.pem: can't be read: {denied}\n\
             /d/keys/rsa: can't be read: {denied}\n\
             /d/keys/swanctl.conf:1: connections.c.local.certs: can't read /d/keys/x509/a.pem: {denied}"
        )
    );
}
