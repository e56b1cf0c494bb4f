"""Arrays in, numbers out: descriptors, the quality gate, taste, the embedding, the fingerprint. It reads no file."""
