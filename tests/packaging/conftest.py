"""The distributions of the project, built once a session."""

import sys

import pytest
from environments import ROOT, Distributions, run


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Build the project from its checkout, in isolated build environments."""
    through_sdist, direct = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("direct")
    for options in (("--outdir", str(through_sdist)), ("--wheel", "--outdir", str(direct))):
        done = run(sys.executable, "-m", "build", *options, ROOT, directory=direct)
        assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,), (direct_wheel,) = (
        through_sdist.glob("*.tar.gz"),
        through_sdist.glob("*.whl"),
        direct.glob("*.whl"),
    )
    return Distributions(sdist, wheel, direct_wheel)
