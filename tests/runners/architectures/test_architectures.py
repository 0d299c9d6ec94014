"""Architectures of the user's own, by `module:factory`."""

import pytest

from audit.study import Study, StudyError
from runners.architectures import build, choose


def test_a_factory_of_the_users_own_is_built(tiny_study, tiny_module):
    """It is found beside the study file, and its file is part of its identity."""
    choice = choose("tiny", tiny_study(), ("run", "architectures", 0))
    assert choice.classifier == "6"
    assert len(choice.code) == 64
    assert build(choice, (1, 2, 2), 5, tiny_module.parent)[6].out_features == 5


def test_a_classifier_is_never_guessed(tiny_study):
    """Without its name nobody knows which layer precedes the softmax."""
    with pytest.raises(StudyError, match="needs `classifier`"):
        choose("tiny", tiny_study(edit={'classifier = "6"': ""}), ("run", "architectures", 0))


def test_an_unknown_architecture_is_named_with_its_line():
    """The error says what is known."""
    study = Study.parse('[run]\narchitectures = ["resnet9"]')
    with pytest.raises(StudyError, match=r"audit.toml:2: unknown architecture `resnet9`; known are resnet8"):
        choose("resnet9", study, ("run", "architectures", 0))
