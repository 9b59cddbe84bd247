# The story that all strangers tell, with the package vici of PyPI.

import socket
import sys

import vici


def refusal(call, *arguments):
    try:
        list(call(*arguments) or [])
        return "not refused"
    except vici.exception.CommandException as error:
        return str(error).removeprefix("Command failed: ")


connection = socket.socket(socket.AF_UNIX)
connection.settimeout(20)
connection.connect(sys.argv[1])
s = vici.Session(connection)
print("daemon", s.version()["daemon"].decode())
home = {
    "version": "2",
    "remote_addrs": ["127.0.0.2"],
    "local": {"auth": "psk"},
    "children": {"net": {"remote_ts": ["10.1.0.0/16"]}},
}
s.load_conn({"home": home})
for conn in s.list_conns():
    for name, listed in conn.items():
        addresses = b" ".join(listed["remote_addrs"]).decode()
        print("conn", name, "to", addresses)

print("refused", refusal(s.load_conn, {"bad": {"frob": "1"}}))
print("refused", refusal(s.initiate, {"child": "net", "timeout": "300"}))
print("sas", len(list(s.list_sas())))
list(s.terminate({"ike": "home"}))
s.unload_conn({"name": "home"})
print("refused", refusal(s.unload_conn, {"name": "home"}))
print("conns", len(s.get_conns()["conns"]))
