"""Whatever stands in the cells of a collection: it is counted and drawn, or refused in one line."""

import json
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from audit.corpus import tables
from audit.corpus.columns import TABLES
from audit.corpus.compose import survey
from audit.corpus.reading import read
from audit.render import survey_page, survey_text
from audit.sources.errors import SourceError
from tests.corpus.small_corpora import COMPARISONS, PAPERS, RESULTS, write_tables

ROWS = {"papers": PAPERS, "results": RESULTS, "comparisons": COMPARISONS}
NUMBERS = st.one_of(
    st.floats().map(repr),
    st.decimals().map(str),
    st.integers(-(10**30), 10**30).map(str),
    st.floats(-1, 2).map(lambda share: f"{100 * share}%"),
    st.sampled_from(["1e-300", "1e300", "1e-99999", "0", "-0", "100%", "0%", "99.9999999999999%", "9" * 400, "1e-12"]),
)
CELLS = st.one_of(NUMBERS, st.text(max_size=20), st.sampled_from(["", "???", "old", "new", "2018-13", "true"]))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_cell(tmp_path: Path, data: st.DataObject) -> None:
    """Some cells of a table are replaced by anything."""
    name = data.draw(st.sampled_from(sorted(ROWS)))
    rows = [dict(row) for row in ROWS[name]]
    for _ in range(data.draw(st.integers(1, 3))):
        column = data.draw(st.sampled_from([column.name for column in TABLES[name]]))
        data.draw(st.sampled_from(rows))[column] = data.draw(CELLS)
    try:
        corpus = read(write_tables(tmp_path, **{name: rows}))
    except SourceError as error:
        assert "\n" not in str(error) and str(tmp_path) in str(error)
        return
    told = survey(corpus, for_others=True)
    json.dumps(told.statistics, allow_nan=False)
    survey_text.statistics(told)
    survey_page.render(told)
    (tmp_path / "again").mkdir(exist_ok=True)
    tables.write(corpus, tmp_path / "again")
    assert len(read(tmp_path / "again").results) == len(corpus.results)
