//! Folders made by hand: all kinds of entries, and what is odd about them.

use crate::each_generation;
use crate::same::{Swanctl, compared};

each_generation! {
    odd_files_are_read_as_swanctl_does
    what_swanctl_leaves_out_is_told
    what_can_not_be_loaded_is_refused
}

const CA: &[u8] = include_bytes!("../../../vici-testing/tests/shared/ca.der");
const KEY: &[u8] = include_bytes!("../../../vici-testing/tests/shared/key.der");

/// Files of settings.
const ODD: &[&str] = &[
    "",
    "# nothing\n",
    "connections { }",
    "connections { c { } }",
    // Lists, with blanks and without items.
    "connections { c { remote_addrs = 192.0.2.1, 192.0.2.2 ,,192.0.2.3\n local_addrs = ,\n vips = \"\"\n pools = \"a,b\" } }",
    "connections { c { remote_addrs = \"192.0.2.1\",\"192.0.2.2\"\n proposals = a   b, c\td } }",
    // Spellings of yes, no and numbers.
    "connections { c { mobike = No\n encap = TRUE\n pull = 1\n aggressive = disabled\n local_port = 0x1f4\n keyingtries = 010\n remote_port = \" 500\" } }",
    // Texts stay as they are.
    "connections { c { rekey_time = \"1 H\"\n dpd_delay = 0x10s\n unique = NEVER\n version = 2\n fragmentation = FORCE } }",
    // Rounds and children in their order, by any name.
    "connections { c { remote-2 { id = b }\n remote { id = a }\n LOCAL-x { auth = psk }\n localhost { auth = eap } children { z { }\n a { mode = pass }\n m { } } } }",
    "connections { c { children { one { start_action = trap|start\n esp_proposals =\n updown = \"/bin/x y  z\"\n label = \"a \\\"b\\\"\" } } } }",
    // Values that are unset are not sent.
    "base { mobike = no\n encap = yes\n local { auth = psk\n id = a }\n children { net { mode = drop\n reqid = 7 } } }\n\
     connections { c : base { encap =\n local { id = b\n auth = }\n children { net { reqid = } } } }",
    // References: several, overriding, inside of sections, in circles.
    "t1 { version = 1\n children { x : net { mode = pass }\n y { } } }\nt2 { version = 2\n mobike = no\n dscp = 101110 }\nnet { remote_ts = 10.0.0.0/8\n mode = drop }\n\
     connections { c : t1, t2 { dscp = 000001 }\n d : t2, t1 { children { z : net { } } }\n e : connections.d { version = 0 } }",
    "connections { a : connections.b { version = 1 }\n b : connections.a { mobike = no } }",
    // Sections of the same name are one.
    "connections { c { version = 1\n local { id = a } } }\nconnections { d { } }\nconnections { c { version = 2\n local { auth = psk } } }",
    // Tokens and certificates that the daemon reads itself.
    "connections { c { local { cert-1 { file = /a/b.pem\n slot = 1 }\n cert { handle = 0102\n module = m }\n cacert2 { file = ca } } } }",
    "secrets { token-1 { handle = 0102\n slot = 1\n module = m\n pin = 1234 }\n token { handle = ab\n pin = \"a b\" } }",
    // Secrets: kinds, spellings and owners.
    "secrets { ike-1 { secret = swordfish\n id = a\n id-b = b\n ident = c }\n ike { secret = 0x616263 }\n eap-x { secret = \"0sZm9vYg==\"\n id1 = carol }\n\
     xauth { secret = 0S }\n ntlm-a { secret = 0x00112233445566778899aabbccddeeff }\n ppk-1 { secret = \"  x \"\n id = \"a, b\" }\n ikefoo { secret = 0X61:62 } }",
    "secrets { ike-1 { secret = 0x61626\n id = \"\" }\n ike-2 { secret = \"\" }\n ike-3 { secret = \"a\\nb\\\"c\" }\n ike-4 { secret = 0x } }",
    "base { id = a\n secret = b }\nsecrets { ike-1 : base { id-2 = c }\n eap : base { secret = d\n id = } }",
    // Pools.
    "pools { p { addrs = 10.3.0.0/24\n dns = 192.0.2.1, 192.0.2.2\n subnet = 10.0.0.0/8\n 25 = example.org, example.net\n split_include = 10.1.0.0/16 }\n q { nbns = ,\n addrs = ::1-::9 } }",
    // Authorities.
    "authorities { a { cacert = ca.der\n crl_uris = http://a, http://b\n ocsp_uris = x\n cert_uri_base = y }\n b { file = ca.pem }\n c { handle = 01\n slot = 2\n module = m } }",
    // Certificates by name.
    "connections { c { local { certs = ca.der, \"ca.der\" } remote { cacerts = ca.der\n certs = ../x509ca/ca.der\n pubkeys = } } }",
];

fn odd_files_are_read_as_swanctl_does(swanctl: &Swanctl) {
    for text in ODD {
        swanctl.clear();
        swanctl.write("swanctl.conf", text);
        swanctl.write("x509/ca.der", CA);
        swanctl.write("x509ca/ca.der", CA);
        swanctl.assert_same(text);
    }
    let text = "include conf.d/*.conf\nconnections { c { version = 1 } }\n\
        secrets { include more/secrets\n }\n";
    swanctl.clear();
    swanctl.write("swanctl.conf", text);
    swanctl.write(
        "conf.d/b.conf",
        "connections { c { mobike = no\n version = 2 } }\n",
    );
    swanctl.write(
        "conf.d/a.conf",
        "include ../more/t*\nconnections { d : template { } }\n",
    );
    swanctl.write("conf.d/.hidden.conf", "connections { e { } }\n");
    swanctl.write("more/template", "template {\n  encap = yes\n}\n");
    swanctl.write("more/secrets", "ike-1 { secret = x }");
    swanctl.assert_same(text);

    // All folders of certificates, with files that are hidden, linked, or folders.
    swanctl.clear();
    swanctl.write("swanctl.conf", "");
    for folder in [
        "x509", "x509ca", "x509ocsp", "x509aa", "x509ac", "x509crl", "pubkey",
    ] {
        swanctl.write(&format!("{folder}/a.der"), CA);
        swanctl.write(&format!("{folder}/.b"), CA);
        swanctl.write(&format!("{folder}/inner/c"), "not read");
        std::os::unix::fs::symlink("a.der", swanctl.folder().join(folder).join("z")).unwrap();
        std::os::unix::fs::symlink("nowhere", swanctl.folder().join(folder).join("y")).unwrap();
    }
    for folder in ["private", "rsa", "pkcs8"] {
        swanctl.write(&format!("{folder}/a.der"), KEY);
    }
    let config = swanctl.assert_same("all folders");
    assert_eq!((config.certs.len(), config.keys.len()), (21, 3));
    compared(swanctl, ODD.len() + 2);
}

fn what_swanctl_leaves_out_is_told(swanctl: &Swanctl) {
    swanctl.write(
        "swanctl.conf",
        "conections { c { } }\nstray = 1\ninclude none.conf\nt : nope { }\n\
         secrets {\n  IKE-1 { secret = a }\n  eep-1 { secret = a }\n  ike-2 { id = a }\n  \
         ike-3 { secret = a\n    secert = b\n  }\n  private-1 {\n    file = gone.pem\n    secret = b\n  }\n  stray = 1\n}\n\
         pools {\n  p { addrs = 10.0.0.0/8\n    sub { }\n  }\n  stray = 1\n}\n",
    );
    let config = swanctl.assert_same("what is left out");
    let folder = swanctl.folder().display().to_string();
    let told: Vec<String> = config
        .ignored()
        .iter()
        .map(|problem| problem.to_string().replace(&folder, "/d"))
        .collect();
    assert_eq!(
        told,
        [
            "/d/swanctl.conf:3: include none.conf finds no file",
            "/d/swanctl.conf:4: there is no section nope to refer to",
            "/d/swanctl.conf:2: stray: it is in no section",
            "/d/swanctl.conf:1: conections: it is not looked at, did you mean connections?",
            "/d/swanctl.conf:12: secrets.private-1.file: there is no file gone.pem in /d/private",
            "/d/swanctl.conf:16: secrets.stray: only sections can be here, such as ike-1 { .. }",
            "/d/swanctl.conf:6: secrets.IKE-1: the name of a secret must begin with its kind, did you mean ike?",
            "/d/swanctl.conf:7: secrets.eep-1: the name of a secret must begin with its kind, did you mean eap?",
            "/d/swanctl.conf:8: secrets.ike-2: it has no secret, add the key secret",
            "/d/swanctl.conf:10: secrets.ike-3.secert: unknown key, did you mean secret?",
            "/d/swanctl.conf:22: pools.stray: only sections can be here, each with a name of your own",
            "/d/swanctl.conf:20: pools.p.sub: no section can be here",
        ]
    );
}

fn what_can_not_be_loaded_is_refused(swanctl: &Swanctl) {
    // `swanctl` sends what the daemon refuses, or something else than what is meant.
    swanctl.write(
        "swanctl.conf",
        "connections {\n  c {\n    remote_adrs = 192.0.2.1\n    local_port = 70000\n    mobike = maybe\n    \
         loacl { }\n    remote {\n      certs = gone.pem\n    }\n    children {\n      mode = pass\n      net { mdoe = pass }\n    }\n  }\n}\n\
         secrets {\n  ike-1 { secret = 0xzz }\n  ike-2 { secret = 0sZm8 }\n  token-1 { slot = x }\n}\n\
         pools {\n  p { dsn = 1\n  }\n}\nauthorities {\n  a { cacert = gone }\n}\n",
    );
    swanctl.write("x509/broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    swanctl.write("private/none", "nothing");
    swanctl.assert_refused(
        "/etc/swanctl/x509/broken.pem: a PEM block has no line -----END CERTIFICATE-----\n\
         /etc/swanctl/private/none: it is no private key, neither PEM nor DER\n\
         /etc/swanctl/swanctl.conf:19: secrets.token-1.slot: must be the number of a slot\n\
         /etc/swanctl/swanctl.conf:19: secrets.token-1: needs a handle, the hexadecimal CKA_ID of the key on the token\n\
         /etc/swanctl/swanctl.conf:17: secrets.ike-1.secret: must be hexadecimal digits behind 0x, put another secret that begins so into 0x or 0s itself\n\
         /etc/swanctl/swanctl.conf:18: secrets.ike-2.secret: must be base64 with its padding behind 0s, put another secret that begins so into 0x or 0s itself\n\
         /etc/swanctl/swanctl.conf:26: authorities.a.cacert: can't read /etc/swanctl/x509ca/gone: No such file or directory (os error 2)\n\
         /etc/swanctl/swanctl.conf:22: pools.p.dsn: unknown attribute, did you mean dns?\n\
         /etc/swanctl/swanctl.conf:22: pools.p: needs addresses, add the key addrs\n\
         /etc/swanctl/swanctl.conf:3: connections.c.remote_adrs: unknown key, did you mean remote_addrs?\n\
         /etc/swanctl/swanctl.conf:4: connections.c.local_port: must not be larger than 65535\n\
         /etc/swanctl/swanctl.conf:5: connections.c.mobike: must be yes or no\n\
         /etc/swanctl/swanctl.conf:6: connections.c.loacl: unknown section, did you mean local?\n\
         /etc/swanctl/swanctl.conf:8: connections.c.remote.certs: can't read /etc/swanctl/x509/gone.pem: No such file or directory (os error 2)\n\
         /etc/swanctl/swanctl.conf:11: connections.c.children.mode: only sections can be here, each with a name of your own\n\
         /etc/swanctl/swanctl.conf:12: connections.c.children.net.mdoe: unknown key, did you mean mode?",
    );
}
