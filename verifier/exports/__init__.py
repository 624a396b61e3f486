"""Exported chats, mails and bills: from a file's bytes to the segments it consists of, and what to ask of it.

reader, registry   what a reader is, and the list of them
tools/             the readers, by tool and format
cutting/ families/ mail/ sheets/ archives/    what they are made of
inspection/        what is said of a whole file
codes/             the sentences of notes and marks
"""
