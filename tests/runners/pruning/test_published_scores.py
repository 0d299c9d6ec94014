"""Published scores, against references that are short, independent, and take their papers at their word."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from runners.laws import small_batch, small_network
from runners.pruning.scores import activation, gradient, grasp, optimal_brain_damage, snip, synflow, wanda


@pytest.fixture
def batch():
    """Inputs of five numbers, three classes."""
    generator = torch.Generator().manual_seed(3)
    return torch.randn(7, 5, generator=generator), torch.tensor([0, 2, 1, 1, 0, 2, 2])


@pytest.fixture
def mlp():
    """Two layers with a smooth bend, so that second derivatives are everywhere."""
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))


def test_optimal_brain_damage_has_the_exact_gauss_newton_diagonal(mlp, batch):
    """½ w² Σ_examples Σ_kl J_ki (diag(p) − ppᵀ)_kl J_li ÷ n, with the whole Jacobian written out."""
    inputs, _ = batch
    names = ["0.weight", "2.weight"]
    expected = {name: torch.zeros_like(mlp.get_parameter(name)) for name in names}
    for example in inputs:
        p = torch.softmax(mlp(example), dim=0).detach()
        hessian = torch.diag(p) - torch.outer(p, p)
        for name in names:
            rows = [torch.autograd.grad(mlp(example)[k], mlp.get_parameter(name))[0] for k in range(3)]
            jacobian = torch.stack(rows)  # (classes, *shape)
            expected[name] += torch.einsum("kij,kl,lij->ij", jacobian, hessian, jacobian) / len(inputs)
    found = optimal_brain_damage.scores(mlp, batch, functional.cross_entropy, None)
    for name in names:
        saliency = expected[name] * mlp.get_parameter(name).detach() ** 2 / 2
        assert torch.allclose(found[name], saliency, rtol=1e-4, atol=1e-9)


def test_optimal_brain_damage_is_the_hessian_itself_in_the_last_layer(mlp, batch):
    """There the logits are linear in the weights, so that the approximation is exact: against double backward."""
    inputs, labels = batch
    weight = mlp.get_parameter("2.weight")
    slope = torch.autograd.grad(functional.cross_entropy(mlp(inputs), labels), weight, create_graph=True)[0]
    diagonal = torch.stack(
        [torch.autograd.grad(one, weight, retain_graph=True)[0].flatten()[i] for i, one in enumerate(slope.flatten())]
    )
    found = optimal_brain_damage.scores(mlp, batch, functional.cross_entropy, None)["2.weight"]
    assert torch.allclose(found.flatten(), diagonal * weight.detach().flatten() ** 2 / 2, rtol=1e-4, atol=1e-9)


def test_grasp_is_signed_weight_times_hessian_times_gradient(mlp, batch):
    """W ⊙ Hg over all weight matrices together, H written out column by column; some are negative."""
    inputs, labels = batch
    names = ["0.weight", "2.weight"]

    def loss(first, second):
        weights = {"0.weight": first, "2.weight": second}
        return functional.cross_entropy(torch.func.functional_call(mlp, weights, (inputs,)) / 200, labels)

    at = tuple(mlp.get_parameter(name).detach() for name in names)
    slopes = torch.autograd.functional.jacobian(loss, at)
    blocks = torch.autograd.functional.hessian(loss, at)
    found = grasp.scores(mlp, batch, functional.cross_entropy, None)
    for row, name in enumerate(names):
        product = sum(torch.einsum("abcd,cd->ab", blocks[row][column], slopes[column]) for column in range(2))
        assert torch.allclose(found[name], at[row] * product, rtol=1e-3, atol=1e-12)
    assert min(float(score.min()) for score in found.values()) < 0


def test_synflow_is_conserved_from_layer_to_layer():
    """Without biases the scores of each layer add up to R (Tanaka et al. 2020, theorem 1), the sum over all paths."""
    torch.manual_seed(1)
    chain = nn.Sequential(
        nn.Linear(4, 6, bias=False), nn.ReLU(), nn.Linear(6, 5, bias=False), nn.Linear(5, 2, bias=False)
    )
    paths = torch.ones(4, dtype=torch.float64)
    for layer in (chain[0], chain[2], chain[3]):
        paths = layer.weight.detach().double().abs() @ paths
    found = synflow.scores(chain, (torch.rand(3, 4), None), None, None)
    sums = [float(score.sum()) for score in found.values()]
    assert sums == pytest.approx([float(paths.sum())] * 3, rel=1e-12)
    assert all(score.dtype == torch.float64 and (score >= 0).all() for score in found.values())


def test_synflow_looks_at_no_data_and_at_no_sign(batch):
    """Other images, or weights of other signs, change nothing."""
    network = small_network()
    images, labels = small_batch()
    first = synflow.scores(network, (images, labels), None, None)
    with torch.no_grad():
        network.hidden.weight.neg_()
    second = synflow.scores(network, (images * 7, labels), None, None)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_wanda_is_weight_times_norm_of_its_input(batch):
    """|w_ij| ‖x_j‖₂ of a linear layer (equation 1)."""
    torch.manual_seed(2)
    layer, inputs = nn.Linear(5, 3), batch[0]
    expected = torch.tensor(
        [
            [abs(float(w)) * math.sqrt(sum(float(x) ** 2 for x in inputs[:, j])) for j, w in enumerate(row)]
            for row in layer.weight.detach()
        ]
    )
    assert torch.allclose(wanda.scores(layer, batch, None, None)["weight"], expected, rtol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(4, 6, 3, stride=2, padding=1),
        nn.Conv2d(4, 6, (3, 2), padding="same", dilation=2),
        nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(4, 6, 3, groups=2),
    ],
    ids=["strided", "same", "reflected", "grouped"],
)
def test_wanda_of_a_convolution_is_that_of_the_linear_layer_on_its_patches(layer):
    """Each element of the kernel over all that it is applied to: what a convolution with that element alone reads."""
    images = torch.randn(3, 4, 7, 8, generator=torch.Generator().manual_seed(0))
    found = wanda.scores(layer, (images, None), None, None)["weight"]
    probe = torch.zeros_like(layer.weight)
    for index in ((0, 0, 0, 0), (5, 1, 2, 1), (3, 0, 1, 1)):
        probe.zero_()[index] = 1
        read = layer._conv_forward(images, probe, None)[:, index[0]]
        expected = abs(layer.weight[index].item()) * float(read.square().sum().sqrt())
        assert float(found[index]) == pytest.approx(expected, rel=1e-5)


def test_wanda_and_activation_read_the_inputs_of_pruned_layers_when_told_to(batch):
    """Attention and transposed convolutions cannot be looked into, and are named."""
    for module in (nn.MultiheadAttention(4, 2), nn.ConvTranspose2d(1, 1, 2)):
        with pytest.raises(ValueError, match=f"`0` is {type(module).__name__}"):
            wanda.scores(nn.Sequential(module), batch, None, None)


def test_activation_is_weight_times_the_norm_of_the_mean_input():
    """|w| · Σ over positions of |mean over examples|, by input channel, of the channels that a group reads."""
    layer = nn.Conv2d(4, 6, 3, groups=2)
    images = torch.randn(5, 4, 6, 6, generator=torch.Generator().manual_seed(0))
    found = activation.scores(layer, (images, None), None, None)["weight"]
    for out, channel in ((0, 0), (2, 1), (3, 0), (5, 1)):
        source = channel + (2 if out >= 3 else 0)
        norm = float(images[:, source].mean(dim=0).abs().sum())
        assert torch.allclose(found[out, channel], layer.weight[out, channel].detach().abs() * norm, rtol=1e-5)


def test_snip_is_the_gradient_score():
    """At single weights one formula; the registry takes it at initial weights."""
    network, batch = small_network(), small_batch()
    one = snip.scores(network, batch, functional.cross_entropy, None)
    other = gradient.scores(network, batch, functional.cross_entropy, None)
    assert all(torch.equal(one[name], other[name]) for name in one)
