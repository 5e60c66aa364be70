"""The records behind the monthly figures of a branch: problems to be put right, and suggestions to be answered."""
