"""Supervision for programs: the same rows, the same services. Letters, ballots and notes of talks have no address."""
