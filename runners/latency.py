"""How long a forward pass takes: a measurement of this machine at this moment, unlike everything that is counted."""

import time
from statistics import median

import torch
from torch import nn

from runners.examples import Split

BATCH_SIZE = 64
WARM_UP = 3
REPEATS, LEAST_REPEATS = 30, 5
SECONDS = 20.0  # after which no more timings are begun


@torch.no_grad()
def latencies(dense: nn.Module, pruned: nn.Module, split: Split) -> dict[str, float]:
    """Median times of a pass over 64 examples, fewer where the split has fewer, and the timings behind each.

    In evaluation mode, on one thread or the GPU; the two take turns, so that what else the machine does slows both
    alike.
    Three passes of each come before. 30 are timed, or as many as 20 seconds allow, but 5 at least.
    """
    inputs = split.fed(slice(0, BATCH_SIZE))
    networks = {"latency_dense": dense, "latency_pruned": pruned}
    modes = {name: network.training for name, network in networks.items()}
    times: dict[str, list[float]] = {name: [] for name in networks}
    started = time.perf_counter()
    for repeat in range(WARM_UP + REPEATS):
        if repeat >= WARM_UP + LEAST_REPEATS and time.perf_counter() - started > SECONDS:
            break
        for name, network in networks.items():
            begun = time.perf_counter()
            network.eval()(inputs)
            if inputs.is_cuda:
                torch.cuda.synchronize()
            if repeat >= WARM_UP:
                times[name].append(time.perf_counter() - begun)
    for name, network in networks.items():
        network.train(modes[name])
    return {**{name: median(each) for name, each in times.items()}, "latency_repeats": len(times["latency_dense"])}
