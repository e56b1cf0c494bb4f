"""Settings of a run, checked, from presets and overrides. No torch."""
