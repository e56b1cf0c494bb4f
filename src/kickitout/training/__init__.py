"""The workshop: a library becomes a run, a run becomes a bundle. Needs the extra `[train]` (torch).

Training from a prepared library imports torch, NumPy, safetensors and the standard library only, so that it runs
on machines where nothing else is installed (`python -m kickitout.training`).
"""
