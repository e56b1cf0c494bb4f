"""The stages of the flagship's training, in their order: warm start, energy scores, prior, and optionally critics."""
