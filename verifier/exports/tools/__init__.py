"""The readers themselves: one file for each tool and format, and what belongs to that tool alone."""
