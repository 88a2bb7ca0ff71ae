"""The sandbox as a process of its own, and the ways of third-party clients to it.

The clients insist on https and a host of Salesforce's. Their requests are led to the sandbox's port on loopback, with the host
they meant in the Host header, so that the sandbox can tell a My Domain from login.salesforce.com.
"""

import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.request

import httpx
import requests

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MY_DOMAIN = "acme.my"
ACCESS = {
    "consumer_key": "sandbox-client-id",
    "consumer_secret": "sandbox-client-secret",
}


class Sandbox:
    """A running `leadrelay-sandbox serve`."""

    def __init__(self):
        program = os.environ.get("LEADRELAY_SANDBOX", REPOSITORY / ".build/debug/leadrelay-sandbox")
        self.process = subprocess.Popen([program, "serve"], stdout=subprocess.PIPE, text=True)
        text = ""
        while "control API" not in text:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"{program} serve ended with {self.process.wait()}")
            text += line
        self.salesforce = re.search(r"LOGIN_URL=(\S+)", text).group(1)
        self.control_url = re.search(r"control API is (\S+)", text).group(1)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def control(self, method, path, body=None):
        """Asks the control API; see `ControlAPI` for its routes."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            text = response.read()
        return json.loads(text) if text else None

    def rows(self, object_name):
        return self.control("GET", f"/salesforce/rows/{object_name}")

    def session(self):
        """A session of `requests` whose https requests go to the sandbox."""
        session = requests.Session()
        session.mount("https://", _RequestsRoute(self.salesforce))
        return session

    def transport(self):
        """The same for httpx."""
        return _HTTPXRoute(self.salesforce)


class _RequestsRoute(requests.adapters.HTTPAdapter):
    def __init__(self, target):
        super().__init__()
        self.target = target

    def send(self, request, **options):
        parts = request.url.removeprefix("https://").split("/", 1)
        request.headers["Host"] = parts[0]
        request.url = f"{self.target}/{parts[1] if len(parts) > 1 else ''}"
        return super().send(request, **options)


class _HTTPXRoute(httpx.AsyncHTTPTransport):
    def __init__(self, target):
        super().__init__()
        self.target = httpx.URL(target)

    async def handle_async_request(self, request):
        request.headers["Host"] = request.url.host
        request.url = request.url.copy_with(scheme="http", host=self.target.host, port=self.target.port)
        return await super().handle_async_request(request)


class SandboxTest(unittest.TestCase):
    """A suite with an org of its own."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.stop)
