"""The words for devices, known without torch."""

import re

CPU, CUDA = "cpu", "cuda"
WORDS = "cpu, cuda (all GPUs, one for each worker) or cuda:N"


def is_device(word: str) -> bool:
    """Whether it is one of WORDS."""
    return re.fullmatch(r"cpu|cuda(:[0-9]{1,4})?", word) is not None
