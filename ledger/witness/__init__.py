"""Asking witnesses to cosign, by c2sp.org/tlog-witness.

roster      the policy file of ``--witness-policy``, and whether a note meets its quorum
protocol    one request and what an answer to it means
member      one witness: what it has cosigned, how it does, when it is asked again
hooks       what goes between panel and log
panel       all of them on one event loop: a head to everyone, until the quorum or the deadline
evidence    a checkpoint of ours that this database cannot reproduce: two signed notes, kept
asked       what the order of writes asks of witnesses, whoever stands for them
witnessing  what the order of writes calls; the panel joined to database and publisher
"""
