"""A run as a folder: checkpoints, metrics, data, validation, and how it resumes."""
