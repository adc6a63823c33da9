"""Attachments of all kinds.   usage: plugin_attachments.py PORT_BASE"""

import email.message
import io
import sys
import zipfile

import demo_server as demo

base = int(sys.argv[1])


def packed(members):
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return octets.getvalue()


def send(filename, octets, user=None):
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = "alice@example.test", filename
    message.set_content("see attachment")
    message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=filename)
    return demo.send(base, message.as_bytes(policy=message.policy.clone(linesep="\r\n")))[1]


def refused(filename, octets, what):
    code, text = send(filename, octets)
    assert code == 550 and what in text.decode(), (filename, code, text)


PROGRAM = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(200)
DEEP = packed({"4.zip": packed({"3.zip": packed({"2.zip": packed({"1.zip": packed({"a.txt": b"a"})})})})})
refused("invoice.exe", b"harmless", "invoice.exe is not accepted")
refused("invoice.pdf.js", b"harmless", "invoice.pdf.js is not accepted")
refused("photo.jpg", PROGRAM, "it is a program")
refused("photos.zip", packed({"a.txt": b"a", "b.jpg": PROGRAM}), "a program")
refused("nested.zip", packed({"in.zip": packed({"run.vbs": b"x"})}), "run.vbs")
refused("deep.zip", DEEP, "deep.zip")
assert send("macros.docm", packed({"[Content_Types].xml": b"<x/>", "word/vbaProject.bin": b"x" * 99}))[0] == 250
assert send("plain.zip", packed({"a.txt": b"a", "b.txt": b"b"}))[0] == 250
assert send("report.pdf", b"%PDF-1.7\n%%EOF\n")[0] == 250
alice = demo.imap(base)
demo.wait_for("both good ones", lambda: demo.count(alice) == 2)
demo.wait_for("the macros", lambda: demo.count(alice, "Junk") == 1)
assert b"macros.docm" in demo.texts(alice, "Junk")[0]
print("attachments are looked at")
