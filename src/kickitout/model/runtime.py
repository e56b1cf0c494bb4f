"""ONNX Runtime as Kick It Out uses it: without reports to its makers, on one thread, in one order."""

import os
from typing import Any


def load() -> Any:
    """The module `onnxruntime`: a fifth of a second, so only when a kick is made.

    From version 1.29 on it tells its makers from Linux and macOS, too, what is run, unless this variable says no before
    it is loaded. Whoever sets it to something else has decided.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # on Windows the variable says nothing
    return onnxruntime


def open_session(graph: bytes) -> Any:
    """A graph, ready to run. Raises what ONNX Runtime raises; its exceptions have no base of their own."""
    runtime = load()
    options = runtime.SessionOptions()
    # One thread a call: sums are then made in one order, whatever the machine and the load.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # fatal only: failures are raised and reported once, by us
    # Not a file of its own format, whatever the bytes look like.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return runtime.InferenceSession(graph, sess_options=options, providers=["CPUExecutionProvider"])
