//! Files on the disk that should not be there: each is an error, or left out, and nothing waits for ever.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use vici_control::Config;

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
        error.ends_with("files include each other deeper than 10, include them from fewer"),
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
