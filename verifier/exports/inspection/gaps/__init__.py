"""What may be missing, repeated or changed in one file: one kind of gap in each module.

Everything here is fed the records of a file one after another and holds a
bounded amount; what a bound left out is said. That nothing is found means "not
detected": most exports carry too little to show what is not in them.
"""
