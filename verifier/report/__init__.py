"""One result, several faces. A face adds no judgement: every sentence hangs on a check.

escape      untrusted text made safe to print
texts       what a table of texts holds; texts_zh, texts_en: the tables
statements  the four statements, and what is missing
as_text     for people          as_json     for programs
"""
