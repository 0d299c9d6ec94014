"""What `prune` returns is taken for a network of the size asked for, or refused in one line."""

import copy
from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.prune import custom_from_mask

from runners.own_pruning import laws
from runners.own_pruning.errors import PruneError
from runners.pruning.mask import keep_largest


def smallest(model, budget, kept=None):
    """Masks of the largest magnitudes in the network."""
    weights = {name: weight for name, weight in model.named_parameters() if name in budget.layers}
    flat = torch.cat([weight.detach().abs().flatten() for weight in weights.values()])
    chosen = keep_largest({"all": flat}, {"all": budget.kept if kept is None else kept})["all"]
    parts = chosen.split([weight.numel() for weight in weights.values()])
    return {name: part.reshape(weight.shape) for (name, weight), part in zip(weights.items(), parts, strict=True)}


def magnitude(model, data, budget, generator):
    """One-shot magnitude."""
    return smallest(model, budget)


def as_zeros(model, data, budget, generator):
    """The same, returned as the model with zeros in it."""
    with torch.no_grad():
        for name, mask in smallest(model, budget).items():
            model.get_parameter(name).mul_(mask)
    return model


def trained(model, data, budget, generator):
    """Trains one epoch and keeps what is large; leaves a hook and frozen weights behind."""
    optimizer = budget.optimizer(model)
    model.train()
    for step, (inputs, labels) in enumerate(data.batches()):
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate(step)
        optimizer.zero_grad()
        cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    model.register_forward_hook(lambda module, inputs, output: output * torch.nan)
    model.requires_grad_(False)
    torch.set_grad_enabled(False)
    return {name: mask.double() for name, mask in smallest(model, budget).items()}


@pytest.fixture
def subject():
    """A method on the small network of the laws."""

    def make(prune, **more):
        return laws.Subject(prune, laws.small_network(), "classifier", laws.small_dataset(), laws.RECIPE, **more)

    return make


@pytest.mark.parametrize("prune", [magnitude, as_zeros, trained])
def test_sound_methods_obey_the_laws(prune):
    """Masks as booleans or as numbers, zeros in the model, and training on the way."""
    laws.check(prune)


def test_what_is_spent_is_counted(subject):
    """Steps of the optimiser and examples handed out; a minibatch and the validation split count as well."""
    spent = subject(trained).pruned()
    assert (spent.steps, spent.examples) == (6, 48)

    def looks(model, data, budget, generator):
        assert (len(data), data.classes, data.input_shape) == (48, 3, (1, 6, 6))
        data.minibatch()
        data.minibatch(per_class=2)
        assert sum(len(labels) for _, labels in data.validation()) == 24
        return smallest(model, budget)

    spent = subject(looks).pruned()
    assert (spent.steps, spent.examples) == (0, 8 + 6 + 24)


def test_weights_that_were_changed_are_kept(subject):
    """The network goes on from them; hooks and frozen weights are gone."""
    before = dict(laws.small_network().named_parameters())
    after = subject(trained).pruned().model
    assert not torch.equal(before["hidden.weight"], after.hidden.weight)
    assert all(weight.requires_grad for weight in after.parameters())
    assert after.eval()(torch.ones(2, 1, 6, 6)).isfinite().all()
    assert torch.is_grad_enabled()


def test_examples_may_be_changed_and_the_data_stay(subject):
    """What is handed out are copies."""

    def writes(model, data, budget, generator):
        for inputs, labels in (*data.batches(), data.minibatch(), *data.validation()):
            inputs.zero_()
            labels.zero_()
        return smallest(model, budget)

    of = subject(writes)
    before = copy.deepcopy(of.dataset)
    of.pruned()
    for name in ("train", "validation", "test"):
        assert torch.equal(getattr(before, name).inputs, getattr(of.dataset, name).inputs)
        assert torch.equal(getattr(before, name).labels, getattr(of.dataset, name).labels)


def test_what_is_asked_cannot_be_changed(subject):
    """Neither the numbers nor the layers of a budget."""

    def bargains(model, data, budget, generator):
        del budget.layers["hidden.weight"]

    with pytest.raises(PruneError, match="it raised TypeError"):
        subject(bargains).pruned()


def with_masks(change):
    """A method whose masks are changed before they are returned."""

    def prune(model, data, budget, generator):
        return change(smallest(model, budget), budget)

    return prune


def one_more(masks, budget):
    """One weight too many."""
    mask = masks["hidden.weight"]
    mask.view(-1)[int((~mask).flatten().int().argmax())] = True
    return masks


def all_of_them(masks, budget):
    """Nothing pruned."""
    return {name: torch.ones_like(mask) for name, mask in masks.items()}


def of_nan(masks, budget):
    """A mask that is no number."""
    return masks | {"hidden.weight": torch.full(masks["hidden.weight"].shape, torch.nan)}


def of_scores(masks, budget):
    """Something to rank by."""
    return masks | {"hidden.weight": masks["hidden.weight"] * 0.5}


def by_output(masks, budget):
    """One number for each output."""
    return masks | {"hidden.weight": torch.ones(12)}


def of_lists(masks, budget):
    """No tensor."""
    return masks | {"hidden.weight": [True]}


def with_classifier(masks, budget):
    """The classifier, which is spared."""
    return masks | {"classifier.weight": torch.ones(3, 12)}


def with_nonsense(masks, budget):
    """What is no parameter."""
    return masks | {"nonsense": torch.ones(1)}


def without_a_layer(masks, budget):
    """A layer short."""
    return {name: mask for name, mask in masks.items() if name != "second.weight"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (one_more, "keeps 187 of 744 weights where exactly 186 are to be kept, for a compression ratio of"),
        (all_of_them, "returned the network unpruned: 186 of 744 weights are to be kept"),
        (of_nan, "the mask of `hidden.weight` says neither kept nor pruned: 384 of its values are NaN"),
        (of_scores, "neither kept nor pruned: it has values other than 0 and 1"),
        (by_output, r"the mask of `hidden.weight` has shape \(12,\), not \(12, 32\)"),
        (of_lists, "the mask of `hidden.weight` is list, not a tensor"),
        (with_classifier, "has masks for parameters that are not pruned: `classifier.weight`"),
        (with_nonsense, "has masks for what is no parameter: `nonsense`"),
        (without_a_layer, "lacks the masks of `second.weight`"),
        (lambda masks, budget: None, "returned NoneType, neither masks by parameter name nor a model"),
        (lambda masks, budget: (masks, budget), "returned tuple, neither masks by parameter name nor a model"),
    ],
)
def test_masks_that_cannot_be_taken_are_refused(subject, change, said):
    """Wrong size, keys, shapes or values, each in one line that says what was found."""
    with pytest.raises(PruneError, match=said) as refused:
        subject(with_masks(change)).pruned()
    assert "\n" not in str(refused.value)


def raises(model, data, budget, generator):
    """Fails in code of its own."""
    return 1 / 0


def trains_too_long(model, data, budget, generator):
    """Takes an epoch more than there are, and swallows every error."""
    optimizer = budget.optimizer(model)
    for _ in range(3):
        for inputs, labels in data.batches():
            optimizer.zero_grad()
            cross_entropy(model(inputs), labels).backward()
            try:
                optimizer.step()
            except Exception:
                return smallest(model, budget)
    return smallest(model, budget)


def loses_its_numbers(model, data, budget, generator):
    """Makes a weight NaN."""
    with torch.no_grad():
        model.hidden.bias[0] = torch.nan
    return smallest(model, budget)


def reshapes_a_norm(model, data, budget, generator):
    """Changes a layer that is spared."""
    masks = smallest(model, budget)
    model.norm = nn.BatchNorm2d(4)
    return masks


def leaves_a_parametrisation(model, data, budget, generator):
    """Prunes as torch does, which renames the weights."""
    masks = smallest(model, budget)
    custom_from_mask(model.hidden, "weight", masks["hidden.weight"])
    return masks


def adds_a_buffer(model, data, budget, generator):
    """Leaves a buffer behind."""
    model.register_buffer("mine", torch.zeros(1))
    return smallest(model, budget)


def returns_it_unpruned(model, data, budget, generator):
    """Does nothing."""
    return model


def returns_a_smaller_one(model, data, budget, generator):
    """Removes filters, and the study says nothing of that."""
    return narrow(model)


def narrow(model, channels=2, hidden=4):
    """The small network with fewer filters and hidden units."""
    small = laws.small_network()
    small.first = nn.Conv2d(1, channels * 2, 3, padding=1)
    small.norm = nn.BatchNorm2d(channels * 2)
    small.second = nn.Conv2d(channels * 2, channels * 2, 3, groups=2, stride=2)
    small.hidden = nn.Linear(channels * 2 * 4, hidden)
    small.classifier = nn.Linear(hidden, 3)
    return small


@pytest.mark.parametrize(
    ("prune", "said"),
    [
        (raises, r"it raised ZeroDivisionError: division by zero \(test_returned.py, line \d+\)"),
        (trains_too_long, "takes more than the 12 optimiser steps that its training has in all"),
        (loses_its_numbers, "`hidden.bias` is not finite after it"),
        (reshapes_a_norm, r"`norm.weight` was changed from \(8,\) to \(4,\): return masks, or the smaller model"),
        (leaves_a_parametrisation, "has no parameter `hidden.weight` any more, and `hidden.weight_orig` instead"),
        (adds_a_buffer, "the model has other weights and buffers than before"),
        (returns_it_unpruned, "returned the network unpruned"),
        (returns_a_smaller_one, "returned a smaller model; the study has to say `granularity` = `filter`"),
    ],
)
def test_methods_that_go_wrong_are_refused(subject, prune, said):
    """Exceptions, too many steps, NaN, changed layers and unpruned networks, each in one line."""
    with pytest.raises(PruneError, match=said) as refused:
        subject(prune).pruned()
    assert "\n" not in str(refused.value)


def filters(model, data, budget, generator):
    """As many filters as fit into the budget."""
    for channels, hidden in ((3, 9), (3, 5), (2, 4), (1, 2)):
        small = narrow(model, channels, hidden)
        if sum(weight.numel() for weight in small.parameters()) <= budget.parameters:
            return small
    return None


def test_a_smaller_model_is_measured_by_what_is_left(subject):
    """All parameters count, and its operations are its own."""
    laws.check(filters, filters=True)
    of = subject(filters, filters=True)
    found = of.pruned(of.counts_to_keep[0])
    left = sum(weight.numel() for weight in found.model.parameters())
    total = sum(weight.numel() for weight in laws.small_network().parameters())
    assert found.columns["parameters_nonzero"] == left
    assert found.columns["compression_ratio"] == total / left
    assert found.columns["theoretical_speedup"] > 1


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda model: narrow(model, 4, 12), "returned a model of the same shapes, and a method that removes filters"),
        (lambda model: {}, "returned masks, and a method that removes filters returns the smaller model"),
        (lambda model: narrow(model, 4, 11), r"its model has \d+ parameters where at most \d+ are to be left"),
        (lambda model: narrow(model, 4, 13), r"`hidden.weight` has grown from \(12, 32\) to \(13, 32\)"),
        (lambda model: changed(model, "classifier", nn.Linear(4, 2)), "`classifier.weight` is not pruned, and was"),
        (lambda model: changed(model, "classifier", nn.Identity()), "makes .* of two examples, not"),
        (lambda model: changed(model, "hidden", nn.Linear(5, 4)), "the smaller model cannot be applied: RuntimeError"),
        (lambda model: changed(model, "bend", nn.PReLU()), "parameters that the network does not have: `bend.weight`"),
        (lambda model: nn.Sequential(OrderedDict(first=model.first)), "no module named `classifier`"),
    ],
)
def test_smaller_models_that_cannot_be_taken_are_refused(subject, made, said):
    """Too large, grown, with a pruned classifier, of other layers, or broken."""
    of = subject(lambda model, data, budget, generator: made(model), filters=True)
    with pytest.raises(PruneError, match=said):
        of.pruned()


def changed(model, name, layer):
    """The narrow network with another layer."""
    small = narrow(model)
    setattr(small, name, layer)
    return small
