"""The families `wavegan` and `specgan`: published networks on waveforms and on spectrograms, as baselines."""
