"""What an API key may do, until when, what it is for and when it was used; quotas of accounts.

Keys that are there already keep everything: both scopes, no end.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ALL_SCOPES = "read submit"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("accounts", sa.Column("entries_per_day", _NUMBER))
    for column in (
        sa.Column("scopes", sa.String(100), nullable=False, server_default=_ALL_SCOPES),
        sa.Column("expires", _NUMBER),
        sa.Column("label", sa.String(100), nullable=False, server_default=""),
        sa.Column("used", _NUMBER),
    ):
        op.add_column("api_keys", column)
    op.create_index("api_keys_account", "api_keys", ["account"])
