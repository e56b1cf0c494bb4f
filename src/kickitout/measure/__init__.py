"""Arrays in, numbers out: descriptors, the quality gate, the embedding, the fingerprint. It reads no file."""
