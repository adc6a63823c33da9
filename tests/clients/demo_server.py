"""The demo server as seen by Python's own mail libraries."""

import imaplib
import poplib
import smtplib
import ssl
import urllib.request

ALICE = ("alice@example.test", "secret1")
BOB = ("bob@example.test", "secret2")
imaplib._MAXLINE = 10_000_000
poplib._MAXLINE = 10_000_000


def tls():
    """The demo's certificate is self-signed; encryption is what is tested, not the name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def smtp(base):
    return smtplib.SMTP("127.0.0.1", base + 25, local_hostname="client.example.test", timeout=60)


def submission(base, account=ALICE):
    client = smtplib.SMTP("127.0.0.1", base + 587, local_hostname="client.example.test", timeout=60)
    client.starttls(context=tls())
    client.login(*account)
    return client


def imap(base, account=ALICE):
    client = imaplib.IMAP4_SSL("127.0.0.1", base + 993, ssl_context=tls(), timeout=120)
    client.login(*account)
    return client


def pop3(base, account=ALICE):
    client = poplib.POP3_SSL("127.0.0.1", base + 995, context=tls(), timeout=60)
    client.user(account[0])
    client.pass_(account[1])
    return client


def fetch_all(client, mailbox="INBOX"):
    """{uid: octets} of a mailbox, and its UIDVALIDITY."""
    check(client.select(mailbox, readonly=True))
    validity = int(client.response("UIDVALIDITY")[1][0])
    messages = {}
    kind, data = client.uid("FETCH", "1:*", "(UID BODY.PEEK[])")
    assert kind == "OK", data
    for item in data:
        if isinstance(item, tuple):
            head = item[0].decode()
            uid = int(head.split("UID ")[1].split()[0].rstrip(")"))
            messages[uid] = item[1]
    return messages, validity


def texts(client, mailbox="INBOX"):
    """The messages of a mailbox, oldest first; none where it is empty."""
    messages, _ = fetch_all(client, mailbox)
    return [messages[uid] for uid in sorted(messages)]


def send(base, text, sender="stranger@elsewhere.test", to=("alice@example.test",), source=None):
    """Sends one message to port 25; the reply codes to the recipients, and the last reply."""
    source = (source, 0) if source else None
    with smtplib.SMTP(
        "127.0.0.1", base + 25, local_hostname="client.example.test", timeout=60, source_address=source
    ) as client:
        client.ehlo()
        client.mail(sender)
        codes = [client.rcpt(recipient)[0] for recipient in to]
        return codes, client.data(text) if 250 in codes else None


def metric(base, name):
    """The value of a metric with its labels, as it stands on the page; 0 where it is not there."""
    with urllib.request.urlopen(f"http://127.0.0.1:{base + 88}/metrics", timeout=60) as page:
        lines = page.read().decode().splitlines()
    values = [line.rsplit(" ", 1)[1] for line in lines if line.rsplit(" ", 1)[0] == name]
    return float(values[0]) if values else 0


def check(answer):
    assert answer[0] == "OK", answer
    return answer[1]


def wait_for(what, done, seconds=60):
    """Polls until done() is true; delivery comes after the 250."""
    import time

    end = time.monotonic() + seconds
    while True:
        value = done()
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def count(client, mailbox="INBOX"):
    answer = check(client.status(mailbox, "(MESSAGES)"))[0].decode()
    return int(answer.split("MESSAGES ")[1].rstrip(")"))
