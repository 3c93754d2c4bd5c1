"""A served model as the subject of benchmarks; needs the extra `server`, the openai client."""

from aleator.benchmarks.subject import Served, Subject
from aleator.sampling.draws import AnswerSource
from aleator.sampling.served import EndpointSettings
from aleator.sampling.server import EndpointSource, probe_endpoint


def open_endpoint(settings: EndpointSettings) -> Served:
    """Reach an endpoint and see what its server does.

    Raises:
        InputError: The environment has no key.
        EndpointError: Nothing answers, or it refuses: told at once, not after many retries.
    """
    capabilities = probe_endpoint(settings)

    def answers(
        max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        return EndpointSource(
            settings,
            capabilities,
            max_new_tokens=max_new_tokens,
            system=system,
            temperature=temperature,
        )

    return Served(Subject(answers, None), settings, capabilities)
