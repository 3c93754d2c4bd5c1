"""Language models: load them, adapt them, and ask them about a whole tree of answers at once."""

import logging

# PEFT imports bitsandbytes where it is installed, which then warns on some CPUs that it has no
# kernel for a layout that is never used here (`quantisation.check_rounded`).
logging.getLogger("bitsandbytes.backends.cpu.ops").addFilter(
    lambda record: "gemm_4bit_forward" not in record.getMessage()
)
