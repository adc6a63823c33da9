"""Python's smtplib against every SMTP listener.   usage: smtplib_session.py PORT_BASE"""

import smtplib
import sys

import demo_server as demo

base = int(sys.argv[1])
TEXT = "Subject: {}\r\n\r\nhello\r\n"

with demo.smtp(base) as client:
    client.ehlo()
    for feature in ("pipelining", "size", "8bitmime", "smtputf8", "chunking", "enhancedstatuscodes", "starttls"):
        assert client.has_extn(feature), feature
    assert not client.has_extn("auth"), "AUTH is announced in clear text"
    client.starttls(context=demo.tls())
    client.sendmail("sender@client.example.test", ["alice@example.test"], TEXT.format("starttls"))
    code, text = client.docmd("RCPT TO:<alice@example.test>")
    assert code == 503, (code, text)
    client.mail("sender@client.example.test")
    code, text = client.rcpt("nobody@example.test")
    assert (code, text[:5]) == (550, b"5.1.1"), (code, text)
    code, text = client.rcpt("someone@elsewhere.test")
    assert code // 100 == 5 and text.startswith(b"5.7.1"), (code, text)
    client.rset()
    assert client.noop()[0] == 250 and client.verify("alice")[0] == 252

with demo.submission(base) as client:
    client.sendmail("alice@example.test", ["bob@example.test"], TEXT.format("submitted"))
    try:
        client.sendmail("bob@example.test", ["bob@example.test"], TEXT.format("forged"))
        raise SystemExit("alice could send as bob")
    except smtplib.SMTPResponseException as refusal:
        assert refusal.smtp_code == 553, refusal
    except smtplib.SMTPSenderRefused as refusal:
        assert refusal.smtp_code == 553, refusal

with smtplib.SMTP_SSL("127.0.0.1", base + 465, context=demo.tls(), timeout=60) as client:
    try:
        client.login("alice@example.test", "wrong")
        raise SystemExit("a wrong password was accepted")
    except smtplib.SMTPAuthenticationError as refusal:
        assert refusal.smtp_code == 535, refusal
    client.login("alice@example.test", "secret1")
    client.sendmail("alice@example.test", ["bob@example.test"], TEXT.format("implicit"))

with smtplib.LMTP("127.0.0.1", base + 24) as client:
    refused = client.sendmail(
        "sender@client.example.test", ["bob@example.test", "nobody@example.test"], TEXT.format("lmtp"))
    assert list(refused) == ["nobody@example.test"], refused

bob = demo.imap(base, demo.BOB)
demo.wait_for("three messages for bob", lambda: demo.count(bob) == 3)
subjects = {m.split(b"Subject: ")[1].split(b"\r\n")[0] for m in demo.fetch_all(bob)[0].values()}
assert subjects == {b"submitted", b"implicit", b"lmtp"}, subjects
print("smtplib is content")
