"""``beilin-verify policy show FILE``: what a policy says, in words. It verifies nothing."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .policy import Policy


def show_policy(options: argparse.Namespace, policy: Policy) -> str:
    """Return the policy in the languages asked for, or as JSON."""
    from .cli_report import languages
    from .report.policy_data import policy_as_json
    from .report.policy_text import policy_as_text

    if options.json:
        return json.dumps(policy_as_json(policy), indent=2) + "\n"
    return "\n".join(policy_as_text(policy, lang) for lang in languages(options.lang))
