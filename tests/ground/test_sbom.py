"""What the product is made of, told in CycloneDX: each package of the lock with its version, and nothing else."""

import json
import re
import subprocess

import pytest

from audiovisual.config import ROOT

PINNED = re.compile(r"^([a-z0-9-]+)==([^ ]+)", re.MULTILINE)


@pytest.mark.slow
def test_the_bill_of_materials_names_what_the_lock_holds():
    subprocess.run(["make", "--no-print-directory", "sbom"], cwd=ROOT, check=True, capture_output=True, timeout=600)
    told = json.loads((ROOT / "build" / "sbom.cdx.json").read_text())
    assert told["bomFormat"] == "CycloneDX"
    named = {(each["name"], each["version"]) for each in told["components"]}
    assert named == set(PINNED.findall((ROOT / "requirements.lock").read_text()))
