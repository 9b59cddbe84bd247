//! Loading: what swanctl makes of a file is what the types make of the same settings.

use std::fs;

use vici_client::Message;
use vici_types::*;

use super::{json, swanctl};
use crate::charon::{Charon, Daemon, each_generation};
use crate::pki::Pki;

each_generation! {
    a_connection_is_what_swanctl_makes_of_its_file
    credentials_are_what_swanctl_makes_of_its_files
    what_else_is_loaded_is_what_swanctl_makes_of_its_file
}

/// Settings that differ from their default, all that a connection without mediation can have.
const CONNECTION: &str = "
connections {
  home {
    version = 2
    local_addrs = 192.0.2.1, 2001:db8::1
    remote_addrs = 192.0.2.2
    local_port = 500
    remote_port = 4500
    proposals = aes256gcm16-prfsha384-ecp384, default
    vips = 0.0.0.0, ::
    pull = no
    dscp = 101110
    encap = yes
    mobike = no
    dpd_delay = 30s
    dpd_timeout = 150
    fragmentation = force
    childless = allow
    send_certreq = no
    send_cert = always
    ppk_id = ppk@example.org
    ppk_required = yes
    keyingtries = 0
    unique = replace
    reauth_time = 3h
    rekey_time = 1d
    over_time = 10m
    rand_time = 5m
    pools = home4, home6
    if_id_in = 7
    if_id_out = %unique
    local-1 {
      round = 1
      auth = pubkey
      certs = moon.crt
      id = moon.lab
    }
    local-2 {
      round = 2
      auth = eap-md5
      eap_id = carol
    }
    remote {
      auth = rsa-sha256-ecdsa
      id = %any
      cacerts = ca.crt
      groups = users, admins
      cert_policy = 1.3.6.1.4.1.36906.1.1.1
      revocation = ifuri
    }
    children {
      net {
        esp_proposals = aes128gcm16-x25519, default
        local_ts = 10.1.0.0/16, 2001:db8:1::/48
        remote_ts = 10.2.0.0/16[tcp/80-90], dynamic
        updown = /bin/true
        hostaccess = yes
        mode = tunnel
        policies = no
        policies_fwd_out = yes
        replay_window = 0
        rekey_time = 30m
        life_time = 40m
        rand_time = 1m
        rekey_bytes = 500m
        life_bytes = 1g
        rand_bytes = 1m
        rekey_packets = 1000000
        life_packets = 2000000
        rand_packets = 1000
        dpd_action = trap
        start_action = none
        close_action = start
        inactivity = 1h
        reqid = 4711
        mark_in = 0x2a/0xff
        mark_in_sa = yes
        mark_out = %unique
        set_mark_in = 1
        set_mark_out = %same
        tfc_padding = mtu
        priority = 7
        interface = eth7
        hw_offload = auto
        copy_df = no
        copy_ecn = no
        copy_dscp = in
        if_id_in = 8
        if_id_out = 0x1234
      }
      old {
        ah_proposals = sha256-modp2048
        mode = transport
        ipcomp = yes
        sha256_96 = yes
      }
    }
  }
}
";

fn connection(pki: &Pki) -> Conn {
    let first = ConnAuth::new()
        .round(1)
        .auth("pubkey")
        .certs([pki.cert("moon")])
        .id("moon.lab");
    let second = ConnAuth::new().round(2).auth("eap-md5").eap_id("carol");
    let remote = ConnAuth::new()
        .auth("rsa-sha256-ecdsa")
        .id("%any")
        .cacerts([pki.cert("ca")])
        .groups(["users", "admins"])
        .cert_policy(["1.3.6.1.4.1.36906.1.1.1"])
        .revocation(Revocation::Ifuri);
    let net = ConnChild::new()
        .esp_proposals(["aes128gcm16-x25519", "default"])
        .local_ts(["10.1.0.0/16", "2001:db8:1::/48"])
        .remote_ts(["10.2.0.0/16[tcp/80-90]", "dynamic"])
        .updown("/bin/true")
        .hostaccess(true)
        .mode(ChildMode::Tunnel)
        .policies(false)
        .policies_fwd_out(true)
        .replay_window(0)
        .rekey_time("30m")
        .life_time("40m")
        .rand_time("1m")
        .rekey_bytes("500m")
        .life_bytes("1g")
        .rand_bytes("1m")
        .rekey_packets(1_000_000)
        .life_packets(2_000_000)
        .rand_packets(1000)
        .dpd_action(Action::trap())
        .start_action(Action::none())
        .close_action(Action::start())
        .inactivity("1h")
        .reqid(4711)
        .mark_in("0x2a/0xff")
        .mark_in_sa(true)
        .mark_out("%unique")
        .set_mark_in("1")
        .set_mark_out("%same")
        .tfc_padding("mtu")
        .priority(7)
        .interface("eth7")
        .hw_offload(HwOffload::Auto)
        .copy_df(false)
        .copy_ecn(false)
        .copy_dscp(CopyDscp::In)
        .if_id_in("8")
        .if_id_out("0x1234");
    let old = ConnChild::new()
        .ah_proposals(["sha256-modp2048"])
        .mode(ChildMode::Transport)
        .ipcomp(true)
        .sha256_96(true);
    Conn::new()
        .version(IkeVersion::V2)
        .local_addrs(["192.0.2.1", "2001:db8::1"])
        .remote_addrs(["192.0.2.2"])
        .local_port(500)
        .remote_port(4500)
        .proposals(["aes256gcm16-prfsha384-ecp384", "default"])
        .vips(["0.0.0.0", "::"])
        .pull(false)
        .dscp("101110")
        .encap(true)
        .mobike(false)
        .dpd_delay("30s")
        .dpd_timeout("150")
        .fragmentation(Fragmentation::Force)
        .childless(Childless::Allow)
        .send_certreq(false)
        .send_cert(SendCert::Always)
        .ppk_id("ppk@example.org")
        .ppk_required(true)
        .keyingtries(0)
        .unique(Unique::Replace)
        .reauth_time("3h")
        .rekey_time("1d")
        .over_time("10m")
        .rand_time("5m")
        .pools(["home4", "home6"])
        .if_id_in("7")
        .if_id_out("%unique")
        .local_named("local-1", first)
        .local_named("local-2", second)
        .remote_named("remote", remote)
        .child("net", net)
        .child("old", old)
}

/// Writes a file of swanctl's folder.
fn write(charon: &Daemon, file: &str, content: impl AsRef<[u8]>) {
    let path = charon.dir().join("swanctl").join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The last request of a command, and what the daemon lists of it, without the order of keys.
fn loaded(charon: &Daemon, command: &str, list: &str, event: &str) -> [serde_json::Value; 2] {
    let mut client = charon.client();
    let items = client.stream_raw(list, event, &Message::new()).unwrap();
    let items = items.map(|item| json(&item.unwrap())).collect();
    [json(&charon.request(command)), items]
}

fn a_connection_is_what_swanctl_makes_of_its_file(charon: &Charon) {
    let pki = Pki::new();
    pki.issue("moon");
    let mut text = CONNECTION.to_owned();
    let mut home = connection(&pki);
    let mut add = |since, place: &str, key: &str| {
        let is_there = charon.is_at_least(since);
        if is_there {
            text = text.replace(place, &format!("{place}\n{key}"));
        }
        is_there
    };
    home.ocsp = add([5, 9, 14], "pull = no", "ocsp = both").then_some(Ocsp::Both);
    let net = home.children.as_mut().unwrap().get_mut("net").unwrap();
    net.per_cpu_sas =
        add([6, 0, 2], "copy_df = no", "per_cpu_sas = encap").then_some(PerCpuSas::Encap);
    net.icmp = add([6, 0, 5], "copy_df = no", "icmp = yes").then_some(true);
    write(charon, "swanctl.conf", &text);
    write(charon, "x509/moon.crt", pki.cert("moon"));
    write(charon, "x509ca/ca.crt", pki.cert("ca"));

    swanctl(charon, &["--load-conns"]);
    let theirs = loaded(charon, "load-conn", "list-conns", "list-conn");
    let mut client = charon.client();
    client.call(&UnloadConn::new("home")).unwrap();
    client.call(&LoadConn::new("home", home)).unwrap();
    assert_eq!(
        loaded(charon, "load-conn", "list-conns", "list-conn"),
        theirs
    );
    assert_eq!(theirs[1].as_array().unwrap().len(), 1);
}

/// A shared secret.
const SECRETS: &str = "
secrets {
  ike-home {
    id-moon = moon.lab
    id-sun = sun.lab
    secret = 0x00ff0a
  }
}
";

fn credentials_are_what_swanctl_makes_of_its_files(charon: &Charon) {
    let pki = Pki::new();
    pki.issue("moon");
    write(charon, "swanctl.conf", SECRETS);
    write(charon, "x509ca/ca.crt", pki.cert("ca"));
    write(charon, "private/moon.key", pki.key("moon"));
    let requests = || {
        let commands = ["load-cert", "load-key", "load-shared"];
        commands.map(|command| {
            let mut request = json(&charon.request(command));
            // In any case, as the daemon reads it.
            let type_ = request["type"].as_str().unwrap().to_lowercase();
            request["type"] = type_.into();
            request
        })
    };

    swanctl(charon, &["--load-creds", "--noprompt"]);
    let theirs = requests();
    let mut client = charon.client();
    client.call(&ClearCreds::new()).unwrap();
    let ca = LoadCert::new(CertType::X509, pki.cert("ca")).flag(CertFlag::Ca);
    client.call(&ca).unwrap();
    let key = LoadKey::new(KeyType::Any, pki.key("moon"));
    client.call(&key).unwrap();
    let secret = LoadShared::new(SharedType::Ike, [0, 0xff, b'\n'].as_slice())
        .id("ike-home")
        .owners(["moon.lab", "sun.lab"]);
    client.call(&secret).unwrap();
    assert_eq!(requests(), theirs);
}

/// Pools and authorities.
const OTHERS: &str = "
pools {
  home {
    addrs = 10.3.0.0/24
    dns = 192.0.2.53, 192.0.2.54
    subnet = 10.0.0.0/8
    25 = lab.example.org
  }
}
authorities {
  lab {
    cacert = ca.crt
    cert_uri_base = http://192.0.2.1/certs/
    crl_uris = http://192.0.2.1/ca.crl, http://192.0.2.2/ca.crl
    ocsp_uris = http://192.0.2.1/ocsp
  }
}
";

fn what_else_is_loaded_is_what_swanctl_makes_of_its_file(charon: &Charon) {
    let pki = Pki::new();
    write(charon, "swanctl.conf", OTHERS);
    write(charon, "x509ca/ca.crt", pki.cert("ca"));
    let mut client = charon.client();

    swanctl(charon, &["--load-authorities"]);
    let theirs = loaded(
        charon,
        "load-authority",
        "list-authorities",
        "list-authority",
    );
    client.call(&UnloadAuthority::new("lab")).unwrap();
    let lab = Authority::new()
        .cacert(pki.cert("ca"))
        .cert_uri_base("http://192.0.2.1/certs/")
        .crl_uris(["http://192.0.2.1/ca.crl", "http://192.0.2.2/ca.crl"])
        .ocsp_uris(["http://192.0.2.1/ocsp"]);
    client.call(&LoadAuthority::new("lab", lab)).unwrap();
    assert_eq!(
        loaded(
            charon,
            "load-authority",
            "list-authorities",
            "list-authority"
        ),
        theirs
    );

    swanctl(charon, &["--load-pools"]);
    let theirs = (
        json(&charon.request("load-pool")),
        client.call(&GetPools::new()).unwrap(),
    );
    client.call(&UnloadPool::new("home")).unwrap();
    let home = Pool::new("10.3.0.0/24")
        .dns(["192.0.2.53", "192.0.2.54"])
        .subnet(["10.0.0.0/8"])
        .attribute("25", ["lab.example.org"]);
    client.call(&LoadPool::new("home", home)).unwrap();
    let ours = (
        json(&charon.request("load-pool")),
        client.call(&GetPools::new()).unwrap(),
    );
    assert_eq!(ours, theirs);
}
