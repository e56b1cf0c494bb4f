"""Phase shuffle moves maps in time, and nothing else."""

import pytest
import torch

from kickitout.training.blocks.phase_shuffle import phase_shuffle, shifts_of


@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_phase_shuffle_moves_frames_and_reflects_the_edge(shift):
    frames = torch.arange(8.0)[None, None, :, None].expand(1, 3, 8, 2)
    moved = phase_shuffle(frames, shift)[0, 0, :, 0]
    expected = [abs(index - shift) if index - shift < 8 else 14 - (index - shift) for index in range(8)]
    assert moved.tolist() == expected


@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_phase_shuffle_of_a_sound_is_that_of_an_image_of_one_bin(shift):
    sound = torch.randn(2, 3, 11, generator=torch.Generator().manual_seed(0))
    assert torch.equal(phase_shuffle(sound, shift), phase_shuffle(sound[..., None], shift)[..., 0])


def test_shifts_take_each_value_equally_often():
    shifts = shifts_of(list(range(50)), 2)
    assert {shift: shifts.count(shift) for shift in set(shifts)} == {-2: 10, -1: 10, 0: 10, 1: 10, 2: 10}
    assert shifts_of([7, 8, 9], 0) == [0, 0, 0]
