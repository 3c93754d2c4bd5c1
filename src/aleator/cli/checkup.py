"""The doctor's quick checks, which `train` and `eval` run by themselves."""

from aleator.cli.console import report_problem
from aleator.doctor.examination import examine_quickly
from aleator.doctor.findings import failures
from aleator.doctor.patient import Patient
from aleator.models.loading import LoadedModel


def warn_of_failures(loaded: LoadedModel) -> None:
    """Tell on stderr what fails, a line each; nothing where all is well."""
    wrong = failures(examine_quickly(Patient.admit(loaded)))
    for line in wrong:
        report_problem(f"warning: {line.sentence()}")
    if wrong:
        report_problem(f"warning: see `aleator doctor {loaded.name}` before trusting the figures")
