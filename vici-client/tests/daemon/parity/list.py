"""Prints all that PyPI's vici lists of the daemon at a socket, as JSON."""

import json
import socket
import sys

import vici


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.decode("latin-1")


connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
session = vici.Session(connection)
everything = {
    "list-conns": list(session.list_conns()),
    "list-sas": list(session.list_sas()),
    "list-policies": list(session.list_policies({"trap": "yes", "drop": "yes", "pass": "yes"})),
    "list-certs": list(session.list_certs()),
    "list-authorities": list(session.list_authorities()),
    "get-conns": [session.get_conns()],
    "get-authorities": [session.get_authorities()],
    "get-pools": [session.get_pools({"leases": "yes"})],
    "get-keys": [session.get_keys()],
    "get-shared": [session.get_shared()],
    "get-algorithms": [session.get_algorithms()],
    "get-counters": [session.get_counters({"all": "yes"})],
    "version": [session.version()],
}
json.dump(plain(everything), sys.stdout)
