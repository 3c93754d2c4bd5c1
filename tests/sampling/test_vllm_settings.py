import pytest

from aleator.errors import InputError
from aleator.sampling.vllm_settings import TEMPERATURES, VllmSettings, check_temperature


@pytest.mark.parametrize(
    "name", ["model", "generation_config", "override_generation_config", "max_lora_rank"]
)
def test_what_decides_the_answers_is_not_the_users_to_set(name: str) -> None:
    with pytest.raises(InputError, match=f"engine argument {name} is set by aleator"):
        VllmSettings({"dtype": "bfloat16", name: "auto"})


def test_the_identity_has_what_decides_answers_and_not_how_much_room_there_is() -> None:
    roomy = {"tensor_parallel_size": 2, "gpu_memory_utilization": 0.8, "max_num_seqs": 64}
    assert VllmSettings(roomy).identity() == VllmSettings().identity() == "engine vllm"
    settings = VllmSettings({**roomy, "quantization": "fp8", "dtype": "bfloat16"})
    assert settings.identity() == "engine vllm dtype='bfloat16' quantization='fp8'"


def test_temperatures() -> None:
    for fine in (*TEMPERATURES, 1.0):
        check_temperature(fine)
    for wrong in (0.0, 0.001, 2.5):
        with pytest.raises(InputError, match="from 0.01 to 2, not at"):
            check_temperature(wrong)
