"""Our Adam is torch's, and leaves the compiler alone."""

import subprocess
import sys

import torch

from kickitout.training.run.optimizers import Adam


def trained(kind):
    torch.manual_seed(3)
    network = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 2))
    optimizer = kind(network.parameters(), 0.01, (0.5, 0.99))
    for step in range(6):
        if step == 3:  # as a run that goes on from a file
            state = optimizer.state_dict()
            optimizer = kind(network.parameters(), 0.5, (0.0, 0.9))
            optimizer.load_state_dict(state)
        network(torch.randn(4, 5)).square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        assert all(parameter.grad is None for parameter in network.parameters())
    return list(network.parameters()), optimizer.state_dict()


def test_it_is_torchs_to_the_bit():
    (ours, state), (theirs, its_state) = trained(Adam), trained(torch.optim.Adam)
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))
    assert state["param_groups"] == its_state["param_groups"]
    for number, values in state["state"].items():
        assert values.keys() == its_state["state"][number].keys()
        assert all(torch.equal(value, its_state["state"][number][name]) for name, value in values.items())


def test_a_training_loads_no_compiler():
    program = """
import sys, torch
from kickitout.training.run.optimizers import Adam
network = torch.nn.Linear(2, 2)
optimizer = Adam(network.parameters(), 0.1, (0.5, 0.9))
network(torch.ones(1, 2)).sum().backward()
optimizer.step()
optimizer.zero_grad()
optimizer.load_state_dict(optimizer.state_dict())
sys.exit("torch._dynamo" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
