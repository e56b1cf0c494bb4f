"""The machine: files, workers, interrupts, randomness. It does not know what a kick is."""
