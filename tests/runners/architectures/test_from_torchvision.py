"""torchvision's classification models: every one of its registry, against torchvision's own metadata."""

from functools import partial

import pytest
import torch
from torch import nn
from torchvision import models

from runners.architectures import find, from_torchvision, known
from runners.architectures.weightless import weightless
from runners.catalogue import entry
from runners.measure import dense_size
from runners.pruning.prunable import prunable_parameters

NAMES = from_torchvision.names()
COUNTED = (
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "maxvit_t"),
    *("mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "regnet_y_400mf", "resnet50", "resnext50_32x4d"),
    *("shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "swin_v2_t", "vgg16", "vit_b_16"),
)
# of several dimensions: embeddings, the scales of ConvNeXt's layers, and the temperatures of Swin v2's attention
NO_WEIGHTS_OF_LAYERS = ("class_token", "pos_embedding", "relative_position_bias_table", "layer_scale", "logit_scale")
# `num_params` of its weights counts an auxiliary classifier, which is built here without: 768 → 128 → 768 → 1000
AUXILIARY = {"inception_v3": 768 * 128 + 2 * 128 + 128 * 768 * 25 + 2 * 768 + 768 * 1000 + 1000}


def test_every_classification_model_is_known_and_no_name_is_ours():
    """A torchvision that brings a new family makes this fail; nothing else is guessed."""
    assert list(NAMES) == models.list_models(module=models)
    assert not set(NAMES) & set(known())


def test_a_model_of_each_family_is_counted():
    """The others have the same layers, in other numbers and widths."""
    modules = {models.get_model_builder(name).__module__.rpartition(".")[2] for name in COUNTED}
    assert modules == set(from_torchvision.FAMILIES)


@pytest.mark.parametrize("name", COUNTED)
def test_counts_are_those_of_torchvision(name):
    """Parameters exactly, MACs to the rounding of `_ops` (millions), and every layer has its share.

    The classifier is the last layer, and what no weight does is attention alone.
    """
    architecture = find(name)
    model = weightless(partial(architecture.build, architecture.input_shape, architecture.classes))
    size = dense_size(model, architecture.input_shape, architecture.classifier, include_classifier=True)
    published = models.get_model_weights(name).DEFAULT.meta
    assert size.parameters == published["num_params"] - AUXILIARY.get(name, 0)
    assert size.macs / 1e9 == pytest.approx(published["_ops"], abs=0.00051)
    assert all(layer.macs for layer in size.layers)
    assert size.layers[-1].name == f"{architecture.classifier}.weight"
    attends = any("attention" in type(module).__name__.lower() for module in model.modules())
    assert (size.macs > sum(layer.macs for layer in size.layers)) == attends


@pytest.mark.parametrize("name", NAMES)
def test_all_matrices_but_the_classifier_are_prunable(name):
    """The classifier has an output for each class; embeddings, biases, normalisation and scales are not pruned."""
    architecture = find(name)
    model = weightless(partial(architecture.build, architecture.input_shape, 1003))
    classifier = f"{architecture.classifier}.weight"
    matrices = {key: tensor.shape for key, tensor in model.named_parameters() if tensor.dim() > 1}
    assert [key for key, shape in matrices.items() if shape[0] == 1003] == [classifier]
    expected = {key for key in matrices if key != classifier and not key.endswith(NO_WEIGHTS_OF_LAYERS)}
    assert set(prunable_parameters(model, architecture.classifier)) == expected


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("resnet18", 11_689_512, 1_814_073_344),
        ("resnet50", 25_557_032, 4_089_184_256),
        ("vgg16", 138_357_544, 15_470_264_320),
    ],
)
def test_counts_are_the_published_ones(name, parameters, macs):
    """The figures that the literature agrees on, to the last digit."""
    size = entry(name).size
    assert (size.parameters, size.macs) == (parameters, macs)


def test_layers_of_attention_are_counted_by_hand():
    """ViT-B/16: 197 tokens of 768 numbers, each projected to three times as many, and back; no attention in between."""
    layers = {layer.name: layer.macs for layer in entry("vit_b_16").size.layers}
    block = "encoder.layers.encoder_layer_3"
    assert layers["conv_proj.weight"] == 14 * 14 * (3 * 16 * 16) * 768
    assert layers[f"{block}.self_attention.in_proj_weight"] == 197 * 768 * 3 * 768
    assert layers[f"{block}.self_attention.out_proj.weight"] == 197 * 768 * 768
    assert layers[f"{block}.mlp.0.weight"] == layers[f"{block}.mlp.3.weight"] == 197 * 768 * 3072
    assert entry("vit_b_16").size.macs == sum(layers.values()) + 12 * 2 * 197 * 197 * 768 + 768 * 1000


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnext50_32x4d", "swin_t", "efficientnet_b0"])
def test_layers_agree_with_a_count_by_their_shapes(name):
    """A real forward with hooks: outputs × weights of one output, groups included.

    Swin hands the weights of two of its layers to a function instead of calling them, on padded windows of 7 × 7.
    """
    architecture = find(name)
    model = architecture.build((3, 64, 64), 10).eval()
    counted: dict[str, int] = {}

    def hook(key, module, inputs, output):
        outputs = output[0].numel() if isinstance(module, nn.Conv2d) else output.numel()
        counted[f"{key}.weight"] = outputs * module.weight[0].numel()

    for key, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear) and key != architecture.classifier:
            module.register_forward_hook(partial(hook, key))
    with torch.no_grad():
        model(torch.zeros(1, 3, 64, 64))
    layers = {layer.name: layer.macs for layer in dense_size(model, (3, 64, 64), architecture.classifier).layers}
    by_function = (".attn.qkv.weight", ".attn.proj.weight")
    assert counted == {key: macs for key, macs in layers.items() if not key.endswith(by_function)}
    if name == "swin_t":
        padded = {1: 21, 3: 14, 5: 7, 7: 7}  # 16, 8, 4 and 2 places to a side, in whole windows
        for stage, side in padded.items():
            width = 96 * 2 ** ((stage - 1) // 2)
            assert layers[f"features.{stage}.0.attn.qkv.weight"] == side * side * width * 3 * width
            assert layers[f"features.{stage}.0.attn.proj.weight"] == side * side * width * width


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_there_are_no_auxiliary_classifiers(name):
    """In training, too, one tensor of logits comes out."""
    model = weightless(partial(find(name).build, (3, 96, 96), 10)).train()
    assert model(torch.empty(2, 3, 96, 96, device="meta")).shape == (2, 10)


@pytest.mark.parametrize("name", ["resnet18", "vgg11", "mobilenet_v2", "vit_b_32", "swin_t", "convnext_tiny"])
def test_other_classes_and_sizes_are_built(name):
    """Transformers too are made for the size of the images."""
    model = weightless(partial(find(name).build, (3, 64, 64), 7)).eval()
    assert model(torch.empty(2, 3, 64, 64, device="meta")).shape == (2, 7)


@pytest.mark.parametrize(
    ("name", "shape", "reason"),
    [
        ("resnet50", (1, 28, 28), "resnet50 takes images of 3 channels, not 1"),
        ("resnet50", (64,), "takes images"),
        ("inception_v3", (3, 32, 32), "takes images of 75 × 75 or more, not 32 × 32"),
        ("vit_b_16", (3, 32, 48), "cannot take images of 32 × 48: they must be square"),
        ("vit_b_16", (3, 40, 40), "cannot take images of 40 × 40: Input shape indivisible by patch size"),
        ("maxvit_t", (3, 32, 32), "cannot take images of 32 × 32: Input size .* not divisible"),
    ],
)
def test_shapes_that_make_no_sense_are_refused(name, shape, reason):
    """In one line."""
    with pytest.raises(ValueError, match=reason) as refusal:
        find(name).build(shape, 10)
    assert "\n" not in str(refusal.value)


def test_a_classifier_is_never_guessed(monkeypatch):
    """A family that is not known is an error, and is not listed."""
    monkeypatch.delitem(from_torchvision.FAMILIES, "alexnet")
    assert "alexnet" not in from_torchvision.names()
    with pytest.raises(ValueError, match="not known which module of torchvision's `alexnet` precedes the softmax"):
        find("alexnet")


def test_weights_are_named_as_torchvision_does():
    """Two trainings of one network are kept apart; `DEFAULT` is no name, since it changes."""
    assert from_torchvision.weight_names("resnet50") == ("IMAGENET1K_V1", "IMAGENET1K_V2")
    assert from_torchvision.weight_names("resnet20") == ()
    first, second = (from_torchvision.weights_url("resnet50", f"IMAGENET1K_V{version}") for version in (1, 2))
    assert first != second


def test_only_bottlenecks_are_said_to_be_v1_5():
    """Torchvision's stride in a bottleneck is in the 3 × 3 convolution."""
    block = weightless(partial(find("resnet50").build, (3, 224, 224), 10)).layer2[0]
    assert (block.conv1.stride, block.conv2.stride) == ((1, 1), (2, 2))
    said = {name: "v1.5" in find(name).description for name in ("resnet18", "resnet34", "resnet50", "resnext50_32x4d")}
    assert said == {"resnet18": False, "resnet34": False, "resnet50": True, "resnext50_32x4d": True}
