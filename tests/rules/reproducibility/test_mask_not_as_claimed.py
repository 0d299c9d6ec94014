"""REP005: stored masks that are as recorded."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from audit.case import Case
from audit.rule import Verdict
from audit.stored_masks import MaskError, count
from audit.study import Study
from tests import studies
from tests.studies import Cases, Row, Table, changed, table, to_rows, without

save_file = pytest.importorskip("safetensors.numpy").save_file

SMALL = table(methods={"mine": studies.MINE}, ratios=(2, 4), seeds=(1, 2))
COUNTED = changed(SMALL, parameters=11_000.0, parameters_prunable=10_000.0,
                  parameters_nonzero=lambda row: 1000.0 + 10_000 // row["compression_target"])  # fmt: skip


def mask(nonzero: int, elements: int = 10_000, dtype: type = np.bool_) -> dict[str, np.ndarray]:
    """A mask of one tensor that keeps its first weights."""
    return {"weights": (np.arange(elements) < nonzero).astype(dtype)}


def kept(row: Row) -> int:
    """What a network's mask should keep."""
    return int(10_000 // row["compression_target"])


def stored(columns: Table, tensors: Mapping[str, Mapping[str, np.ndarray]], layers=None) -> Case:
    """The case of a study whose directory holds masks by digest."""
    folder = Path(tempfile.mkdtemp())
    (folder / "masks").mkdir()
    for digest, each in tensors.items():
        save_file(dict(each), folder / "masks" / f"{digest}.safetensors")
    return Case(studies.results(columns, layers), Study.parse(studies.STUDY, folder / "audit.toml"))


def digests(columns: Table, **values) -> Table:
    """The table with a digest that may name a file for each network."""
    return changed(
        columns, mask=lambda row: f"digest-{row['method']}-{row['compression_target']:.0f}-{row['seed']}", **values
    )


def all_masks(columns: Table, excess: int = 0, **options) -> dict[str, dict[str, np.ndarray]]:
    """A mask for each network, that keeps more weights than it should."""
    return {row["mask"]: mask(kept(row) + excess, **options) for row in to_rows(columns)}


NAMED = digests(COUNTED)
CASES = Cases(
    sound=lambda: stored(NAMED, all_masks(NAMED)),
    faulty=lambda: stored(NAMED, all_masks(NAMED, excess=1)),
    silent=lambda: studies.case(NAMED),
    on_silence=Verdict.UNDECIDABLE,
)


def found(case: Case) -> studies.Finding:
    """What is said of the method."""
    return studies.only(case, "REP005")


def test_one_weight_too_many_is_told():
    """Both counts are shown."""
    said = found(stored(NAMED, all_masks(NAMED, excess=1)))
    assert said.observed == "2,501 nonzeros are stored, 2,500 are recorded and 3 more"
    assert said.evidence_total == 4


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.float16, np.float32, np.float64, np.int64])
def test_masks_of_any_type_are_counted(dtype: type):
    """Zeros are zeros in every type."""
    assert found(stored(NAMED, all_masks(NAMED, dtype=dtype))).verdict is Verdict.PASS


def test_weights_are_counted_as_a_whole():
    """A file of all parameters is held against all that remain; minus zero is zero."""
    weights = {
        row["mask"]: {"w": np.where(np.arange(11_000) < 1000 + kept(row), 0.5, -0.0).astype(np.float32)}
        for row in to_rows(NAMED)
    }
    assert found(stored(NAMED, weights)).verdict is Verdict.PASS


def test_layers_are_compared_by_name():
    """Tensors that bear the names of recorded layers are held against their counts, each exactly."""

    def layers(row: Row) -> tuple[int, ...]:
        return (100, 400, 500)

    right = {
        name: np.arange(whole) < some
        for name, whole, some in zip(studies.LAYERS, studies.WEIGHTS, (100, 400, 500), strict=True)
    }
    wrong = {**right, "conv2": np.arange(4000) < 399, "fc": np.arange(5000) < 501}
    assert found(stored(NAMED, {row["mask"]: right for row in to_rows(NAMED)}, layers)).verdict is Verdict.PASS
    said = found(stored(NAMED, {row["mask"]: wrong for row in to_rows(NAMED)}, layers))
    assert said.verdict is Verdict.FAIL
    assert "`conv2` holds 399 nonzeros, 400 are recorded" in said.observed


def test_what_no_score_pruned_has_no_mask():
    """Small dense networks that were trained from scratch are not asked for one."""
    scratch = changed(without(NAMED, lambda row: row["method"] == "dense"), method="scratch", score="none", mask=None)
    assert found(stored(studies.joined(NAMED, scratch), all_masks(NAMED))).verdict is Verdict.PASS


def test_a_mask_that_fits_nothing_is_open():
    """A file of another size, or a mask of some networks only, decides nothing."""
    assert found(stored(NAMED, all_masks(NAMED, elements=5_000))).verdict is Verdict.UNDECIDABLE
    some = dict(list(all_masks(NAMED).items())[:-1])
    assert found(stored(NAMED, some)).verdict is Verdict.UNDECIDABLE


@pytest.mark.parametrize("digest", ["../masks/digest", "..", "a/b/c/d/e/f", "x", "digest\n"])
def test_a_digest_leads_nowhere_else(digest: str):
    """What is no digest names no file."""
    columns = changed(NAMED, mask=digest)
    case = stored(columns, {"digest": mask(5_000)})
    assert found(case).observed == "no stored mask"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 8, b"\xff" * 64, (2).to_bytes(8, "little") + b"{}", (2).to_bytes(8, "little") + b"[]",
     (60).to_bytes(8, "little") + b'{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,99999999]}}'[:60].ljust(60),
     (64).to_bytes(8, "little") + b'{"w":{"dtype":"F32","shape":[9999999],"data_offsets":[0,4]}}'.ljust(64) + b"abcd",
     (56).to_bytes(8, "little") + b'{"w":{"dtype":"X","shape":[1],"data_offsets":[0,4]}}'.ljust(56) + b"abcd"],
)  # fmt: skip
def test_broken_files_are_open(tmp_path: Path, content: bytes):
    """A file that is none of the format is told, and decides nothing."""
    file = tmp_path / "digest.safetensors"
    file.write_bytes(content)
    if content.endswith(b"{}"):
        assert count(file) == {}
    else:
        with pytest.raises(MaskError):
            count(file)
