import socket
import sys

import vici


def session():
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(sys.argv[1])
    return vici.Session(connection)


s = session()
if sys.argv[2] == "listen":
    events = s.listen(["ike-updown", "child-updown"], timeout=20)
    for expected in ("ike-updown", "child-updown"):
        name, event = next(events)
        name = name.decode() if isinstance(name, bytes) else name
        assert name == expected, name
        assert event["up"] == b"yes"
        assert event["home"]["state"] == b"ESTABLISHED"
    print("done")
    sys.exit()

assert s.version()["daemon"] == b"charon"
assert int(s.stats()["ikesas"]["total"]) == 0
assert s.get_algorithms()["encryption"]["AES_CBC"] == b"openssl"

s.load_conn(
    {
        "home": {
            "version": "2",
            "remote_addrs": ["192.0.2.1"],
            "local": {"auth": "psk", "id": "carol"},
            "remote": {"auth": "psk", "id": "moon"},
            "children": {"net": {"remote_ts": ["10.1.0.0/16"]}},
        }
    }
)
assert s.get_conns()["conns"] == [b"home"]
(conn,) = s.list_conns()
assert conn["home"]["local-1"]["class"] == b"pre-shared key"
try:
    s.load_conn({"bad": {"frob": "1"}})
    raise AssertionError("not refused")
except vici.exception.CommandException as error:
    assert "unknown option: frob, config discarded" in str(error)
try:
    s.request("no-such-command")
    raise AssertionError("not unknown")
except vici.exception.SessionException:
    pass

s.load_shared({"id": "psk", "type": "IKE", "data": "swordfish", "owners": ["carol"]})
assert s.get_shared()["keys"] == [b"psk"]
s.load_pool({"road": {"addrs": "10.3.0.0/24", "dns": ["10.1.0.53"]}})
assert s.get_pools({"leases": "yes"})["road"]["size"] == b"254"

log = list(s.initiate({"ike": "home", "child": "net"}))
assert log[0]["msg"] == b"initiating IKE_SA home[1] to 192.0.2.1", log[0]
assert all("ikesa-uniqueid" in line for line in log)
(sa,) = s.list_sas()
assert sa["home"]["state"] == b"ESTABLISHED"
assert sa["home"]["child-sas"]["net-1"]["remote-ts"] == [b"10.1.0.0/16"]
assert s.get_counters()["counters"][""]["ike-init-out-req"] == b"1"
try:
    list(s.initiate({"ike": "home", "child": "net"}))
    raise AssertionError("not refused")
except vici.exception.CommandException as error:
    assert "establishing CHILD_SA 'net' failed" in str(error)
list(s.terminate({"ike": "home"}))
assert list(s.list_sas()) == []

list(s.initiate({"ike": "home", "child": "net"}))
print("done")
