//! Loads a server for road warriors: it shows a certificate, they show a user name and password, and
//! get an address from a pool.
//!
//! ```sh
//! openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=example -keyout /tmp/key.pem -out /tmp/cert.pem
//! cargo run --example road_warrior -- /tmp/cert.pem /tmp/key.pem /tmp/cert.pem
//! ```
//!
//! The three files are the server's certificate, its key, and the certificate of the authority that
//! issued the first: here it has issued itself.
//!
//! Certificates and keys are sent as data, PEM or DER: the daemon need not be able to read the files.

use std::{env, fs};

use vici_client::Client;
use vici_types::{
    Authority, Blob, Conn, ConnAuth, ConnChild, IkeVersion, KeyType, LoadAuthority, LoadConn,
    LoadKey, LoadPool, LoadShared, Pool, SharedType, Unique,
};

const NAME: &str = "vici-example-rw";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = env::args().skip(1).collect();
    let [cert, key, ca] = paths.as_slice() else {
        return Err("give three files: the certificate, its key, and the CA's certificate".into());
    };

    let mut client = Client::connect_env()?;

    let authority = Authority::new().cacert(fs::read(ca)?);
    client.call(&LoadAuthority::new(NAME, authority))?;
    let key = client.call(&LoadKey::new(KeyType::Any, fs::read(key)?))?;
    if let Some(id) = key.id {
        println!("loaded the key {id}");
    }

    let password = LoadShared::new(SharedType::Eap, "carol's password")
        .id("vici-example-carol")
        .owners(["carol"]);
    client.call(&password)?;

    let pool = Pool::new("10.3.0.0/24").dns(["10.1.0.53"]);
    client.call(&LoadPool::new(NAME, pool))?;

    let conn = Conn::new()
        .version(IkeVersion::V2)
        .pools([NAME])
        .unique(Unique::Replace)
        .send_certreq(false)
        .local(
            ConnAuth::new()
                .auth("pubkey")
                .certs([Blob::from(fs::read(cert)?)]),
        )
        .remote(ConnAuth::new().auth("eap-md5").eap_id("%any"))
        .child("net", ConnChild::new().local_ts(["10.1.0.0/16"]));
    client.call(&LoadConn::new(NAME, conn))?;
    println!("loaded {NAME}");
    Ok(())
}
