"""Damaged and malicious inputs against everything that reads what others wrote: `make fuzz MINUTES=10`.

    python -m fuzz --minutes 10                      all targets, the time divided among them
    python -m fuzz --minutes 5 --targets readers,page --seed 7
    python -m fuzz --replay finds/readers/NAME.bin   one input again, with its traceback
    python -m fuzz --corpus                          all inputs that once did harm: part of the normal tests

    targets/     what is fed, one module each: its seeds, its own mutations, and what it does with an input
    mutation.py  damage to bytes and chunks; structure.py: to JSON, TOML and tables
    rules.py     what counts as a find
    child.py     the process that runs inputs, which may die of them
    hunt.py      the process that watches it: time, memory, its death; finds on the disk
    corpus/      small inputs that were finds once, in a folder for each target

An input is bytes, whatever the target: a file, a JSON list of arguments, or a `Parcel` of changes to a folder of files.
"""
