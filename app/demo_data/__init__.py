"""Sample data of `beilin demo`: synthetic, written for it, nobody's chat."""
