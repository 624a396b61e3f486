"""``beilin-verify law``: what a row, an article or a check says, from the rule base."""

from __future__ import annotations

import argparse

from .cli_arguments import LAW_USAGE, usage_error


def law(options: argparse.Namespace) -> str:
    """Return a row or a text of law with its source; it is no verdict."""
    from .cli_report import languages
    from .law.show import UnknownId, show

    try:
        found = [show(options.target, lang) for lang in languages(options.lang)]
    except UnknownId as error:
        usage_error(_no_such_id(error.nearest, options.lang), LAW_USAGE)
    return "\n".join(found)


def _no_such_id(nearest: tuple[str, ...], lang: str) -> str:
    """Return that nothing has this id, and what is near, in each language asked for."""
    from .cli_report import languages
    from .report.texts import texts_for

    said = []
    for each in languages(lang):
        words = texts_for(each).words
        near = words["error.nearest"].replace("{ids}", " ".join(nearest)) if nearest else ""
        said.append(words["error.unknown_id"].replace("{nearest}", near))
    return " ".join(said)
