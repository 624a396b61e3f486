"""Making a disclosure package from a private one: what is shown, and nothing of what is not.

asked       what the person asked for, in record numbers, times and fields
opened      the private package, verified before anything is taken from it
selection   which segments that makes: ranges, what dates them, what stands beside a period
leaves      their leaves with the salts of what is shown, and the hashes that stand for the rest
beside      other whole files that go along: media, the provenance record
dossier     the receipts of the whole dossier
writing     the package itself, verified before it gets its name
"""
