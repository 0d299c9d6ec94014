"""A study's place among published techniques: what reports results where it does, and is not compared with."""

import pytest
from msgspec.structs import replace

from audit.case import Case
from audit.context import contexts
from audit.papers import Comparison, Corpus, Doubt, Paper, Result, Value
from audit.render.context_text import figures
from audit.rule import Verdict
from tests import studies
from tests.studies import case, changed, joined, only, table

DATED = "[study]\ndate = 2018-06-15\n" + studies.STUDY


def result(
    name: str, paper: str, dataset: str = "CIFAR-10", architecture: str = "ResNet-20", **values: float
) -> Result:
    """A result with exact values."""
    held = tuple(Value(quantity, value, "", "as written", value, value) for quantity, value in values.items())
    return Result(name, paper, "CIFAR-10", architecture, values=held)


CORPUS = Corpus(
    "made up",
    (
        Paper("alpha", 2017, techniques=("Alpha",)),
        Paper("beta", 2016, techniques=("Beta",)),
        Paper("gamma", 2018, 9),
        Paper("surgeon", 1993, techniques=("Optimal Brain Surgeon",)),
        Paper("han", 2015, techniques=("Learning Both Weights and Connections",), kind="magnitude"),
        Paper("aside", 2017, set_aside="timed"),
        Paper("far", 2017),
    ),
    (
        result("1", "alpha", compression_ratio=4.0, top1=0.9),
        result("2", "beta", compression_ratio=100.0, top1=0.8),
        result("3", "gamma", compression_ratio=4.0, top1=0.9),
        result("4", "surgeon", compression_ratio=3.0, top1=0.9),
        result("5", "han"),
        result("6", "aside", compression_ratio=4.0, top1=0.9),
        result("7", "far", architecture="VGG-16", compression_ratio=4.0, top1=0.9),
        replace(result("8", "far", compression_ratio=4.0, top1=0.9), reported_for="Alpha"),
    ),
    (Comparison("alpha", "surgeon"), Comparison("beta", "alpha"), Comparison("far", "surgeon")),
)


def with_corpus(columns: studies.Table, toml: str = DATED, corpus: Corpus = CORPUS) -> Case:
    """A case that is seen beside a collection."""
    return replace(case(columns, toml), corpus=corpus)


def missing(judged: Case) -> list[str]:
    """The keys of what is missing on the one pair."""
    (context,) = contexts(judged)
    return [each.paper.key for each in context.missing]


def test_what_is_missing_comes_in_order() -> None:
    """With figures at the study's ratios first, then by how many compare; what is later or set aside is not there."""
    (context,) = contexts(with_corpus(table()))
    assert [(each.paper.key, each.compared_by, bool(each.at_ratios)) for each in context.missing] == [
        ("surgeon", 2, True),
        ("alpha", 1, True),
        ("beta", 0, False),
    ]
    assert context.ratios["compression_ratio"] == pytest.approx((2.002, 32.032))
    assert [each.key for each in context.compared] == ["han"]


def test_without_plain_magnitude_its_paper_is_missing() -> None:
    """Plain magnitude pruning stands for the papers that introduced it, and nothing else does."""
    without = {name: made for name, made in studies.METHODS.items() if "magnitude" not in name}
    assert "han" in missing(with_corpus(table(without)))


@pytest.mark.parametrize("name", ["Alpha", "ALPHA", "alpha"])
def test_a_method_in_the_results_is_compared_with(name: str) -> None:
    """By the key or the technique of its paper, whatever the case."""
    columns = table({**studies.METHODS, name: {"score": "alpha"}})
    assert missing(with_corpus(columns)) == ["surgeon", "beta"]


def test_aliases_of_a_landmark_mean_its_paper() -> None:
    """OBS is Optimal Brain Surgeon."""
    assert "surgeon" not in missing(with_corpus(table({**studies.METHODS, "obs": {"score": "obs"}})))


def test_a_label_means_its_paper() -> None:
    """The label of a method counts beside its name."""
    columns = table({**studies.METHODS, "theirs": {"score": "theirs"}})
    assert "alpha" not in missing(with_corpus(columns, DATED + '[method.theirs]\nlabel = "Alpha"\n'))


def test_a_comparison_counts_where_its_figures_are() -> None:
    """Figures on another pair compare nothing here; figures that name no pair count everywhere."""
    here = '[[comparison]]\ntechnique = "Alpha"\nfigures = [{{ {}top1 = 0.9 }}]\n'
    there = 'dataset = "CIFAR-10", architecture = "VGG-16", '
    assert "alpha" in missing(with_corpus(table(), DATED + here.format(there)))
    assert "alpha" not in missing(with_corpus(table(), DATED + here.format("")))
    assert "alpha" not in missing(with_corpus(table(), DATED + here.format('dataset = "CIFAR-10", ')))
    assert "alpha" in missing(with_corpus(table(), DATED + here.format('dataset = "ImageNet", ')))
    named = 'dataset = "cifar_10", architecture = "resnet 20", '
    assert "alpha" not in missing(with_corpus(table(), DATED + here.format(named)))


def test_the_studys_own_paper_is_not_missing() -> None:
    """Nor is that of its title, nor of a method that is its own."""
    assert "alpha" not in missing(with_corpus(table(), DATED.replace("[study]\n", '[study]\ntitle = "alpha"\n')))
    columns = table({**studies.METHODS, "earlier": {"score": "x"}})
    ours = DATED + '[method.earlier]\nours = true\nlabel = "Alpha"\n'
    assert "alpha" not in missing(with_corpus(columns, ours))


def test_labels_of_a_pair_count() -> None:
    """A pair is found under the labels that the study gives it, too."""
    columns = table(dataset="ours", architecture="net")
    labels = '[dataset.ours]\nlabel = "CIFAR-10"\n[architecture.net]\nlabel = "ResNet-20"\n'
    assert missing(with_corpus(columns)) == []
    assert missing(with_corpus(columns, DATED + labels)) == ["surgeon", "alpha", "beta"]


@pytest.mark.parametrize(
    ("dataset", "architecture", "written"),
    [
        ("cifar10", "cifar_resnet_20", ("CIFAR-10", "ResNet-20")),
        ("imagenet", "resnet50", ("ILSVRC2012", "ResNet-50")),
        ("ImageNet-1k", "resnet_50", ("ImageNet", "ResNet50")),
        ("mnist", "mnist_lenet_300_100", ("MNIST", "LeNet-300-100")),
        ("mnist", "MnistNet", ("MNIST", "MNIST-Net")),
        ("imagenet", "vgg16_bn", ("ImageNet", "VGG-16")),
    ],
)
def test_a_known_network_has_many_names(dataset: str, architecture: str, written: tuple[str, str]) -> None:
    """Results of open_lth on cifar_resnet_20 are on the corpus's ResNet-20, and figures on either are compared with."""
    results = tuple(replace(each, dataset=written[0], architecture=written[1]) for each in CORPUS.results)
    corpus = replace(CORPUS, results=results)
    columns = table(dataset=dataset, architecture=architecture)
    assert missing(with_corpus(columns, corpus=corpus))[:1] == ["surgeon"]
    named = (
        f'[[comparison]]\ntechnique = "OBS"\nfigures = [{{ dataset = "{written[0]}", architecture = "{written[1]}", '
    )
    assert "surgeon" not in missing(with_corpus(columns, DATED + named + "top1 = 0.9 }]\n", corpus))


def test_an_accuracy_that_is_doubted_is_told_by_its_change() -> None:
    """A pruned accuracy that was added to an error rate is none."""
    held = result("1", "alpha", compression_ratio=4.0, top5=0.1, top5_change=-0.01, dense_top5=0.11)
    doubted = replace(held, doubts=(Doubt("dense_top5", "reads like an error"),))
    assert figures(held) == "4× smaller, Top-5 10.00\N{NO-BREAK SPACE}%"
    assert figures(doubted).startswith("4× smaller, ")
    assert "change of Top-5 −1.00 points" in figures(doubted)
    assert "10.00" not in figures(doubted)


def test_a_study_without_a_date_sees_every_paper() -> None:
    """What may be later is not left out."""
    assert "gamma" in missing(with_corpus(table(), studies.STUDY))


def test_pairs_are_apart() -> None:
    """A paper on another pair of the study is missing there."""
    found = contexts(with_corpus(joined(table(), table(architecture="vgg16"))))
    assert {each.architecture: [m.paper.key for m in each.missing] for each in found} == {
        "resnet20": ["surgeon", "alpha", "beta"],
        "vgg16": ["far"],
    }


def test_no_corpus_no_context() -> None:
    """There is nothing to look in."""
    assert contexts(case(table(), DATED)) == ()


def remedy(code: str, judged: Case) -> str:
    """What would settle a rule."""
    return only(judged, code).remedy


def test_rules_name_what_is_missing() -> None:
    """Each failing rule names what of the corpus would settle it: recent, early, by magnitude, on the pair."""
    judged = with_corpus(table({name: made for name, made in studies.METHODS.items() if "magnitude" not in name}))
    assert "pairs: `alpha` (2017, compared with by 1), `beta` (2016, never compared with), `han`" in remedy(
        "CTX002", judged
    )
    assert "`surgeon`" not in remedy("CTX002", judged)
    assert "`surgeon` (1993, compared with by 2)" in remedy("CTX003", judged)
    assert "`alpha`" not in remedy("CTX003", judged)
    assert "of the corpus, with results on the study's pairs: `han`" in remedy("CTX001", judged)
    assert "with results on this pair: `alpha`" in remedy("BAS005", judged)
    assert "corpus" not in remedy("CTX002", case(table(), DATED))


def test_the_corpus_dates_what_the_landmarks_do_not() -> None:
    """A method named as a paper of the corpus is dated by it, as if it were a landmark."""
    recent = table({**studies.METHODS, "alpha": {"score": "alpha"}})
    assert only(case(recent, DATED), "CTX002").verdict is Verdict.UNDECIDABLE
    assert only(with_corpus(recent), "CTX002").verdict is Verdict.PASS
    assert only(with_corpus(recent), "BAS005").verdict is Verdict.PASS
    early = Corpus("c", (Paper("ancient", 1988),))
    columns = table({**studies.METHODS, "ancient": {"score": "ancient"}})
    assert only(with_corpus(columns, corpus=early), "CTX003").verdict is Verdict.PASS


def test_the_corpus_knows_what_prunes_by_magnitude() -> None:
    """A comparison with a paper whose kind is magnitude is one with magnitude pruning."""
    columns = table({name: made for name, made in studies.METHODS.items() if "magnitude" not in name})
    toml = DATED + '[[comparison]]\ntechnique = "han"\nfigures = [{ top1 = 0.9 }]\n'
    assert only(case(columns, toml), "CTX001").verdict is Verdict.FAIL
    assert only(with_corpus(columns, toml), "CTX001").verdict is Verdict.DECLARED


def test_magnitude_of_filters_is_no_magnitude_of_weights() -> None:
    """Removing filters by their norm is another technique than the one that plain magnitude pruning stands for."""
    by_norm = (
        DATED + '[method.magnitude_all]\ngranularity = "filter"\n[method.magnitude_alike]\ngranularity = "filter"\n'
    )
    columns = changed(table(), lambda row: row["method"].startswith("magnitude"), granularity="filter")
    assert "han" in missing(with_corpus(columns, by_norm))
