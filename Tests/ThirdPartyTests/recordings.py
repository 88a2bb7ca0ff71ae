"""Recorded traffic of real orgs: the cassettes in CumulusCI's wheel, which is fetched when it is first asked for."""

import pathlib
import subprocess
import sys
import zipfile

import yaml
from running_sandbox import REPOSITORY

WHEEL = "cumulusci==4.10.1"
FOLDER = REPOSITORY / ".build" / "third-party" / "recordings"


def folder():
    """Where the wheel lies, fetched by pip unless it is there."""
    wheels = list(FOLDER.glob("cumulusci-*.whl"))
    if not wheels:
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(FOLDER), WHEEL]
        subprocess.run(command, check=True, timeout=300)
        wheels = list(FOLDER.glob("cumulusci-*.whl"))
    return wheels[0]


def cassette(name):
    """The exchanges of a cassette, by the end of its path; those that only include another file are left out."""
    with zipfile.ZipFile(folder()) as wheel:
        path = next(path for path in wheel.namelist() if path.endswith(name))
        content = yaml.safe_load(wheel.read(path))
    exchanges = content.get("interactions", [content])
    return [exchange for exchange in exchanges if "request" in exchange]


def described(object_name):
    """The recorded describe of an object, as text."""
    return cassette(f"shared_cassettes/GET_sobjects_{object_name}_describe.yaml")[0]["response"]["body"]["string"]
