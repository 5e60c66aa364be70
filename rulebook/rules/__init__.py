"""The regulations applied: plain values in, a value or a verdict with its citations out."""
