"""Two writers at once: why numbering takes the database's lock before it reads."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import create_engine

from ledger.engine import statement, writing
from tests.ledger.support import PATIENCE


def race(engine, begin, between) -> list[int]:
    """Two writers number rows as SQLAlchemy's default would let them: read, then insert."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE race (number INTEGER)")
    barrier = threading.Barrier(2)

    def writer():
        for _ in range(30):
            barrier.wait(PATIENCE)
            with begin() as connection:
                number = connection.exec_driver_sql("SELECT count(*) FROM race").scalar()
                between()
                sql = statement(connection, "INSERT INTO race VALUES (?)")
                connection.exec_driver_sql(sql, (number,))

    threads = [threading.Thread(target=writer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT number FROM race")]


@pytest.mark.fault
@pytest.mark.both_databases
def test_writing_transactions_do_not_number_twice(log):
    # The other one cannot have read as well: it waits for the lock, however long this takes.
    numbers = race(log._engine, lambda: writing(log._engine), lambda: time.sleep(0.001))
    assert sorted(numbers) == list(range(60))


@pytest.mark.fault
def test_control_sqlalchemys_default_transactions_number_twice(tmp_path):
    patient = {"timeout": PATIENCE}
    engine = create_engine(f"sqlite:///{tmp_path / 'default.db'}", connect_args=patient)
    both_have_read = threading.Barrier(2)
    numbers = race(engine, engine.begin, lambda: both_have_read.wait(PATIENCE))
    engine.dispose()
    assert len(set(numbers)) < len(numbers) == 60
