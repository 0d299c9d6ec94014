"""Publications that studies often cite: of methods, architectures and data sets, under keys of surname, year, word.

A study names a publication in words (`Han et al. 2015, Learning both Weights and Connections …`). It is one of these
where the first author's surname and the beginning of the title agree.

Titles, authors, venues, volumes and pages are those of the proceedings, as authors' own BibTeX and the corpus of
Blalock et al. 2020 give them. A paper is cited at its conference, not at its preprint, and dated by that conference,
not by when its proceedings were printed. Pages that no source gave are left out.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from audit.report import Reference

_TEXT = re.compile(r"(?P<authors>[^\d]+?),? \(?(?P<year>(?:19|20)\d\d)\)?[,.:]? *(?P<title>.*)", re.DOTALL)
_SMALL = {"a", "an", "the", "on", "to", "what", "is", "of", "in"}
_BEGINNING = 16  # letters of a title that tell it from others by the same author


def _paper(key: str, authors: str, title: str, year: int, where: str, **more: str) -> Reference:
    kind = "article" if "journal" in more else "inproceedings"
    place = {"journal": more.pop("journal")} if kind == "article" else {"booktitle": where}
    return Reference(key, kind, {"author": authors, "title": title, **place, "year": str(year), **more})


def _preprint(key: str, authors: str, title: str, year: int, number: str) -> Reference:
    return _paper(key, authors, title, year, "", journal=f"arXiv preprint arXiv:{number}")


_NIPS, _ICLR, _ICML, _CVPR = (
    "Advances in Neural Information Processing Systems",
    "International Conference on Learning Representations",
    "International Conference on Machine Learning",
    "IEEE/CVF Conference on Computer Vision and Pattern Recognition",
)
STATE = "blalock2020state"
KNOWN: tuple[Reference, ...] = (
    _paper(
        STATE,
        "Blalock, Davis and Gonzalez Ortiz, Jose Javier and Frankle, Jonathan and Guttag, John",
        "What is the State of Neural Network Pruning?",
        2020,
        "Proceedings of Machine Learning and Systems",
        volume="2",
        pages="129--146",
    ),
    _paper(
        "han2015learning",
        "Han, Song and Pool, Jeff and Tran, John and Dally, William J.",
        "Learning both Weights and Connections for Efficient Neural Network",
        2015,
        _NIPS,
        volume="28",
        pages="1135--1143",
    ),
    _paper(
        "lecun1989optimal",
        "LeCun, Yann and Denker, John S. and Solla, Sara A.",
        "Optimal Brain Damage",
        1989,
        _NIPS,
        volume="2",
        pages="598--605",
    ),
    _paper(
        "lee2019snip",
        "Lee, Namhoon and Ajanthan, Thalaiyasingam and Torr, Philip H. S.",
        "SNIP: Single-shot Network Pruning based on Connection Sensitivity",
        2019,
        _ICLR,
    ),
    _paper(
        "wang2020picking",
        "Wang, Chaoqi and Zhang, Guodong and Grosse, Roger",
        "Picking Winning Tickets Before Training by Preserving Gradient Flow",
        2020,
        _ICLR,
    ),
    _paper(
        "tanaka2020pruning",
        "Tanaka, Hidenori and Kunin, Daniel and Yamins, Daniel L. K. and Ganguli, Surya",
        "Pruning Neural Networks without Any Data by Iteratively Conserving Synaptic Flow",
        2020,
        _NIPS,
        volume="33",
    ),
    _paper(
        "evci2020rigging",
        "Evci, Utku and Gale, Trevor and Menick, Jacob and Castro, Pablo Samuel and Elsen, Erich",
        "Rigging the Lottery: Making All Tickets Winners",
        2020,
        _ICML,
        pages="2943--2952",
    ),
    _paper(
        "lee2021layer",
        "Lee, Jaeho and Park, Sejun and Mo, Sangwoo and Ahn, Sungsoo and Shin, Jinwoo",
        "Layer-adaptive Sparsity for the Magnitude-based Pruning",
        2021,
        _ICLR,
    ),
    _paper(
        "sun2024simple",
        "Sun, Mingjie and Liu, Zhuang and Bair, Anna and Kolter, J. Zico",
        "A Simple and Effective Pruning Approach for Large Language Models",
        2024,
        _ICLR,
    ),
    _paper(
        "li2017pruning",
        "Li, Hao and Kadav, Asim and Durdanovic, Igor and Samet, Hanan and Graf, Hans Peter",
        "Pruning Filters for Efficient ConvNets",
        2017,
        _ICLR,
    ),
    _paper(
        "molchanov2017pruning",
        "Molchanov, Pavlo and Tyree, Stephen and Karras, Tero and Aila, Timo and Kautz, Jan",
        "Pruning Convolutional Neural Networks for Resource Efficient Inference",
        2017,
        _ICLR,
    ),
    _paper(
        "mittal2018recovering",
        "Mittal, Deepak and Bhardwaj, Shweta and Khapra, Mitesh M. and Ravindran, Balaraman",
        "Recovering from Random Pruning: On the Plasticity of Deep Convolutional Neural Networks",
        2018,
        "IEEE Winter Conference on Applications of Computer Vision",
    ),
    _paper(
        "molchanov2019importance",
        "Molchanov, Pavlo and Mallya, Arun and Tyree, Stephen and Frosio, Iuri and Kautz, Jan",
        "Importance Estimation for Neural Network Pruning",
        2019,
        _CVPR,
        pages="11264--11272",
    ),
    _preprint(
        "zhu2017prune",
        "Zhu, Michael and Gupta, Suyog",
        "To Prune, or Not to Prune: Exploring the Efficacy of Pruning for Model Compression",
        2017,
        "1710.01878",
    ),
    _paper(
        "frankle2020linear",
        "Frankle, Jonathan and Dziugaite, Gintare Karolina and Roy, Daniel M. and Carbin, Michael",
        "Linear Mode Connectivity and the Lottery Ticket Hypothesis",
        2020,
        _ICML,
        pages="3259--3269",
    ),
    _paper(
        "renda2020comparing",
        "Renda, Alex and Frankle, Jonathan and Carbin, Michael",
        "Comparing Rewinding and Fine-tuning in Neural Network Pruning",
        2020,
        _ICLR,
    ),
    _preprint(
        "mishra2021accelerating",
        "Mishra, Asit and Latorre, Jorge Albericio and Pool, Jeff and Stosic, Darko and Stosic, Dusan and "
        "Venkatesh, Ganesh and Yu, Chong and Micikevicius, Paulius",
        "Accelerating Sparse Deep Neural Networks",
        2021,
        "2104.08378",
    ),
    _paper(
        "he2016deep",
        "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
        "Deep Residual Learning for Image Recognition",
        2016,
        "IEEE Conference on Computer Vision and Pattern Recognition",
        pages="770--778",
    ),
    _paper(
        "simonyan2015very",
        "Simonyan, Karen and Zisserman, Andrew",
        "Very Deep Convolutional Networks for Large-Scale Image Recognition",
        2015,
        _ICLR,
    ),
    _paper(
        "sandler2018mobilenetv",
        "Sandler, Mark and Howard, Andrew and Zhu, Menglong and Zhmoginov, Andrey and Chen, Liang-Chieh",
        "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
        2018,
        _CVPR,
        pages="4510--4520",
    ),
    _paper(
        "lecun1998gradient",
        "LeCun, Yann and Bottou, Léon and Bengio, Yoshua and Haffner, Patrick",
        "Gradient-based Learning Applied to Document Recognition",
        1998,
        "",
        journal="Proceedings of the IEEE",
        volume="86",
        number="11",
        pages="2278--2324",
    ),
    Reference(
        "krizhevsky2009learning",
        "techreport",
        {
            "author": "Krizhevsky, Alex",
            "title": "Learning Multiple Layers of Features from Tiny Images",
            "institution": "University of Toronto",
            "year": "2009",
        },
    ),
    _paper(
        "russakovsky2015imagenet",
        "Russakovsky, Olga and Deng, Jia and Su, Hao and Krause, Jonathan and Satheesh, Sanjeev and Ma, Sean and "
        "Huang, Zhiheng and Karpathy, Andrej and Khosla, Aditya and Bernstein, Michael and Berg, Alexander C. and "
        "Fei-Fei, Li",
        "ImageNet Large Scale Visual Recognition Challenge",
        2015,
        "",
        journal="International Journal of Computer Vision",
        volume="115",
        number="3",
        pages="211--252",
    ),
    _preprint(
        "xiao2017fashion",
        "Xiao, Han and Rasul, Kashif and Vollgraf, Roland",
        "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms",
        2017,
        "1708.07747",
    ),
)
OF_DATASET: Mapping[str, str] = {
    "mnist": "lecun1998gradient",
    "fashionmnist": "xiao2017fashion",
    "cifar10": "krizhevsky2009learning",
    "cifar100": "krizhevsky2009learning",
    "imagenet": "russakovsky2015imagenet",
    "imagenet1k": "russakovsky2015imagenet",
    "ilsvrc2012": "russakovsky2015imagenet",
}
OF_METHOD: Mapping[tuple[str, str], str] = {  # by a field of a method and its value
    ("score", "magnitude"): "han2015learning",
    ("score", "magnitude_l2"): "molchanov2017pruning",
    ("score", "gradient"): STATE,
    ("score", "activation"): STATE,
    ("score", "snip"): "lee2019snip",
    ("score", "grasp"): "wang2020picking",
    ("score", "synflow"): "tanaka2020pruning",
    ("score", "optimal_brain_damage"): "lecun1989optimal",
    ("score", "wanda"): "sun2024simple",
    ("score", "taylor"): "molchanov2019importance",
    ("allocation", "erk"): "evci2020rigging",
    ("allocation", "lamp"): "lee2021layer",
    ("schedule", "gradual"): "zhu2017prune",
    ("schedule", "weight_rewinding"): "frankle2020linear",
    ("schedule", "learning_rate_rewinding"): "renda2020comparing",
    ("granularity", "n_m"): "mishra2021accelerating",
}


def reference(text: str) -> Reference:
    """The publication that a text names: a known one, else an entry made from its authors, year and title."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        return Reference(f"cited-{_slug(text)}", "misc", {"key": _slug(text), "title": text.strip()})
    surname = re.split(r",| and | et al", found["authors"].strip())[0].split(" ")[-1]
    known = _known().get((_plain(surname), _plain(found["title"])[:_BEGINNING]))
    if known is not None:
        return known
    word = next((word for word in re.findall(r"[^\W\d_]+", found["title"]) if word.lower() not in _SMALL), "")
    key = f"{_ascii(surname)}{found['year']}{_ascii(word)}"
    title = {"title": found["title"].strip()} if found["title"].strip() else {}
    return Reference(key, "misc", {"author": _authors(found["authors"]), **title, "year": found["year"]})


def by_key(key: str) -> Reference:
    """A known publication."""
    return next(each for each in KNOWN if each.key == key)


@cache
def _known() -> dict[tuple[str, str], Reference]:
    return {
        (_plain(each.fields["author"].partition(",")[0]), _plain(each.fields["title"])[:_BEGINNING]): each
        for each in KNOWN
    }


def _authors(text: str) -> str:
    """Authors as BibTeX separates them; `et al.` is its `others`."""
    plain = re.sub(r",? et al\.?", " and others", text.strip())
    return " and ".join(part.strip() for part in re.split(r",? and |, |;", plain) if part.strip())


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text).lower())


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or "unnamed"
