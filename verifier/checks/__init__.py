"""The checks that a verification is made of, one file for each thing that is looked at.

receipt     its own bytes, in numbered steps          log_key     the log's key and its standing
package     the container and everything in it        witnesses   cosignatures and the quorum
latest      the newer receipt beside the first one    siblings    later items of the dossier
declaration the platform's, where a statement names it
trees       message trees, rebuilt from their files   log_copy    a copy of a log, to read from
log_files, log_tiles, log_entries, log_own   what an audit of a whole log goes through
"""
