"""The last step of the demonstration: a verdict and an examination without a network.

The verifying process is started with sockets refused and with nothing of ours
but the verifier, and where the machine can, in a network namespace of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from app.commands.common import say
from verifier.report.texts import texts_for

from .outside import AS_IF, POLICY
from .words import failed, tell

STEP_SECONDS: Final = 300
_SHOWN: Final = 5
UNWITNESSED: Final = "package-unwitnessed.zip"
_VERDICTS: Final = {
    "TOTAL-PASSED": ("核验一致", "consistent"),
    "INDETERMINATE": ("不足以判定", "not determined"),
}

# What runs in the verifying process before the verifier: no socket, none of our other parts.
GUARD: Final = """
import runpy, sys
def watch(event, args):
    if event.startswith("socket."):
        raise PermissionError("offline: " + event)
    if event == "import" and args[0].partition(".")[0] in ("app", "ledger", "httpx"):
        raise PermissionError("only the verifier: " + args[0])
sys.addaudithook(watch)
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("verifier.cli", run_name="__main__", alter_sys=True)
"""


def verify(new: Path, name: str) -> None:
    """Verify the package in ``new``, leave the reports there, and say in short what came of it.

    ``name`` is how a person would write the folder when all is done.
    """
    isolated = _no_network()
    how_zh = "独立网络命名空间" if isolated else "禁用套接字"
    how_en = "a network namespace without a network" if isolated else "sockets refused"
    tell(f"6. 离线核验与审查（仅 verifier；{how_zh}）",
         f"6. verifying and examining offline (only the verifier; {how_en})")  # fmt: skip
    first = ("package.zip", "--policy", POLICY, "--log", "log", "--lang", say("zh", "en"))
    text = _verifier(isolated, new, *first, "--report", "report.html")
    (new / "report.txt").write_bytes(text)
    data = _verifier(isolated, new, *first, "--json")
    (new / "report.json").write_bytes(data)
    print()
    print(text.decode("utf-8", "replace"))
    print(levels(json.loads(data)))
    print(_compared(isolated, new))
    print()
    print(paragraph(json.loads(data)))
    tell(f"完整的审查报告：{name}report.html（可打印）。自行核验：beilin-verify {name}package.zip "
         f"--policy {name}policy.txt --log {name}log",
         f"The whole examination: {name}report.html (it prints). Verify yourself: beilin-verify "
         f"{name}package.zip --policy {name}policy.txt --log {name}log")  # fmt: skip


def paragraph(report: dict[str, Any]) -> str:
    """Return what is shown and the five most serious gaps, in one paragraph."""
    lang = say("zh", "en")
    examination = report["examination"]
    rows = {row["id"]: row for row in examination["rows"]}
    gaps = [rows[gap["row"]] for gap in examination["gaps"]]
    comma = say("；", "; ")
    named = comma.join(
        f"{n}. {row['element'][lang]}{say('（', ' (')}{row['id']}{say('）', ')')}"
        for n, row in enumerate(gaps[:_SHOWN], 1)
    )
    shown = report["statements"]["integrity"]
    return say(
        f"小结：{shown}上链之前的来源与形成过程只有声明，未经核实；审查出的欠缺共 {len(gaps)} 项，最重要的五项为：{named}。",
        f"In short: {shown} Where it came from before that is declared only and not verified; the "
        f"examination lists {len(gaps)} gaps, the five most serious being: {named}.",
    )


def levels(report: dict[str, Any]) -> str:
    """Return trust level and time grade in words, and why a demonstration's are low."""
    words = texts_for(say("zh", "en")).words
    facts, grade = report["facts"], f"grade.{report['time_grade']}"
    if grade == "grade.T3" and facts.get("anchors", "0") == "0":
        grade = "grade.T3.unnamed"
    named = (words[key] for key in (report["trust_level"], grade))
    between = say("", " ")
    said = between.join(each for each in named if each not in report["statements"]["integrity"])
    own = any(each["code"] == "TSA_OF_LOG_OPERATOR" for each in report["findings"])
    if own or (facts.get("witnesses", "0") != "0" and facts.get("operators") == "1"):
        said += between + say(
            "本演示的见证者与时间戳机构由运行演示的人自己运营，核验策略也如此载明。其签名与时间戳已核验，但不独立于日志：因此信任等级不因见证者而升至 L2，时间等级也不因时间戳而升至 T3。",
            "The witnesses and the time-stamping authority of this demonstration are run by whoever "
            "runs it, and the policy says so. Their signatures and time-stamps are verified and are not "
            "independent of the log: so the witnesses do not raise the trust level to L2, nor the "
            "time-stamps the time grade to T3.",
        )
    return said


def _compared(isolated: Sequence[str], new: Path) -> str:
    """Return verdict, level and grade of both packages, under the policy and under the invented one."""
    rows = []
    for package, zh, en in (
        ("package.zip", "见证者运行时存证", "sealed with the witnesses running"),
        (UNWITNESSED, "见证者停止后存证", "sealed after the witnesses were stopped"),
    ):
        for policy, whose_zh, whose_en in (
            (POLICY, "同一运营者，并非独立", "one operator, not independent"),
            (AS_IF, "假如各由他人运行（虚构）", "if others ran them (invented)"),
        ):
            data = _verifier(isolated, new, package, "--policy", policy, "--json",
                             "--policy-source", "beilin demo", codes=(0, 10))  # fmt: skip
            found = json.loads(data)
            level, grade = found["trust_level"], found["time_grade"]
            verdict = say(*_VERDICTS[found["verdict"]])
            rows.append(f"  {say(zh, en)} · {say(whose_zh, whose_en)}: {verdict}, {level}, {grade}"
                        f"{lacking(found)}")  # fmt: skip
    head = say(
        "见证与时间戳使信任等级和时间等级有何不同（以本演示注明策略来源后核验）：",
        "What witnesses and time-stamps change (with this demonstration stated as the policy's source):",
    )
    return "\n".join((head, *rows))


def lacking(report: dict[str, Any]) -> str:
    """Return what a package does not hold that could raise its grade, "" where it holds both."""
    token = report["facts"].get("tokens", "0") == "0"
    later = not any(check["id"] == "receipt_latest" for check in report["checks"])
    if token and later:
        return say("（包内没有时间戳，也没有较新的回执）",
                   " (no time-stamp and no later receipt in the package)")  # fmt: skip
    if token:
        return say("（包内没有时间戳）", " (no time-stamp in the package)")
    return ""


def _no_network() -> list[str]:
    """Return the command that takes the network away, empty where this machine has none."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which(command[0]) is None:
            return []
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return []


def _verifier(
    isolated: Sequence[str], folder: Path, *arguments: str, codes: tuple[int, ...] = (0,)
) -> bytes:
    import verifier

    code = str(Path(verifier.__file__).resolve().parents[1])
    # -I: no settings of the environment, nothing from the current folder.
    command = [*isolated, sys.executable, "-I", "-X", "utf8", "-c", GUARD, code, *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, timeout=STEP_SECONDS, check=False
    )
    if done.returncode not in codes:
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        raise failed("beilin-verify", done.returncode, text)
    return done.stdout
