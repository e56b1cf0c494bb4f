"""A small prepared library of built-in kicks, made in a second, for tests of training."""

from pathlib import Path

import numpy as np

from kickitout.library.shards import encode
from kickitout.library.store import Library, content_hash
from kickitout.library.synthesis import machine_of, synthesise_kick
from kickitout.library.writer import LibraryWriter, NewKick
from kickitout.sound.kick import FULL_SCALE


def make_library(folder: Path, kicks: int = 40, validation: int = 8, siblings: int = 0) -> Library:
    """A library of `kicks` built-in kicks: the last `validation` of them are in the validation split, and `siblings`
    before them are held out as well."""
    with LibraryWriter(folder) as writer:
        for seed in range(kicks):
            audio, _ = synthesise_kick(seed)
            samples = np.rint(audio * FULL_SCALE).astype(np.int16)
            planes = encode(samples)
            facts = {
                "content_hash": content_hash(samples),
                "file": f"kick {seed}",
                "source": "builtin",
                "kit": machine_of(seed),
                "origin": "",
                "licence": "CC0-1.0",
                "licence_class": "clean",
                "gain_db": 0.0,
                "onset_shift": 0,
                "original_rate": 44_100,
                "original_channels": 2,
                "true_stereo": bool((samples[0] != samples[1]).any()),
                "length": planes.shape[2],
                "descriptors": {},
            }
            writer.add(NewKick(facts, planes, np.zeros(4, np.float32)))
        writer.flush()
        training = kicks - siblings - validation
        writer.assign(["train"] * training + ["sibling"] * siblings + ["validation"] * validation, {})
    return Library.open(folder)


SMALL = (
    "generator.channels=[8,8,8,8,8,4,4,4]",
    "discriminator.channels=[4,4,4,8,8,8,8,8]",
    "training.validation_kicks=1",
    "training.spread_kicks=4",
    "training.threads=1",
)
"""Changes to the `dcgan` preset that make a step take a tenth of a second."""

EVERYTHING = (
    *SMALL,
    "generator.attention=[16]",
    "discriminator.attention=[16]",
    "averaging.half_life=100",
    "augmentation.strength=0.2",
    "augmentation.target=0.3",
    "augmentation.speed=500",
    "loss.gradient_penalty=0.1",
    "loss.gradient_penalty_every=3",
    "loss.feature_matching=1.0",
    "loss.diversity=0.1",
    "loss.spectral=0.1",
    "loss.smoothness=1.0",
    "loss.decay_envelope=1.0",
)
"""The same with every switch on."""

KICKGAN = (
    "generator.latent_size=6",
    "generator.channels=[8,8,8,8,8]",
    "generator.attention=[44]",
    "generator.style_size=16",
    "encoder.channels=8",
    "critics.channels=[4,4,8,8]",
    "critics.parts_channels=8",
    "critics.at_once=4",
    "prior.components=4",
    "prior.ridge=0.01",
    "reconstruction.warm_samples=8",
    "energy.samples=4",
    "energy.share=0.5",
    "loss.gradient_penalty_every=2",
    "optimizer.generator_rate=0.001",
    "optimizer.critic_rate=0.001",
    "augmentation.speeds=[1.0]",
    "averaging.half_life=100",
    "training.batch_size=4",
    "training.precision=float32",
    "training.validation_kicks=2",
    "training.spread_kicks=4",
    "training.threads=1",
)
"""Changes to the `kickgan` preset that make a step take a tenth of a second: two warm ones, one of energy scores."""

WAVEGAN = (
    "generator.latent_size=6",
    "generator.channels=2",
    "critic.channels=2",
    "critic.phase_shuffle=2",
    "loss.critic_steps=2",
    "training.batch_size=4",
    "training.validation_kicks=2",
    "training.spread_kicks=4",
    "training.threads=1",
)
"""Changes to the presets `wavegan` and `specgan` that make a step take some milliseconds; every second one improves
the generator."""
