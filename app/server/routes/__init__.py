"""One file per group of addresses; ``main`` puts them into the application.

A route is a plain Starlette route whose endpoint is an ASGI object with a
``route_name`` (the label in the metrics) and, for ``/openapi.json``, a row in
``openapi.py``. A test compares both lists.
"""
