"""A kick, audio files, how they are read and their chunks, the spectrogram, sheets, and the sketch: the parts of a
kick. It knows no model."""
