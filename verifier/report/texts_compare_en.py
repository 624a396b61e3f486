# fmt: off
"""Sentences of ``compare`` and of a proof of misconduct in English; ``texts_en`` takes them in."""

from __future__ import annotations

from .texts import Sub

TITLES = {
    "material": "what the two files hold",
    "history": "one history of the log",
    "proof": "form of the proof",
    "signatures": "signatures of the proof",
    "paths": "paths to the signed roots",
}

DONE_ = {
    "material": "tree heads: {heads}, items: {items}, dossier statements: {statements}; the signatures verify with the keys that the policy has for this log.",
    "history": "every tree head in both files is the beginning of one tree of {size} entries: the consistency was recomputed.",
    "history.copy": "every tree head in both files is the beginning of the copy of the log supplied ({size} entries): the consistency was recomputed.",
    "proof": "in the one spelling of its format; of kind {kind}.",
    "signatures": "the signatures verify with the keys {key_ids} of the policy.",
    "paths": "what is shown leads to the signed roots.",
}

FAILED_ = {
    "material": "one of the files cannot be used.",
    "history": "what was signed cannot all be of one append-only log.",
    "proof": "the proof is not in its format.",
    "signatures": "a signature of the proof does not verify.",
    "paths": "what is shown does not lead to the signed roots.",
}

CONSEQUENCES = {
    "material": "the two files were not compared.",
    "history": "what keys of this log signed contradicts itself; from either of the two alone it cannot be concluded what the log holds. Who used the keys, and why, is not shown.",
    "proof": "what stands in the file cannot be read as a proof; the file shows nothing.",
    "signatures": "whose words they are is not shown; the file shows nothing.",
    "paths": "what is shown is not tied to what was signed; the file shows nothing.",
}

NEXT = {
    "material": "obtain both files again, unchanged, and compare again.",
    "history": "keep both files and the proof (--out writes it), ask the operator in writing, and show the proof to others who hold receipts of this log: anyone can verify it with the policy alone.",
    "proof": "ask for the file as it was written, byte for byte.",
    "signatures": "ask for the file as it was written, byte for byte.",
    "paths": "ask for the file as it was written, byte for byte.",
}

_UNCHANGED = "whoever supplied it: the file as it was written, byte for byte."
_KEY = "the person verifying: compare the key in the policy through a channel of your own; whoever supplied the file: where it comes from."
_AGAIN = "yes: verify that again."

SUBS = {
    "CONSISTENCY_NOT_SHOWN": Sub(
        "nothing was found in which the two contradict each other, and nothing shows that they are of one history; a log that showed two histories could look the same here",
        "anyone: a copy of the log at least as large as both (--log); later receipts of both sides.",
        "yes: with a copy of the log the comparison can be completed, in either direction.",
    ),
    "OTHER_LOG": Sub(
        "the two are of different logs, or signed by different keys, so there is nothing to compare",
        "whoever supplied them: two files of one log.",
        "yes: with two files of one log.",
    ),
    "NOT_PROVEN": Sub(
        "what the file shows does not contradict itself, or not in the way that it says",
        "whoever claims a contradiction: both originals, to be compared anew.",
        "yes: with a proof that proves.",
    ),
    "proof.FORMAT_FAILURE": Sub("the bytes are not in the one spelling of the format", _UNCHANGED, _AGAIN),
    "signatures.SIG_CRYPTO_FAILURE": Sub("a signature does not verify with the key that the policy has for this log, or is absent", _KEY, _AGAIN),
    "signatures.BINDING_FAILURE": Sub("the signatures are not of one key of this log", _KEY, _AGAIN),
    "signatures.FORMAT_FAILURE": Sub("a signed text is not in the one spelling of its format", _UNCHANGED, _AGAIN),
    "paths.INCLUSION_FAILURE": Sub("the path given does not lead to the signed root", _UNCHANGED, _AGAIN),
    "paths.BINDING_FAILURE": Sub("the parts do not belong together", _UNCHANGED, _AGAIN),
    "paths.FORMAT_FAILURE": Sub("an entry or a statement is not in the one spelling of its format", _UNCHANGED, _AGAIN),
    "material.FORMAT_FAILURE": Sub("a file is not in the one spelling of its format", _UNCHANGED, _AGAIN),
    "material.SIG_CRYPTO_FAILURE": Sub("a signature does not verify with the key that the policy has for this log, or is absent", _KEY, _AGAIN),
    "material.INCLUSION_FAILURE": Sub("a path does not lead to the signed root", _UNCHANGED, _AGAIN),
    "material.BINDING_FAILURE": Sub("the parts of a file do not belong together", _UNCHANGED, _AGAIN),
    "material.HASH_FAILURE": Sub("a digest in a file differs from the one recorded", _UNCHANGED, _AGAIN),
}

FINDINGS = {
    "PROVEN_KEY_STATUS": "the policy holds a status against the key {name} ({status}): that its holder alone used it is then all the less shown.",
    "NOT_COMPARED": "of file {side} this was left out of the comparison (it does not verify, is of another log or key, or is one too many): {name}.",
    "FILE_NOT_USED": "it is file {side}, {name}, that cannot be used; the log and key that it names (not verified): {log}.",
    "COPY_NOT_USED": "the copy of the log supplied was not used: {reason}.",
    "PAIRS_NOT_PROVEN": "{count} pairs looked contradictory and could not be proven under this policy; they were not counted.",
    "PROOF_WRITTEN": "the proof of the contradiction was written to {name}; anyone can verify it: beilin-verify FILE --policy POLICY.",
}

REASONS = {
    "TWO_ROOTS": "for tree size {first_size} two roots were signed: {first_root} and {second_root}",
    "PREFIX_DIFFERS": "the signed head of size {first_size} has root {first_root}; the signed tree of size {second_size} begins with {first_size} entries of root {second_root}",
    "PART_DIFFERS": "entries {start} to {last} (counted from 0) have the hash {first_root} in the signed tree of size {first_size} and {second_root} in that of size {second_size}",
    "LINK_AT_TWO_PLACES": "one link stands at index {first_index} and at index {index} of the signed trees",
    "RECEIVED_GOES_BACK": "entry {first_index} claims the time {first} and the later entry {index} the earlier time {second}",
    "GROWN_AFTER_FREEZE": "entry {index} closed the log for good, after which no entry may follow, and a head of size {size} was signed",
    "SUBMISSION_TWICE": "one submission stands in two entries, index {first_index} and index {index}",
    "ITEM_TWICE": "two entries, index {first_index} and index {index}, are both item {item} of one dossier",
    "ITEMS_OUT_OF_ORDER": "item {first_item} at index {first_index} and item {item} at index {index} of one dossier do not stand in the order of their numbers",
    "NOT_THE_LINK": "item {item} of the dossier does not bear the link that item {first_item} announced",
    "NOT_THE_PREVIOUS": "item {item} of the dossier names another entry before it than item {first_item}",
    "SAID_TWO_ROOTS": "the service key signed two statements that name two roots for tree size {size}",
    "SAID_TWO_LISTS": "two statements of the service key (tree sizes {first_size} and {second_size}) place item {item} of one dossier differently, or one of them leaves it out",
    "SAID_ITEM_DIFFERS": "the statement of the service key for tree size {size} has another entry as item {item} of the dossier than the receipt (index {index})",
    "SAID_ITEM_MISSING": "the statement of the service key for tree size {size} does not list item {item} of the dossier, which stands at index {index} by its receipt",
    "SAID_OTHER_ROOT": "for tree size {size} the service key named another root than the log's key signed",
    "SAID_OTHER_LEAF": "the service key named another entry for item {item} of a dossier than stands at index {index} of the signed tree",
}

WORDS = {
    "title.compare": "Comparison of two files of one log (not a notarial certificate, not an appraisal opinion)",
    "title.misconduct": "Check of a proof that signed statements of a log contradict each other (not a notarial certificate, not an appraisal opinion)",
    "scope.compare": "two files of one log",
    "scope.misconduct": "a proof that signed statements of a log contradict each other",
    "compare.L0": "The source of the policy was not stated: whose keys these are rests on the policy file alone.",
    "compare.L1": "Whose keys these are rests on the source of the policy, by the word of the person verifying (not checked).",
    "compare.done": "done",
    "compare.failed": "contradictory",
    "compare.not_done": "not shown",
    "log.only": "Log: {origin}",
    "compare.TOTAL-PASSED": "both are of one history of the log, as far as their tree heads go",
    "compare.TOTAL-FAILED": "contradictory: what was signed cannot all be of one log",
    "compare.INDETERMINATE": "not determinable from what was supplied",
    "misconduct.TOTAL-FAILED": "contradictory: what was signed cannot all be of one log",
    "misconduct.INDETERMINATE": "the file proves no contradiction",
    "contradiction.trees": "the holder of key {key_ids} of log {origin} signed two trees that cannot be one history.",
    "contradiction.dossier": "what the keys {key_ids} of log {origin} signed about a dossier cannot all hold.",
    "contradiction.rules": "the holder of key {key_ids} of log {origin} signed what the rules of an append-only log rule out.",
    "contradiction.how": "in this: {text}.",
    "compare.one": "every tree head in both files is the beginning of one tree of {size} entries.",
    "compare.open": "nothing was found in which the two files contradict each other. This shows nothing: that they are of one history was not recomputed.",
    "compare.nothing": "the two files were not compared.",
    "misconduct.open": "the file shows nothing against the log, and nothing for it.",
    "compare.time": "When this was signed is not shown here; times that entries claim are the log's own.",
    "compare.submitter": "Who submitted anything was not looked at.",
    "compare.who": "Who used the keys, whether they were stolen, and whether by intent, mistake or loss of data is not shown.",
    "not_shown.dropped": "Requests that the operator dropped before it gave a receipt leave no trace in a log; whoever was given none must keep the request and submit it again, elsewhere if need be.",
    "compare.rest": "Entries and heads that neither file holds are not covered; a history that was shown to nobody here is not visible.",
    "compare.evidence": "Whether the evidence behind an entry is what it says is not covered; verify each file by itself.",
    "error.not_comparable": "{path} is nothing that can be compared. Give a receipt, a package, a checkpoint, a .tlog-proof, a dossier statement of the service or a proof of misconduct.",
}
