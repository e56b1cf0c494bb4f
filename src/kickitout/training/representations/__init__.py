"""What the networks see: pairs of `encode` and `decode` between waveforms and tensors."""
