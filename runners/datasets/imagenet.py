"""ImageNet (ILSVRC 2012, Russakovsky et al. 2015): 1,281,167 training and 50,000 test images of a thousand classes.

`root` is laid out as torchvision's ImageNet has it: `train/WNID/*.JPEG` and `val/WNID/*.JPEG`. The official validation
images are the test split, and 50,000 training images are the validation split. Files are identified by their names and
sizes, since hashing 150 GB would take longer than a person would wait.
"""

from pathlib import Path

from runners.datasets.reading import DatasetError, image_files
from runners.datasets.reading.stratified import sample, without
from runners.examples import Dataset, Normalisation, Split

SIZE = 224
VALIDATION = 50_000 / 1_281_167  # of the training images
NORMALISATION = Normalisation(mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225))


def load(root: Path | None, size: int | None) -> Dataset:
    """Classes are numbered in the order of their WordNet identifiers."""
    if root is None:
        raise DatasetError(
            "ImageNet has to be fetched by hand (https://image-net.org); say where its train/WNID/*.JPEG and "
            'val/WNID/*.JPEG are: [dataset.imagenet] root = "…"'
        )
    classes = image_files.class_names(root, "train")
    whole, test = (
        Split(*image_files.listed(root, part, classes, size or SIZE), NORMALISATION) for part in ("train", "val")
    )
    validation = sample(whole.labels, round(len(whole) * VALIDATION))
    return Dataset(whole.subset(without(validation, len(whole))), whole.subset(validation), test, len(classes))
