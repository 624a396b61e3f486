"""The provenance record: where the material came from, in the words of who declares it.

``record`` reads a record, ``fields`` describes the 150 fields, ``writing``
makes the TOML, ``blank`` the form, ``annex`` opens committed identifiers, ``problems``
puts what is wrong with a file into words. SPEC §14.
"""
