"""The rule base and the examination of a package against it."""
