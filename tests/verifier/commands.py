"""Arguments that end well; ``{}`` is the folder of the fixture ``made``."""

from __future__ import annotations

PACKAGE = ("{}/p.zip", "--policy", "{}/policy")
RECEIPT = ("{}/r.txt", "--file", "{}/file", "--policy", "{}/policy")
AUDIT = ("audit", "{}/log", "--policy", "{}/policy")
