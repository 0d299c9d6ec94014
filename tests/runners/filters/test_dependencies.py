"""Channels go together as the network needs it, or stay; a smaller network is the dense one with channels at zero."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from runners.architectures import find
from runners.filters.dependencies import Dependencies, NotRemovableError


def sets(name: str) -> dict[str, int]:
    """The sets of channels of an architecture of the project, and how many each has."""
    architecture = find(name)
    model = architecture.build(architecture.input_shape, architecture.classes)
    return {
        each.name: each.count
        for each in Dependencies(model, architecture.input_shape, architecture.classifier).channels
    }


def test_shortcuts_that_pad_keep_their_channels():
    """Of a CIFAR ResNet the first convolution of each block alone loses filters."""
    widths = {1: 16, 2: 32, 3: 64}
    expected = {f"stage{stage}.{block}.conv1.weight": width for stage, width in widths.items() for block in range(3)}
    assert sets("resnet20") == expected


def test_all_layers_of_a_chain_but_the_classifier_lose_filters():
    """Convolutions and linear layers; the classifier keeps its outputs."""
    assert sets("lenet5_caffe") == {"conv1.weight": 20, "conv2.weight": 50, "fc1.weight": 500}
    assert sets("lenet_300_100") == {"fc1.weight": 300, "fc2.weight": 100}
    of_vgg = sets("cifar_vgg")
    assert (len(of_vgg), of_vgg["classifier.1.weight"]) == (14, 512)
    assert "classifier.5.weight" not in of_vgg


def test_projected_shortcuts_couple_the_layers_that_are_added_up():
    """The last convolution of each block, and of the shortcut, go together; the ones inside go alone."""
    model = find("resnet18").build((3, 32, 32), 10)
    found = {each.name: each.filters for each in Dependencies(model, (3, 32, 32), "fc").channels}
    assert found["layer2.0.conv1.weight"] == ("layer2.0.conv1.weight",)
    assert set(found["layer2.0.conv2.weight"]) == {
        "layer2.0.conv2.weight",
        "layer2.0.downsample.0.weight",
        "layer2.1.conv2.weight",
    }


class Grouped(nn.Module):
    """A depthwise and a grouped convolution, a concatenation, and a layer normalisation before the last layer."""

    def __init__(self):
        super().__init__()
        self.first, self.depthwise = nn.Conv2d(2, 6, 1), nn.Conv2d(6, 6, 3, groups=6)
        self.left, self.right = nn.Conv2d(6, 4, 1), nn.Conv2d(6, 8, 1)
        self.norm = nn.BatchNorm2d(12)
        self.before, self.grouped, self.after = nn.Conv2d(12, 8, 1), nn.Conv2d(8, 8, 1, groups=2), nn.Conv2d(8, 10, 1)
        self.layer_norm, self.classifier = nn.LayerNorm(10), nn.Linear(10, 3)

    def forward(self, images):
        """(examples, 2, 5, 5) → logits (examples, 3)."""
        out = self.depthwise(self.first(images).relu())
        out = self.norm(torch.cat([self.left(out), self.right(out)], dim=1)).relu()
        out = self.after(self.grouped(self.before(out)).relu())
        return self.classifier(self.layer_norm(out.mean(dim=(2, 3))))


def test_what_is_not_understood_stays():
    """Depthwise filters go with the channels that they filter; those around groups and layer normalisation stay."""
    torch.manual_seed(0)
    found = {each.name: each.filters for each in Dependencies(Grouped(), (2, 5, 5), "classifier").channels}
    assert found == {
        "first.weight": ("first.weight", "depthwise.weight"),
        "left.weight": ("left.weight",),
        "right.weight": ("right.weight",),
    }


class Mixing(nn.Module):
    """A softmax over channels: without one of them the others are no longer what they were."""

    def __init__(self):
        super().__init__()
        self.alone, self.mixed, self.classifier = nn.Linear(4, 5), nn.Linear(5, 6), nn.Linear(6, 2)

    def forward(self, inputs):
        """(examples, 4) → logits (examples, 2)."""
        return self.classifier(functional.softmax(self.mixed(self.alone(inputs).relu()), dim=1))


def test_channels_whose_removal_changes_the_rest_stay():
    """What the graph takes for channel by channel is held against the network."""
    torch.manual_seed(0)
    assert [each.name for each in Dependencies(Mixing(), (4,), "classifier").channels] == ["alone.weight"]


def test_a_network_without_removable_channels_is_refused():
    """In one line, whether it has none or none can be shown to be free."""
    mixing = nn.Sequential(nn.Linear(4, 4), nn.Softmax(dim=1), nn.Linear(4, 2))
    for model in (nn.Sequential(nn.Linear(4, 2)), mixing):
        with pytest.raises(NotRemovableError, match="no channel of it can go"):
            Dependencies(model, (4,), str(len(model) - 1))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("resnet8", (1, 8, 8)),
        ("cifar_vgg", (3, 32, 32)),
        ("lenet5_caffe", (1, 28, 28)),
        ("resnet18", (3, 32, 32)),  # sums of projected shortcuts
        ("mobilenet_v2", (3, 64, 64)),  # depthwise convolutions
        ("grouped", (2, 5, 5)),  # concatenations
    ],
)
def test_a_smaller_network_is_the_dense_one_with_its_filters_at_zero(name, shape):
    """Filters, their biases and their normalisation at zero: nothing that reads them notices, and the outputs agree."""
    torch.manual_seed(0)
    architecture = find(name)
    model = architecture.build(shape, 10) if architecture else Grouped()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    model.eval()
    dependencies = Dependencies(model, shape, architecture.classifier if architecture else "classifier")
    kept = {each.name: torch.rand(each.count) < 0.5 for each in dependencies.channels}
    for each in kept.values():
        each[0] = True
    smaller = dependencies.without(kept, model.state_dict())
    images = torch.randn(4, *shape)
    dense = model(images)
    with torch.no_grad():
        for each in dependencies.channels:
            for slot in each.slots:
                if slot.axis == 0 and "running" not in slot.tensor:  # what makes the channel, not what reads it
                    model.get_parameter(slot.tensor)[slot.places[~kept[each.name]].flatten()] = 0
    assert torch.allclose(model(images), smaller(images), atol=1e-4)
    assert not torch.allclose(dense, smaller(images), atol=1e-2)
    assert sum(p.numel() for p in smaller.parameters()) < sum(p.numel() for p in model.parameters())


def test_the_model_is_left_as_it_is(tiny_network):
    """Mode, weights and what requires a gradient; and the smaller one requires what the dense one does."""
    tiny_network.train()
    tiny_network[0].bias.requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in tiny_network.state_dict().items()}
    dependencies = Dependencies(tiny_network, (1, 2, 2), "6")
    smaller = dependencies.without({each.name: torch.arange(each.count) < 2 for each in dependencies.channels})
    assert tiny_network.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in tiny_network.state_dict().items())
    assert {name for name, weight in smaller.named_parameters() if not weight.requires_grad} == {"0.bias"}
    assert {name: tuple(weight.shape) for name, weight in smaller.named_parameters() if "weight" in name} == {
        "0.weight": (2, 1, 2, 2),
        "1.weight": (2,),
        "4.weight": (2, 2),
        "6.weight": (2, 2),
    }
