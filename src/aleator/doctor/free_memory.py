"""How much memory a device has left.

psutil, on which accelerate and peft rest, tells the machine's. A container's limit below that is
not seen.
"""

import psutil
import torch


def free_bytes(device: torch.device) -> int:
    """What may still be taken on a device: torch's own unused cache counts as free."""
    if device.type != "cuda":
        return int(psutil.virtual_memory().available)
    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return torch.cuda.mem_get_info(device)[0] + unused
