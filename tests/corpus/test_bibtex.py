"""Papers from BibTeX: what is taken of an entry, and one line with its place for what is wrong."""

from pathlib import Path

import pytest

from audit.corpus.reading import read
from audit.papers import Corpus
from audit.sources.errors import SourceError
from tests.corpus.small_corpora import write_tables

bibtex = pytest.importorskip("audit.corpus.bibtex")
pytest.importorskip("bibtexparser")

SNIP = """
@inproceedings{lee2019snip,
  title = {{SNIP}: {S}ingle-shot network pruning based on connection sensitivity},
  author = {Lee, Namhoon and Ajanthan, Thalaiyasingam and Torr, Philip},
  booktitle = {ICLR},
  month = may,
  year = {2019},
}
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """A small collection."""
    return read(write_tables(tmp_path / "corpus"))


def read_text(text: str, corpus: Corpus, tmp_path: Path, *techniques: str) -> tuple:
    """The papers of a BibTeX text."""
    (tmp_path / "new.bib").write_text(text, encoding="utf-8")
    return bibtex.read(tmp_path / "new.bib", corpus, techniques)


def test_an_entry_becomes_a_paper(corpus: Corpus, tmp_path: Path) -> None:
    """Key, title without braces, authors, venue, date with its month, and the landmark technique that it is."""
    (paper,) = read_text(SNIP, corpus, tmp_path)
    assert (paper.key, paper.date, paper.venue, paper.peer_reviewed) == ("lee2019snip", "2019-05", "ICLR", True)
    assert paper.title == "SNIP: Single-shot network pruning based on connection sensitivity"
    assert (paper.techniques, paper.kind) == (("SNIP",), "gradient")
    assert paper.bibtex.startswith("@inproceedings{lee2019snip,")


@pytest.mark.parametrize(
    ("entry", "venue", "reviewed"),
    [
        (
            "@article{x, title={T}, author={A}, year=2020, journal={arXiv preprint arXiv:1}}",
            "arXiv preprint arXiv:1",
            False,
        ),
        ("@misc{x, title={T}, author={A}, year=2020, archivePrefix={arXiv}}", "arXiv", False),
        ("@article{x, title={T}, author={A}, year=2020, journal={JMLR}}", "JMLR", True),
        ("@inproceedings{x, title={T}, author={A}, year=2020, booktitle={CVPR Workshops}}", "CVPR Workshops", False),
        ("@inproceedings{x, title={T}, author={A}, date={2020-03-04}, booktitle={ICML}}", "ICML", True),
        ("@article{x, title={T}, author={A}, year=2020, journal={CoRR}, eprinttype={arXiv}}", "CoRR", False),
        ("@article{x, title={T}, author={A}, year=2020, journal={Corrosion}}", "Corrosion", True),
        (
            "@inproceedings{x, title={T}, author={A}, year=2024, booktitle={Submitted to ICLR 2024}}",
            "Submitted to ICLR 2024",
            False,
        ),
    ],
)
def test_venues(corpus: Corpus, tmp_path: Path, entry: str, venue: str, reviewed: bool) -> None:
    """Preprints and workshops do not count as peer-reviewed."""
    (paper,) = read_text(entry, corpus, tmp_path)
    assert (paper.venue, paper.peer_reviewed) == (venue, reviewed)


@pytest.mark.parametrize(
    ("month", "date"),
    [("{13--18 Jul}", "2020-07"), ("{June}", "2020-06"), ("dec", "2020-12"), ("{3}", "2020-03"), ("{Spring}", "2020")],
)
def test_months_as_publishers_write_them(corpus: Corpus, tmp_path: Path, month: str, date: str) -> None:
    """A number, a name, its beginning, or days beside it."""
    entry = f"@inproceedings{{x, title={{T}}, author={{A}}, year=2020, month={month}, booktitle={{ICML}}}}"
    assert read_text(entry, corpus, tmp_path)[0].date == date


@pytest.mark.parametrize(
    ("authors", "surname"),
    [
        ("Utku Evci and Trevor Gale", "Evci"),
        ("Pau de Jorge and Amartya Sanyal", "de Jorge"),
        ("J. Zico Kolter", "Kolter"),
        ("van der Berg, Jan", "van der Berg"),
        ("OpenAI", "OpenAI"),
    ],
)
def test_a_paper_is_called_by_its_first_authors_surname(
    corpus: Corpus, tmp_path: Path, authors: str, surname: str
) -> None:
    """Whichever way round the names stand: arXiv and DBLP write them as they are spoken."""
    entry = f"@misc{{x, title={{T}}, author={{{authors}}}, year=2020}}"
    assert read_text(entry, corpus, tmp_path)[0].called == f"{surname} 2020 (x)"


def test_a_landmark_is_known_by_its_title(corpus: Corpus, tmp_path: Path) -> None:
    """Under the key that arXiv gives it, and without its name in the title."""
    entry = """@misc{sun2024simpleeffectivepruningapproach,
      title={A Simple and Effective Pruning Approach for Large Language Models}, author={Mingjie Sun}, year={2024}}"""
    (paper,) = read_text(entry, corpus, tmp_path)
    assert (paper.techniques, paper.kind) == (("Wanda",), "activation")


def test_the_volume_that_dblp_adds_is_no_paper(corpus: Corpus, tmp_path: Path) -> None:
    """Its `@proceedings` has editors and no authors."""
    volume = "@proceedings{v, editor={A. Oh}, title={Advances}, year={2023}}"
    entry = "@inproceedings{x, title={T}, author={A}, year=2023, booktitle={NeurIPS}, crossref={v}}"
    assert [paper.key for paper in read_text(f"{entry}\n\n{volume}", corpus, tmp_path)] == ["x"]
    with pytest.raises(SourceError, match="holds no BibTeX entry"):
        read_text(volume, corpus, tmp_path)


def test_accents_are_letters(corpus: Corpus, tmp_path: Path) -> None:
    """LaTeX's accents become the letters that they are."""
    entry = r"@article{x, title={Na{\"\i}ve pruning}, author={Carreira-Perpi{\~n}{\'a}n, M.}, year=2020, journal={J}}"
    (paper,) = read_text(entry, corpus, tmp_path)
    assert (paper.title, paper.authors) == ("Naïve pruning", "Carreira-Perpiñán, M.")


def test_techniques_that_are_named(corpus: Corpus, tmp_path: Path) -> None:
    """What the caller names counts, with the kind of the first landmark among it."""
    (paper,) = read_text(SNIP.replace("lee2019snip", "x").replace("{SNIP}:", ""), corpus, tmp_path, "GraSP", "other")
    assert (paper.techniques, paper.kind) == (("GraSP", "other"), "gradient")


WRONG = {
    "no title": ("@article{x, author={A}, year=2020}", r"new\.bib, line 1: entry `x` has no title"),
    "no year": ("\n@article{x, title={T}, author={A}}", r"line 2: entry `x` has no year; expected four digits"),
    "a year that is none": ("@article{x, title={T}, author={A}, year={soon}}", r"has a year of 'soon'"),
    "a month that is none": (
        "@article{x, title={T}, author={A}, date={2020-13}}",
        r"has a date that is none: '2020-13'",
    ),
    "a key that is there": (
        "@article{old, title={T}, author={A}, year=2020}",
        r"line 1: the key `old` is a paper's already, in .*papers\.csv, row 2",
    ),
    "a title that is there": (
        "@article{x, title={{A} new way!}, author={A}, year=2020}",
        r"line 1: has the title of `new`, which is there already: 'A new way!'",
    ),
    "one key twice": (
        "@article{x, title={T}, author={A}, year=2020}\n@article{x, title={U}, author={A}, year=2020}",
        r"line 2: is not BibTeX that can be read \(two entries have the key x\)",
    ),
    "one field twice": (
        "@article{x, title={T}, title={U}, author={A}, year=2020}",
        r"line 1: is not BibTeX that can be read \(a field stands twice: title\)",
    ),
    "a brace left open": ("@article{x, title={T, author={A}, year=2020", r"line 1: is not BibTeX .*left open\?"),
    "no key": ("@article{, title={T}, author={A}, year=2020}", r"line 1: found the key '', expected a name without"),
    "the sign for none": ("@article{???, title={T}, author={A}, year=2020}", r"found the key '\?\?\?', expected"),
    "a key that is a list": ("@article{a;b, title={T}, author={A}, year=2020}", r"found the key 'a;b', expected"),
    "an escape in a key": ("@article{a\x1b[2J, title={T}, author={A}, year=2020}", r"found the key 'a\\x1b\["),
    "another case": ("@article{NEW, title={T}, author={A}, year=2020}", r"`NEW` is `new`, in .*papers\.csv, row 5,"),
    "a NUL byte": ("@article{x, title={T}, author={A}, year=2020, note={a\0b}}", r"entry `x` holds a NUL byte"),
    "an entry that no table could hold": (
        f"@article{{x, title={{T}}, author={{A}}, year=2020, abstract={{{'word ' * 30_000}}}}}",
        r"entry `x` has over 100,000 characters; shorten it",
    ),
    "a day that is none": ("@article{x, title={T}, author={A}, date={2019-02-29}}", "has a date that is none"),
    "month 0": ("@article{x, title={T}, author={A}, year=2020, month={0}}", r"has a month of '0'; expected 1 to 12"),
    "month ²": ("@article{x, title={T}, author={A}, year=2020, month={²}}", r"has a month of '²'; expected 1 to 12"),
    "month 13": ("@article{x, title={T}, author={A}, year=2020, month=13}", r"has a month of '13'; expected 1 to 12"),
    "month 1111…": (f"@article{{x, title={{T}}, author={{A}}, year=2020, month={'1' * 5000}}}", "has a month of"),
    "the year of another entry": (
        "@inproceedings{x, title={T}, author={A}, crossref={p}}",
        "has no year; expected four digits; `p`, which it refers to, is not looked into",
    ),
    "joined strings": (
        '@string{n = "NIPS"}\n@article{x, title={T}, author={A}, year=2020, journal = n # " 2019"}',
        r"line 2: entry `x` joins strings with #: 'n # . 2019.'; write `journal` out",
    ),
    "one field in two cases": (
        "@article{x, title={A}, TITLE={B}, author={C}, year=2020}",
        "entry `x` has two fields `title`; remove one of them",
    ),
    "nothing": ("no entry here", r"new\.bib: holds no BibTeX entry"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_gets_one_line(corpus: Corpus, tmp_path: Path, case: str, capfd: pytest.CaptureFixture) -> None:
    """The file, the line and what is wrong; nothing of the parser's on stderr."""
    text, line = WRONG[case]
    with pytest.raises(SourceError, match=line) as refused:
        read_text(text, corpus, tmp_path)
    assert "\n" not in str(refused.value)
    assert capfd.readouterr().err == ""


def test_files_that_cannot_be_read(corpus: Corpus, tmp_path: Path) -> None:
    """One that is not there, and one that is not UTF-8."""
    with pytest.raises(SourceError, match=r"nowhere\.bib: cannot be read: No such file"):
        bibtex.read(tmp_path / "nowhere.bib", corpus)
    (tmp_path / "latin.bib").write_bytes("@article{x, title={é}}".encode("latin-1"))
    with pytest.raises(SourceError, match=r"latin\.bib: is not UTF-8 text"):
        bibtex.read(tmp_path / "latin.bib", corpus)


def test_nothing_of_a_title_is_markup_by_accident(corpus: Corpus, tmp_path: Path) -> None:
    """`&` and `%` that people write for themselves stand for themselves; a season is no month."""
    (paper,) = read_text(
        r"@misc{x, title={A & B \& C at 90% of {\"a}, 50\% of b}, author={A}, year=2020, month={spring}}",
        corpus,
        tmp_path,
    )
    assert (paper.title, paper.date) == ("A & B & C at 90% of ä, 50% of b", "2020")


def test_titles_of_signs_alone_differ(corpus: Corpus, tmp_path: Path) -> None:
    """A title without letters is held against others as it is."""
    one, other = "@article{x, title={<>}, author={A}, year=2020}", "@article{y, title={><}, author={A}, year=2020}"
    assert len(read_text(one + other, corpus, tmp_path)) == 2


def test_what_nothing_is_read_of_is_not_decoded(corpus: Corpus, tmp_path: Path) -> None:
    """An abstract that LaTeX would stumble over stays in the entry as it is."""
    abstract = r"{\'{" * 500 + "a" + "}}" * 500
    (paper,) = read_text(
        f"@article{{x, title={{T}}, author={{A}}, year=2020, abstract={{{abstract}}}}}", corpus, tmp_path
    )
    assert abstract in paper.bibtex
