"""Makes this folder win over a package of the same name: merkletools 1.0.3 installs a ``tests``."""
