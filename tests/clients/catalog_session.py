"""A reader in Chromium: searches, opens a product, compares in the matrix; scripts on, then off.
Speaks WebDriver (W3C) to chromedriver.   usage: catalog_session.py URL PROFILE_FOLDER"""

import json
import subprocess
import sys
import urllib.request

url, profile = sys.argv[1:3]
KEY = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, scripts):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0", "--allowed-ips=127.0.0.1"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                self.base = "http://127.0.0.1:" + line.rstrip().rstrip(".").rsplit(" ", 1)[1]
                break
        arguments = (
            "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
            "--disable-background-networking --disable-component-update --window-size=1280,1000"
        ).split() + [f"--user-data-dir={profile}-{scripts}"]
        options = {"args": arguments}
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.session = "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.call("POST", self.session + "/url", {"url": url + path})

    def find(self, selector):
        found = self.call("POST", self.session + "/element", {"using": "css selector", "value": selector})
        return self.session + "/element/" + found[KEY]

    def text(self, selector):
        return self.call("GET", self.find(selector) + "/text")

    def type(self, selector, text):
        self.call("POST", self.find(selector) + "/value", {"text": text})

    def click(self, selector):
        self.call("POST", self.find(selector) + "/click")

    def where(self):
        return self.call("GET", self.session + "/url")

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()


for scripts in (True, False):
    browser = Browser(scripts)
    try:
        browser.open("/")
        browser.type("main input[name=q]", "dovcot\ue007")
        assert "/search?" in browser.where(), browser.where()
        assert "Dovecot" in browser.text("main"), browser.text("main")
        browser.click('main a[href="/products/dovecot"]')
        assert browser.where().endswith("/products/dovecot")
        assert browser.text("h1") .startswith("Dovecot"), browser.text("h1")
        browser.open("/search?q=rfc7162")
        browser.click('main a[href="/extensions/imap/condstore"]')
        assert "CONDSTORE" in browser.text("main")
        browser.open("/matrix/imap?p=cyrus-imap,dovecot")
        table = browser.text("main table")
        assert "Dovecot" in table and "Cyrus" in table, table[:500]
    finally:
        browser.close()
print("the reader is content")
