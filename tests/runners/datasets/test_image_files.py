"""Images in directories, one for each class: ImageNet, and data sets of one's own."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from audit.study import Study, StudyError
from runners import random_crops
from runners.datasets import choose, imagenet, load
from runners.datasets.reading import DatasetError
from runners.measure import evaluate
from runners.recipe import Recipe
from runners.training import batches, train

WNIDS = ("n01440764", "n01443537", "n02099601")
ROWS = torch.tensor([5, 0, 3])


def picture(path, size, seed, mode="RGB"):
    """A smooth colour picture, so that JPEG changes it little."""
    noise = np.random.RandomState(seed).randint(0, 256, (4, 5, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).convert(mode).save(path)


@pytest.fixture
def imagenet_root(tmp_path):
    """30 training and 6 test images of three classes, of many sizes, one grey and one in print colours."""
    for number in range(30):
        wnid = WNIDS[number % 3]
        mode = {4: "L", 7: "CMYK"}.get(number, "RGB")
        name = f"{wnid}_{number}.JPEG"
        picture(tmp_path / "train" / wnid / name, (260 + 11 * number, 500 - 9 * number), number, mode)
    for number in range(6):
        name = f"ILSVRC2012_val_{number:08}.JPEG"
        picture(tmp_path / "val" / WNIDS[number % 3] / name, (300, 240 + number), 100 + number)
    return tmp_path


@pytest.fixture
def small_imagenet(imagenet_root, monkeypatch):
    """ImageNet with a tenth of the training images held out, so that 3 of 30 are."""
    monkeypatch.setattr(imagenet, "VALIDATION", 0.1)
    load.cache_clear()
    return load("imagenet", None, imagenet_root, imagenet_root)


def test_imagenet_is_split_and_its_classes_are_numbered_by_name(small_imagenet):
    """The official validation images are the test split; the held-out images are no training images."""
    parts = (small_imagenet.train, small_imagenet.validation, small_imagenet.test)
    assert [torch.bincount(part.labels).tolist() for part in parts] == [[9] * 3, [1] * 3, [2] * 3]
    train, validation, test = (part.inputs.names for part in parts)
    assert len(set(train) | set(validation)) == 30
    assert all(
        name.split("/")[1] == WNIDS[label]
        for part in parts
        for name, label in zip(part.inputs.names, part.labels, strict=True)
    )
    assert all(name.startswith("val/") for name in test)
    assert (small_imagenet.input_shape, small_imagenet.classes) == ((3, 224, 224), 3)


def test_fifty_thousand_of_imagenets_training_images_are_held_out():
    """The share is that of 50,000 in 1,281,167."""
    assert round(1_281_167 * imagenet.VALIDATION) == 50_000


def test_images_are_evaluated_as_torchvision_does(small_imagenet, imagenet_root):
    """Resize to 256, crop 224 in the middle, normalise: the same numbers, in the order that was asked for."""
    reference = v2.Compose(
        [
            v2.Resize(256),
            v2.CenterCrop(224),
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(imagenet.NORMALISATION.mean, imagenet.NORMALISATION.deviation),
        ]
    )
    names = [small_imagenet.train.inputs.names[row] for row in ROWS]
    expected = torch.stack([reference(Image.open(imagenet_root / name).convert("RGB")) for name in names])
    assert torch.allclose(small_imagenet.train.fed(ROWS), expected, atol=1e-5)


def test_random_crops_are_taken_from_the_whole_image(small_imagenet, imagenet_root):
    """Torchvision's resized crop of the decoded file, at the place that the numbers say."""
    numbers = random_crops.draw(3, torch.Generator().manual_seed(0))
    found = small_imagenet.train.inputs.cropped(ROWS, numbers)
    for image, row, each in zip(found, ROWS, numbers.tolist(), strict=True):
        whole = Image.open(imagenet_root / small_imagenet.train.inputs.names[row]).convert("RGB")
        top, left, height, width, mirrored = random_crops.crop(each, whole.height, whole.width)
        part = functional.resized_crop(whole, top, left, height, width, [224, 224], antialias=True)
        part = functional.horizontal_flip(part) if mirrored else part
        assert torch.equal(image, functional.pil_to_tensor(part))


def test_training_gives_the_same_bits_however_many_threads_decode(small_imagenet, monkeypatch):
    """Numbers are drawn before images are decoded."""
    from concurrent.futures import ThreadPoolExecutor

    from runners.datasets.reading import image_files

    def trained(threads):
        with ThreadPoolExecutor(threads) as pool:
            monkeypatch.setattr(image_files, "_threads", lambda: pool)
            torch.manual_seed(0)
            network = torch.nn.Sequential(torch.nn.AvgPool2d(32), torch.nn.Flatten(), torch.nn.Linear(147, 3))
            plan = Recipe(
                epochs=2, batch_size=8, optimizer="sgd", learning_rate=0.1, augmentation="random_resized_crop_flip"
            )
            curves = train(network, small_imagenet, plan, 1, "finetune", {}).curves
            return network[2].weight, curves, evaluate(network, small_imagenet.test)

    (weight, *alone), (same, *together) = trained(1), trained(5)
    assert torch.equal(weight, same)
    assert alone == together


def test_batches_of_files_are_those_of_their_rows(small_imagenet):
    """Looking one batch ahead changes neither order nor content."""
    order = torch.randperm(27, generator=torch.Generator().manual_seed(3))
    found = list(batches(small_imagenet.train, 9, torch.Generator().manual_seed(3)))
    assert torch.equal(torch.cat([labels for _, labels in found]), small_imagenet.train.labels[order])
    assert torch.equal(found[1][0], small_imagenet.train.fed(order[9:18]))


def test_names_and_sizes_of_the_files_are_the_identity(small_imagenet, imagenet_root):
    """One more byte, another resolution, or fewer images: each is another data set."""
    load.cache_clear()
    same = load("imagenet", None, imagenet_root, imagenet_root).digest
    smaller = load("half", None, imagenet_root, imagenet_root, "imagenet", 112)
    fewer = load("few", None, imagenet_root, imagenet_root, "imagenet", None, 6)
    with (imagenet_root / small_imagenet.train.inputs.names[0]).open("ab") as file:
        file.write(b"\0")
    load.cache_clear()
    changed = load("imagenet", None, imagenet_root, imagenet_root).digest
    assert same == small_imagenet.digest
    assert len({same, smaller.digest, fewer.digest, changed}) == 4
    assert smaller.train.fed(ROWS).shape == (3, 3, 112, 112)
    assert torch.bincount(fewer.train.labels).tolist() == [2, 2, 2]


def test_imagenet_needs_a_root():
    """It cannot be downloaded; the line says where it is from and what to write."""
    with pytest.raises(StudyError, match=r'image-net.org.*\[dataset.imagenet\] root = "…"'):
        choose("imagenet", Study.parse('[run]\ndatasets = ["imagenet"]'), ("run", "datasets", 0))


def test_a_broken_image_is_named(small_imagenet, imagenet_root):
    """The file, when it is its turn."""
    path = imagenet_root / small_imagenet.train.inputs.names[3]
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DatasetError, match=f"{path.name}: cannot be decoded"):
        small_imagenet.train.fed(ROWS)


@pytest.fixture
def folders(tmp_path):
    """Two classes of 12 × 10 pictures: 20 to train on, 4 to test."""
    for number in range(20):
        picture(tmp_path / "data" / "train" / ["cats", "dogs"][number % 2] / f"{number:02}.png", (10, 12), number)
    for number in range(4):
        picture(tmp_path / "data" / "test" / ["cats", "dogs"][number % 2] / f"{number}.png", (10, 12), 50 + number)
    return tmp_path / "data"


def chosen(folders, more=""):
    """What a study file beside the directory makes of it."""
    path = folders.parent / "study.toml"
    path.write_text(f'[run]\ndatasets = ["pets"]\n[dataset.pets]\nbase = "image_folder"\nroot = "data"\n{more}')
    load.cache_clear()
    choice = choose("pets", Study.read(path), ("run", "datasets", 0))
    return choice, load("pets", None, folders, folders.parent, choice.base, choice.size, choice.limit)


def test_a_directory_of_pictures_is_a_data_set(folders):
    """Decoded once, a tenth held out, and fed with the mean and the deviation of its training images."""
    choice, dataset = chosen(folders)
    assert choice.digest == dataset.digest
    assert dataset.resolution == "12 × 10, 3 channels"
    assert [torch.bincount(part.labels).tolist() for part in (dataset.train, dataset.validation)] == [[9, 9], [1, 1]]
    fed = dataset.train.fed(slice(None))
    assert torch.allclose(fed.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-5)
    assert torch.allclose(fed.std(dim=(0, 2, 3), correction=0), torch.ones(3), atol=1e-5)
    first = np.array(Image.open(folders / "test" / "cats" / "0.png"))
    assert torch.equal(dataset.test.inputs[0], torch.from_numpy(first).movedim(-1, 0))


def test_a_validation_directory_is_the_validation_split(folders):
    """Then nothing is held out of the training images."""
    picture(folders / "validation" / "dogs" / "a.png", (10, 12), 99)
    _, dataset = chosen(folders)
    assert (len(dataset.train), dataset.validation.labels.tolist()) == (20, [1])


def test_pictures_of_several_sizes_need_a_size(folders):
    """The error names two of them; with `size` they are decoded batch by batch."""
    picture(folders / "train" / "cats" / "zz.png", (30, 20), 7)
    with pytest.raises(StudyError, match=r"zz.png: has 20 × 30 pixels and .* has 12 × 10; .*`size`"):
        chosen(folders)
    _, dataset = chosen(folders, "size = 8\nlimit = 10\n")
    assert not dataset.train.in_memory
    assert dataset.train.fed(torch.arange(10)).shape == (10, 3, 8, 8)


def test_a_set_too_large_for_memory_needs_a_size(folders, monkeypatch):
    """How large it may be is the same on every machine, since it decides how images are fed."""
    monkeypatch.setattr("runners.datasets.image_folder.LARGEST", 24 * 12 * 10 * 3)
    chosen(folders)
    monkeypatch.setattr("runners.datasets.image_folder.LARGEST", 24 * 12 * 10 * 3 - 1)
    with pytest.raises(StudyError, match="24 images of 12 × 10 pixels take more"):
        chosen(folders)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "test").rename(root / "tests"), "test: cannot be read: No such file or directory"),
        (lambda root: (root / "test" / "birds").mkdir(), "birds: is a class that the training images do not have"),
        (lambda root: (root / "train" / "cats" / "00.png").write_bytes(b"no picture"), "00.png: cannot be decoded"),
    ],
)
def test_what_is_wrong_with_a_directory_is_said_in_one_line(folders, spoil, said):
    """The file or directory, and what was expected."""
    spoil(folders)
    with pytest.raises(StudyError, match=said) as caught:
        chosen(folders)
    (line,) = caught.value.problems
    assert line.startswith(f"{folders.parent / 'study.toml'}:4: ")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[dataset.pets]\nbase = "folder"', ":2: .*unknown base `folder`"),
        ('[dataset.pets]\nfactory = "a:b"\nsize = 3', ":3: .*`size` is not for a `factory`"),
        ("[dataset.digits]\nlimit = 3", ':2: .*makes it another data set; .*`base = "digits"`'),
        ('[dataset.mnist]\nbase = "digits"', ":2: .*`mnist` is a data set already"),
        ('[dataset.pets]\nbase = "image_folder"', ":2: .*needs `root`"),
        ('[dataset.pets]\nbase = "digits"\nlimit = 5000', ":2: .*5000 examples are asked for, and there are 1079"),
        ('[dataset.pets]\nbase = "digits"\nsize = 9', ":2: .*`size` does not apply"),
    ],
)
def test_what_cannot_be_derived_is_refused_with_its_line(table, said):
    """A data set that is another one has another name."""
    name = table.split("]")[0].rpartition(".")[2]
    study = Study.parse(f"{table}\n[run]\ndatasets = ['{name}']")
    with pytest.raises(StudyError, match=said):
        choose(name, study, ("run", "datasets", 0))


def test_a_derived_set_takes_the_root_of_its_base(tmp_path):
    """The files are declared once."""
    from runners.datasets import root

    study = Study.parse('[dataset.imagenet]\nroot = "/data"\n[dataset.half]\nbase = "imagenet"\nsize = 112\n')
    assert root("half", study) == root("imagenet", study) == Path("/data")
