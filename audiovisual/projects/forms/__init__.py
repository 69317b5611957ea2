"""Forms of the bank: intake (officer and head), production, records, office."""
