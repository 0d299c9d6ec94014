"""What pruning starts from: networks that were trained elsewhere stand in for pretraining."""

import pytest
import torch
from safetensors.torch import save_file

from audit import check
from audit.study import StudyError
from audit.study.own_code import load
from runners.conduct import conduct
from runners.plan import plan
from runners.spec import read_spec

WITH_WEIGHTS = {'classifier = "6"': 'classifier = "6"\nweights = "mine.safetensors"'}


@pytest.fixture
def weights(tiny_module):
    """The file of a tiny network's weights beside the study, as the study's own code makes it."""
    torch.manual_seed(9)
    network = load(f"{tiny_module.stem}:network", tiny_module.parent)(2)
    path = tiny_module.parent / "mine.safetensors"
    save_file(network.state_dict(), path)
    yield path
    path.unlink()


def test_weights_from_elsewhere_are_what_is_pruned(tiny_study, weights, silent, tmp_path):
    """Nothing is pretrained; all seeds share one checkpoint, and the audit says so."""
    study = tiny_study(edit=WITH_WEIGHTS)
    summary = conduct(study, tmp_path, silent, workers=1)
    assert (summary.trained, summary.failures) == (6, ())
    cells = check(tmp_path).cells
    assert {cell.condition for cell in cells} == {"conditional on this checkpoint"}
    assert all("steps_pretraining" not in cell.metrics for cell in cells)


def test_other_weights_make_other_networks(tiny_study, weights):
    """Their content is part of the identity, and so is that there are any."""

    def digests(**study):
        spelled = tiny_study(**study)
        return {run.digest for run in plan(read_spec(spelled), spelled)}

    without, first = digests(), digests(edit=WITH_WEIGHTS)
    save_file({"0.weight": torch.zeros(8, 1, 2, 2)}, weights)
    assert not (without & first or first & digests(edit=WITH_WEIGHTS))


def test_weights_that_do_not_fit_fail_what_depends_on_them(tiny_study, weights, silent, tmp_path):
    """Each network has the reason: the first name or shape that is wrong."""
    save_file({"0.weight": torch.zeros(8, 1, 2, 2)}, weights)
    summary = conduct(tiny_study(edit=WITH_WEIGHTS), tmp_path, silent, workers=1)
    assert len(summary.failures) == 6
    assert all("0.bias" in reason for _, reason in summary.failures)


def test_methods_that_need_the_pretraining_cannot_have_weights_from_elsewhere(tiny_study, weights):
    """What those were trained from is not known."""
    study = tiny_study(edit={**WITH_WEIGHTS, '"global_magnitude", ': '"snip", '})
    with pytest.raises(StudyError, match="`snip` starts from what the pretraining starts from"):
        plan(read_spec(study), study)
