"""``beilin serve --witness-policy``: what clients and operators see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.server.harness import (
    beilin,
    entry,
    new_account,
    new_log,
    post,
    running,
    wait_until,
)
from tests.ledger.witness.support import (
    Cosigner,
    Named,
    answering,
    cosigners,
    http,
    log_vkey,
    note_of,
    peer,
    policy_text,
    real_witnesses,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A new log."""
    new_log(tmp_path / "data")
    return tmp_path / "data"


def write_policy(path: Path, witnesses: list[Named]) -> Path:
    path.write_bytes(policy_text(witnesses))
    return path


def test_answers_say_what_their_receipt_shows(data: Path, tmp_path: Path) -> None:
    key = new_account(data, "party")
    with real_witnesses(tmp_path, log_vkey(data), "w1", "w2") as witnesses:
        policy = write_policy(tmp_path / "policy", witnesses)
        with (
            running(data, "--witness-policy", str(policy), batch_interval_ms=10,
                    witness_deadline_ms=30_000) as server,
            server.client(key) as client,
        ):  # fmt: skip
            one = post(client, entry(b"one"))
            assert one.status_code == 201
            assert one.json()["state"] == "witnessed"
            batch = post(client, {"entries": [entry(b"two"), entry(b"three")]}, path="/v1/batches")
            assert [each["state"] for each in batch.json()["entries"]] == ["witnessed"] * 2
            for each in (one.json(), *batch.json()["entries"]):
                assert len(cosigners(note_of(each["receipt"].encode()))) == 2
            assert client.get("/checkpoint").text.split("\n")[1] == "3"
            assert client.get("/checkpoint.pending").status_code == 404
            assert client.get("/readyz").text == "ready\n"
            metrics = client.get("/metrics").text
            assert 'beilin_witness_prompt{witness="w1"} 1\n' in metrics
            assert 'beilin_witness_size_entries{witness="w2"} 3\n' in metrics
            assert "beilin_quorum_size_entries 3\n" in metrics
            assert server.stop() == 0
            assert '"logger":"httpx"' not in server.errors()
    with (
        running(data, "--witness-policy", str(policy), batch_interval_ms=10,
                witness_deadline_ms=500) as server,
        server.client(key) as client,
    ):  # fmt: skip
        # Both are gone: anchored all the same, and nobody is told more than is true.
        late = post(client, entry(b"four"))
        assert (late.status_code, late.json()["state"]) == (201, "published")
        assert client.get("/checkpoint").text.split("\n")[1] == "3"
        pending = client.get("/checkpoint.pending")
        assert pending.text.split("\n")[1] == "4"
        assert pending.headers["cache-control"] == "no-cache"
        assert client.get("/readyz").text == "ready\n"
        assert 'beilin_witness_prompt{witness="w1"} 0\n' in client.get("/metrics").text


def test_a_disagreeing_witness_is_named_where_operators_look(data: Path, tmp_path: Path) -> None:
    key, liar = new_account(data, "party"), Cosigner("w1")
    with peer(lambda asked, connection, server: server.send(connection, http(422))) as two:
        policy = write_policy(tmp_path / "policy", [Named("w1", liar.vkey, two.url)])
        with (
            running(data, "--witness-policy", str(policy), batch_interval_ms=10) as server,
            server.client(key) as client,
        ):
            assert post(client, entry(b"one")).json()["state"] == "published"
            ready = client.get("/readyz")
            assert ready.status_code == 200, "it stops nothing"
            assert ready.text.startswith("ready\nwitness w1 is out of the quorum: 422")
            assert 'beilin_witness_disagrees{witness="w1"} 1\n' in client.get("/metrics").text
            assert "w1 is out of the quorum" in server.errors()


def test_a_contradiction_ends_the_process(data: Path, tmp_path: Path) -> None:
    """What the witness shows is signed by our key; the process exits, and says so at each start."""
    import shutil

    key, honest = new_account(data, "party"), Cosigner("w1")
    twin = tmp_path / "twin"
    shutil.copytree(data, twin)
    with peer(answering(honest)) as two:
        policy = write_policy(tmp_path / "policy", [Named("w1", honest.vkey, two.url)])
        arguments = ("--witness-policy", str(policy))
        with running(twin, *arguments, batch_interval_ms=10) as other, other.client(key) as client:
            post(client, entry(b"another history"))
        shown = (twin / "log/checkpoint").read_bytes()
        with (
            running(data, *arguments, batch_interval_ms=10) as server,
            server.client(key) as client,
        ):
            assert post(client, entry(b"ours")).json()["state"] == "witnessed"

            def turns(asked, connection, peer) -> None:
                peer.send(connection, http(200, shown) if asked.method == "GET" else http(422))

            two.behave = turns
            assert post(client, entry(b"more")).status_code == 503
            assert server.process.wait(60) == 70
        wait_until(lambda: any((data / "evidence").iterdir()))
        said = beilin("serve", "--data", data, *arguments, "--listen", "127.0.0.1:0", code=77)
        assert "the witness w1 has cosigned size 1" in said
        assert "evidence" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"quorum none\n", "names no witness"),
        (b"nonsense\n", "line 1"),
        (policy_text([Named("w1", Cosigner("w1").vkey, "")]), "w1 has no address"),
    ],
)
def test_a_policy_that_cannot_be_used_refuses_the_start(
    data: Path, tmp_path: Path, text: bytes, says: str
) -> None:
    policy = tmp_path / "policy"
    policy.write_bytes(text)
    said = beilin("serve", "--data", data, "--witness-policy", policy, code=65)
    assert says in said
    assert "Traceback" not in said


def test_a_policy_file_that_is_not_there(data: Path, tmp_path: Path) -> None:
    said = beilin("serve", "--data", data, "--witness-policy", tmp_path / "none", code=65)
    assert "cannot read" in said
