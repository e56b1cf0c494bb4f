"""What a producer plays: seeds, requests, recipes, variations, styles, files out. No torch, no SciPy."""
