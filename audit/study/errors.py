"""The one error of a wrong study file."""


class StudyError(Exception):
    """`audit.toml` is wrong: one line for each problem, each naming the file and its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
