"""One result, several faces. A face adds no judgement: every sentence hangs on a check or a row.

escape, marked    untrusted text made safe to print, and kept apart from words of ours
texts, words      the sentences: of the verification (texts_zh, texts_en), of the examination
statements        the four statements that open every report
document          a report before it has a face      sections/   what it says, part by part
full              the full report as a document      found       sentences of the checks P-01 to P-23
legend             what short names stand for        local_time  instants with the time in Beijing
as_text           the short face on stdout           full_text   the full one as text
as_html           the full one as a page; its templates are data in html/
as_json           for programs; report.schema.json is its schema
"""
