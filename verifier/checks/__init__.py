"""The checks that a verification is made of, one file for each thing that is looked at.

receipt     its own bytes, in numbered steps          log_key     the log's key and its standing
package     the container and everything in it        key_status  what the policy holds against a key
latest      the later receipt beside the first one    cosigners   which cosignatures count, and whose
siblings    later items of the dossier                witnesses   the quorum and the operators
time_blocks each time block by itself                 time_grade  what those that hold show together
declaration the platform's, where a statement names it
trees       message trees, rebuilt from their files   log_copy    a copy of a log, to read from
log_files, log_tiles, log_entries, log_own   what an audit of a whole log goes through
"""
