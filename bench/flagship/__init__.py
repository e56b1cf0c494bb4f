"""The sections of `bench/check_flagship.py`, each with its targets and counts.

Where no target is named, it is the real kicks' own figure or the floor's.
"""
