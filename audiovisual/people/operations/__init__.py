"""Everything that writes about people, by noun."""
