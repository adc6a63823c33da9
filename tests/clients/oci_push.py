"""Pushes a component to a registry (OCI distribution specification 1.1) and prints its manifest's digest.
usage: oci_push.py HOST:PORT REPOSITORY TAG FILE"""

import hashlib
import http.client
import json
import sys
from urllib.parse import urlsplit

host, repository, tag, file = sys.argv[1:]


def digest(octets):
    return "sha256:" + hashlib.sha256(octets).hexdigest()


def ask(method, path, body=b"", kind="application/octet-stream"):
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request(method, path, body, {"Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status < 300, (method, path, answer.status, text)
    return answer


def push(octets, media_type):
    location = ask("POST", f"/v2/{repository}/blobs/uploads/").getheader("Location")
    place = urlsplit(location)
    ask("PUT", f"{place.path}?{place.query}&digest={digest(octets)}", octets)
    return {"mediaType": media_type, "digest": digest(octets), "size": len(octets)}


with open(file, "rb") as component:
    layer = push(component.read(), "application/wasm")
config = push(b"{}", "application/vnd.oci.empty.v1+json")
manifest = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": config,
    "layers": [layer],
}
octets = json.dumps(manifest).encode()
ask("PUT", f"/v2/{repository}/manifests/{tag}", octets, manifest["mediaType"])
print(digest(octets))
