"""The picture of the benchmark in the docs shows the figures of its table."""

from benchmarks import plot, report


def test_it_is_the_picture_of_the_table() -> None:
    lines = report.RESULTS.read_text().splitlines()
    table = [line for line in lines if line.startswith("| ")][2:]
    rows = [plot.row_of(line) for line in table]
    assert len(plot.timed(rows)) > 5
    assert plot.PICTURE.read_text() == plot.picture(rows)
