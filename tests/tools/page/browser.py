"""A headless Chromium that is spoken to by the DevTools protocol through two pipes: nothing but
Debian's chromium is needed. https://chromedevtools.github.io/devtools-protocol/"""
import base64
import json
import os
import select
import subprocess
import tempfile
import time

WAIT_S = 240


class Browser:
    """One page. `messages` are its console messages and exceptions, `requests` the addresses that
    it asked for, but its own file."""

    def __init__(self, program="chromium"):
        self.profile = tempfile.TemporaryDirectory(prefix="rpcsieve-chromium-")
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()
        # The protocol is spoken on the browser's descriptors 3 and 4.
        self.process = subprocess.Popen(
            ["/bin/bash", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_browser, from_browser), "chromium",
             program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
             "--user-data-dir=" + self.profile.name, "--window-size=1440,1000"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.profile.name})
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.session = b"", 0, None
        self.messages, self.requests, self.loaded = [], [], False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def close(self):
        os.close(self.write)  # the browser ends when nobody speaks to it any more
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.read)
        self.profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def open(self, path):
        """Opens a file, and returns when it is loaded and its scripts ran."""
        self.messages, self.requests, self.loaded = [], [], False
        self.call("Page.navigate", url="file://" + path)
        while not self.loaded:
            self.hear()

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def wait_for(self, expression):
        deadline = time.monotonic() + WAIT_S
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise AssertionError("never true: " + expression)
            time.sleep(0.05)

    def look(self, dark):
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def screenshot(self, path, whole=True):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def key(self, name, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode=code)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.hear()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError("%s: %s" % (method, answer["error"]))
                return answer["result"]

    def hear(self):
        """Returns the next message of the browser, when it was noted."""
        while b"\0" not in self.buffer:
            if not select.select([self.read], [], [], WAIT_S)[0]:
                raise AssertionError("the browser says nothing")
            chunk = os.read(self.read, 1 << 20)
            if not chunk:
                raise AssertionError("the browser is gone")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(line)
        self.note(message.get("method"), message.get("params"))
        return message

    def note(self, method, parameters):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.messages.append(parameters)
        elif method == "Network.requestWillBeSent":
            if parameters["type"] != "Document" or not parameters["documentURL"].startswith("file:"):
                self.requests.append(parameters["request"]["url"])
