"""``make bench``: the speeds that this project promises, each beside what bounds it.

    python -m bench [ROW…] [--rounds N] [--quick | --full] [--folder DIR]

Every row measures its ceiling in the same run, alternating with what is
measured, so that a machine that is slow today is slow for both. One file for
each row in ``rows``; what they share lies here.
"""
