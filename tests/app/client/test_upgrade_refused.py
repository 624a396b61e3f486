"""`beilin upgrade` refuses what does not hold, and the package stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.client.between import Heard, between
from tests.app.client.support import CHAT, Client, Service, new_service, write
from tests.app.client.upgrades import leftovers, upgrade
from verifier.evidence.receipt import parse_receipt, to_receipt


def refused(person: Client, code: int, words: str, **named: object) -> None:
    before = person.out.read_bytes()
    done = upgrade(person, None, **named)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert words in done.stderr
    assert person.out.read_bytes() == before
    assert leftovers(person) == set()


def test_a_key_of_another_account(ready: Client) -> None:
    refused(
        ready, 77, "of another account", key=ready.service.new_account("two" + ready.folder.name)
    )


def test_a_key_that_is_none(ready: Client, tmp_path: Path) -> None:
    refused(ready, 77, "The API key is not valid", key=write(tmp_path / "key", b"beilin_x\n"))


def test_another_server(ready: Client, own_service: Callable[[str], Service]) -> None:
    other = own_service("other")
    shutil.copy(ready.service.policy, ready.folder / "policy")
    other.stop()
    refused(ready, 69, "cannot be reached", server=other.url, key=other.key)


def test_another_log(ready: Client, tmp_path: Path) -> None:
    with new_service(tmp_path / "other", "other.example/log") as other:
        refused(ready, 77, "writes another log", server=other.url, key=other.key)


def test_a_policy_of_another_log(ready: Client, tmp_path: Path) -> None:
    wrong = write(tmp_path / "policy", b"quorum none\n")
    refused(ready, 77, "does not stand under this policy", policy=wrong)


def test_a_damaged_package(ready: Client) -> None:
    data = bytearray(ready.out.read_bytes())
    data[data.index(b"hello")] ^= 1
    ready.out.write_bytes(data)
    refused(ready, 65, "does not hold")


def on_latest(change: Callable[[bytes], bytes]) -> Callable[[Heard], Heard]:
    def altered(heard: Heard) -> Heard:
        if not heard.path.endswith("/receipt/latest"):
            return heard
        return heard._replace(body=change(heard.body))

    return altered


def without_blocks(data: bytes) -> bytes:
    parsed = parse_receipt(data)
    proof = data[data.index(b"c2sp.org/tlog-proof@v1") :]
    return to_receipt(parsed.salt, parsed.statement_bytes, parsed.entry_bytes, proof)


def other_token(data: bytes) -> bytes:
    """The token with its last byte changed: its signature is nobody's."""
    parsed = parse_receipt(data)
    token = parsed.tokens[0]
    bad = token._replace(token=token.token[:-1] + bytes([token.token[-1] ^ 1]))
    proof = data[data.index(b"c2sp.org/tlog-proof@v1") :]
    return to_receipt(parsed.salt, parsed.statement_bytes, parsed.entry_bytes, proof, [bad])


def other_key_id(data: bytes) -> bytes:
    """The log's line under another key id."""
    head, dash, line = data.rpartition("— ".encode())
    name, _, value = line.partition(b" ")
    return head + dash + name + b" " + (b"A" if value[:1] != b"A" else b"B") + value[1:]


def other_signature(data: bytes) -> bytes:
    return data[:-20] + (b"A" if data[-20:-19] != b"A" else b"B") + data[-19:]


LIES = {
    "nothing": lambda data: b"",
    "garbage": lambda data: b"\x00" * 1000,
    "a page": lambda data: b"<html>log in</html>",
    "too much": lambda data: data + b"x" * (1 << 20),
    "cut off": lambda data: data[:-30],
    "another salt": lambda data: data.replace(data[23:67], b"A" * 43 + b"=", 1),
    "another statement": lambda data: data.replace(b"\nnumber ", b"\nnumber 9", 1),
    "another token": other_token,
    "another key": other_key_id,
}


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
@pytest.mark.parametrize("lie", LIES)
def test_answers_that_do_not_hold(ready: Client, lie: str, policy: bool) -> None:
    named: dict[str, object] = {} if policy else {"policy": None}
    with between(ready.service.url, on_latest(LIES[lie])) as url:
        refused(ready, 77, "does not verify", server=url, **named)


def test_a_signature_that_does_not_hold_is_seen_with_a_policy(ready: Client) -> None:
    with between(ready.service.url, on_latest(other_signature)) as url:
        refused(ready, 77, "does not verify", server=url)


def test_a_receipt_of_another_entry(ready: Client, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    ready.seal(write(tmp_path / "in/other.txt", CHAT + b"other"), out=other, dossier="other")
    foreign = ready.receipt(other)
    for policy in (ready.service.policy, None):
        with between(ready.service.url, on_latest(lambda _: foreign)) as url:
            refused(ready, 77, "does not verify", server=url, policy=policy)


def test_a_better_one_is_never_replaced_by_a_worse_one(ready: Client) -> None:
    assert upgrade(ready).returncode == 0
    with between(ready.service.url, on_latest(without_blocks)) as url:
        before = ready.out.read_bytes()
        done = upgrade(ready, server=url)
        assert (done.returncode, ready.out.read_bytes()) == (0, before)
        assert "Nothing better; unchanged" in done.stdout


def test_an_erased_entry_keeps_its_package(ready: Client) -> None:
    def gone(heard: Heard) -> Heard:
        return heard._replace(status=404) if heard.path.endswith("/latest") else heard

    with between(ready.service.url, gone) as url:
        refused(ready, 77, "the receipt in it stays valid", server=url)


def test_control_without_the_check_of_the_entry_a_strangers_receipt_is_taken(
    ready: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole package is verified before it gets its name, so a second guard must fall too."""
    from app.client import upgrading
    from app.client.api import Api
    from app.commands.common import Refusal

    other = tmp_path / "other.zip"
    ready.seal(write(tmp_path / "in/other.txt", CHAT + b"other"), out=other, dossier="other")
    ready.service.stamp()
    key = ready.service.key.read_text().strip()
    monkeypatch.setattr(upgrading, "check_same", lambda *_: None)
    api = Api(ready.service.url, key)
    foreign = api.latest(ready.parsed(other).proof.index)
    monkeypatch.setattr(Api, "latest", lambda *_: foreign)
    before = ready.out.read_bytes()
    with pytest.raises(Refusal, match="receipt_latest"):
        upgrading.upgrade(ready.out, ready.out, api, None)
    assert ready.out.read_bytes() == before
    monkeypatch.setattr(upgrading, "_verify", lambda *_: None)
    upgrading.upgrade(ready.out, ready.out, api, None)
    assert ready.verify().verdict == "TOTAL-FAILED"
    api.close()
