import psutil
import torch

from aleator.doctor.free_memory import free_bytes


def test_free_memory_is_part_of_what_the_machine_has() -> None:
    assert 0 < free_bytes(torch.device("cpu")) <= psutil.virtual_memory().total
