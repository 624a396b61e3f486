"""What a report says, part by part; each builder returns sections of a ``document``.

opening      headline and the four statements       technical   today's checks, one by one
summary      counts and the most serious gaps       rows        one examined factor
intervals    creation → export → anchoring → now    articles    Articles 16 to 19, legality, the rest
opponent     what could be raised                   consistency the checks P-01 to P-23
record       what was declared, quoted              statutes    the texts, each once
annexes      tables that rows send a reader to: annex_tables from the package, annex_forms to use
versions     of program, formats and rule base
"""
