"""What a litigant's machine runs: seal, keep, submit, check. No server library is needed."""
