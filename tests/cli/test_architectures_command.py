"""`audit architectures`: what networks count, as a table and as JSON."""

import json
import subprocess
import sys

import pytest

from audit.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as stop:
        main(["architectures", *words])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


def test_json_is_an_array_of_objects(capsys: pytest.CaptureFixture[str]):
    """In the order asked for, with FLOPs twice the MACs; of ResNet-18, classifier and norms are kept."""
    code, out, err = run(capsys, "resnet18", "resnet20", "--format", "json")
    assert (code, err) == (0, "")
    first, second = json.loads(out)
    kept = 1000 * 512 + 1000 + 2 * (64 + 4 * 64 + 5 * 128 + 5 * 256 + 5 * 512)
    assert {key: first[key] for key in ("name", "parameters", "macs", "flops", "prunable", "largest_compression")} == {
        "name": "resnet18",
        "parameters": 11_689_512,
        "macs": 1_814_073_344,
        "flops": 3_628_146_688,
        "prunable": 11_689_512 - kept,
        "largest_compression": 11_689_512 / kept,
    }
    assert (first["input_shape"], first["classes"], first["weights"]) == ([3, 224, 224], 1000, ["IMAGENET1K_V1"])
    assert (second["name"], second["macs"], second["weights"]) == ("resnet20", 40_551_040, [])


def test_the_table_is_for_people(capsys: pytest.CaptureFixture[str]):
    """Separators of thousands, units, and a line on each network that is named; a ratio that can be reached."""
    code, out, _ = run(capsys, "resnet50", "resnet8")
    assert code == 0
    head, first, second, *notes = out.splitlines()
    assert head.split()[:5] == ["architecture", "parameters", "MACs", "FLOPs", "prunable"]
    assert first.split()[:6] == ["resnet50", "25,557,032", "4,089,184,256", "8,178,368,512", "23,454,912", "12.15×"]
    assert second.split()[5] == "66.37×"
    assert "1 MAC = 2 FLOPs" in notes[1]
    assert "(v1.5)" in notes[2]
    assert notes[2].endswith("trained weights IMAGENET1K_V1, IMAGENET1K_V2")


def test_without_names_all_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Ours, then torchvision's; here a few of them."""
    monkeypatch.setattr("runners.architectures.from_torchvision.names", lambda: ("alexnet", "vgg11"))
    _, out, _ = run(capsys, "--format", "json")
    names = [each["name"] for each in json.loads(out)]
    assert [each for each in names if each.startswith("resnet")] == [
        f"resnet{depth}" for depth in (8, 20, 32, 44, 56, 110)
    ]
    assert names[-2:] == ["alexnet", "vgg11"]
    assert {"cifar_vgg", "lenet_300_100", "lenet5_caffe"} < set(names)


def test_an_unknown_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]):
    """One line with what may have been meant, and nothing on stdout, whatever else was named."""
    code, out, err = run(capsys, "resnet20", "vit_b16", "--format", "json")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "no architecture `vit_b16`; did you mean `vit_b_16`?" in err


def test_torchvision_is_imported_only_where_it_is_needed():
    """It takes seconds, and our own architectures need none of it."""
    program = (
        "import sys; from runners.catalogue import entry; entry('resnet20'); assert 'torchvision' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
